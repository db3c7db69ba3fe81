"""Every setting, read from the environment once. The other modules of this package only tighten or loosen."""

import os
import socket
import sys
from datetime import timedelta
from pathlib import Path

import environ

from chatsite import redis, redis_address
from chatsite.administration.theme import UNFOLD  # noqa: F401 -- a setting
from chatsite.settings.environment import (
    BASE_DIR,
    choice,
    database,
    database_url,
    networks,
    redis_url,
    text,
    whole,
    words,
    zone,
)

VERSION = "0.1.0"
DEMO = choice("DEMO", ["0", "1"]) == "1"
VAR_DIR = Path(text("VAR_DIR", str(BASE_DIR / "var" / "demo" if DEMO else BASE_DIR / "var"))).resolve()

SECRET_KEY = text("SECRET_KEY")
JWT_SECRET_KEY = text("JWT_SECRET_KEY")
DEBUG = False
UNSAFE = "refuse"  # what chatsite/checks.py does with an unsafe installation: refuse, warn or ignore
ALLOWED_HOSTS = words("ALLOWED_HOSTS", ["*"])
PUBLIC_URL = text("PUBLIC_URL").rstrip("/")
ALLOWED_ORIGINS = words("ALLOWED_ORIGINS")
DESKTOP_ORIGIN = "app://chat"

HOST = text("HOST", "0.0.0.0")
PORT = whole("PORT", 9000, least=1, most=65535)
WEB_CONCURRENCY = whole("WEB_CONCURRENCY", 1, least=1, most=256)
REST_THREADS = whole("REST_THREADS", 8, least=1)
DATABASE_THREADS = whole("DATABASE_THREADS", 8, least=1)
TRUSTED_PROXIES = ",".join(networks("TRUSTED_PROXIES", ["127.0.0.1", "::1"]))

INSTALLED_APPS = [
    *(["daphne"] if "runserver" in sys.argv else []),  # its Twisted costs every other process time and memory
    "chatsite",
    "chatsite.imports",
    "chatsite.live",
    "chatsite.audit",
    "chatsite.chores",
    "chatsite.administration.apps.AdministrationConfig",  # before unfold: some of its templates are ours
    "accounts",
    "rooms",
    "presence",
    "messaging",
    "unfold.apps.BasicAppConfig",
    "chatsite.administration.apps.ChatAdminConfig",  # django.contrib.admin
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "channels",
    "rest_framework",
    "corsheaders",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_tasks",
    "django_tasks_db",
]
MIDDLEWARE = [
    "chatsite.security.SecurityHeadersMiddleware",
    "chatsite.api.middleware.RequestIdMiddleware",
    "chatsite.api.pages.Origins",
    "django.middleware.security.SecurityMiddleware",
    "chatsite.client_files.ClientFiles",
    "chatsite.api.pages.PageSessions",
    "chatsite.api.pages.Languages",
    "django.middleware.common.CommonMiddleware",
    "chatsite.api.pages.PageCsrf",
    "chatsite.api.pages.PageUsers",
    "chatsite.api.pages.PageMessages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "chatsite.urls"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
ASGI_APPLICATION = "chatsite.asgi.application"
WSGI_APPLICATION = "chatsite.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

DATABASE_URL = database_url(default=f"sqlite:///{VAR_DIR / 'chat.sqlite3'}")
DATABASES = {"default": database(DATABASE_URL)}
BACKUP_BEFORE_MIGRATE = choice("BACKUP_BEFORE_MIGRATE", ["on", "off"]) == "on"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["minute", "hour"]}}  # chatsite/chores

RUN_DIR = VAR_DIR / "run"
# With this bearer token /metrics answers Prometheus. Several processes count together in files, which the library looks
# for at its import; machines that share VAR_DIR each have their own.
METRICS_TOKEN = text("METRICS_TOKEN")
METRICS_DIR = RUN_DIR / "metrics" / socket.gethostname() if METRICS_TOKEN else None
if METRICS_DIR is not None:
    METRICS_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(METRICS_DIR)

REDIS_URL = redis_url(default=redis.embedded_url(RUN_DIR))
REDIS_IS_EMBEDDED = redis.embedded_url(RUN_DIR) == REDIS_URL
REDIS_PREFIX = text("REDIS_PREFIX", "chat")
_cache = redis_address.cache(REDIS_URL)
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": _cache["LOCATION"],
        "KEY_PREFIX": REDIS_PREFIX,
        "OPTIONS": {
            **_cache["OPTIONS"],
            "CLIENT_CLASS": "django_redis.client.DefaultClient",
            "SOCKET_CONNECT_TIMEOUT": 0.5,
            "SOCKET_TIMEOUT": 0.5,
        },
    },
}
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "chatsite.gateway.layer.GatewayLayer",
        # Without a timeout of its own: redis-py's swallows cancellation on Python 3.11; the gateway sets its own.
        "CONFIG": {"hosts": [redis_address.channel_host(REDIS_URL, socket_timeout=None)], "prefix": REDIS_PREFIX},
    },
}

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.SignInBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    "accounts.hashers.WerkzeugPasswordHasher",  # of accounts that import_flaskchat has brought
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(seconds=whole("ACCESS_TOKEN_SECONDS", 600, least=1)),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=365),
    "SIGNING_KEY": JWT_SECRET_KEY,
    "ALGORITHM": "HS256",
}
# What the administration changes live (chatsite/live): here stands what holds until then.
SERVER_NAME = text("SERVER_NAME", "Chat")
SERVER_MESSAGE = text("SERVER_MESSAGE")
REGISTRATION = choice("REGISTRATION", ["open", "invite", "approval", "closed"])
EMAIL_VERIFICATION = choice("EMAIL_VERIFICATION", ["off", "required"])
FIRST_ADMIN_CODE = text("FIRST_ADMIN_CODE")  # makes the first account administrator; empty: var/first-admin-code

RATE_LIMITS = choice("RATE_LIMITS", ["on", "off"]) == "on"
RECALL_WINDOW_SECONDS = whole("RECALL_WINDOW_SECONDS", 120)
EDIT_WINDOW_SECONDS = whole("EDIT_WINDOW_SECONDS", 0)  # 0 = at any time
CONTENT_CHARS = whole("CONTENT_CHARS", 8_000, least=100, most=8_000)
FRAME_BYTES = 128 * 1024
RETENTION_DAYS = whole("RETENTION_DAYS", 0, most=36_500)  # 0 = messages are kept for ever
AUDIT_DAYS = whole("AUDIT_DAYS", 0, least=30, most=36_500, or_zero=True)  # 0 = the audit log is kept for ever
ROOMS_PER_PERSON = whole("ROOMS_PER_PERSON", 0)  # 0 = any number; likewise the next one
ROOM_MEMBERS_MAX = whole("ROOM_MEMBERS_MAX", 0)
NEW_ROOM_JOIN = choice("NEW_ROOM_JOIN", ["open", "approval"])
NEW_ROOM_HISTORY = choice("NEW_ROOM_HISTORY", ["all", "since_joining"])
NEW_ROOM_LINKS = choice("NEW_ROOM_LINKS", ["everyone", "admins"])
NEW_ROOM_UPLOAD = choice("NEW_ROOM_UPLOAD", ["everyone", "admins"])
NEW_ROOM_PIN = choice("NEW_ROOM_PIN", ["everyone", "admins"])
UPLOAD_BYTES = whole("UPLOAD_BYTES", 25 * 1024 * 1024)
HEARTBEAT_SECONDS = 25
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "chatsite.api.renderers.WireNegotiation",
    "DEFAULT_RENDERER_CLASSES": ["chatsite.api.renderers.WireRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.MultiPartParser"],
    "DEFAULT_SCHEMA_CLASS": "chatsite.api.schema.WireSchema",
    "EXCEPTION_HANDLER": "chatsite.api.exceptions.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Chat",
    "VERSION": VERSION,
    "OAS_VERSION": "3.1.0",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "SWAGGER_UI_SETTINGS": {"deepLinking": True, "validatorUrl": None},  # its badge would ask a server far away
    "REDOC_DIST": "SIDECAR",
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": [],
    "POSTPROCESSING_HOOKS": ["chatsite.openapi.add_wire_components"],
}
SECURE_CROSS_ORIGIN_OPENER_POLICY = None  # chatsite/security.py: browsers complain of it on plain http
CORS_ALLOWED_ORIGINS = [*ALLOWED_ORIGINS, DESKTOP_ORIGIN]
CORS_ALLOW_CREDENTIALS = False
CORS_URLS_REGEX = r"^/api/"

_REQUESTS = "INFO" if choice("LOG_REQUESTS", ["off", "on"]) == "on" else "WARNING"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"chosen": {"()": "chatsite.logs.formatter", "renderer": choice("LOG_FORMAT", ["line", "json"])}},
    "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": "chosen"}},
    "root": {"handlers": ["terminal"], "level": "WARNING"},
    "loggers": {  # what clients do wrong is theirs to know
        "django.request": {"level": "ERROR"},
        "chatsite.api.middleware": {"level": _REQUESTS},
        "chatsite.gateway.connection": {"level": _REQUESTS},  # a line for each error over a socket
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # a traceback each
    },
}

LOGIN_REDIRECT_URL = "/admin/"  # the only door with a page of Django's: its page names no other place to go to
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LANGUAGE_COOKIE_PATH = "/admin/"  # the admin's switch; the client says in each call what its user reads
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "chatsite" / "locale"]
TIME_ZONE = zone("TIME_ZONE", "UTC")  # of the admin; what is stored and crosses the wire is UTC
USE_TZ = True

STATIC_URL = "/static/"
MEDIA_ROOT = VAR_DIR / "media"
SENDFILE = choice("SENDFILE", ["off", "nginx"])  # who sends what lies there (chatsite/api/stored_files.py)
CLIENT_DIR = BASE_DIR / "frontend" / "dist"
WHITENOISE_USE_FINDERS = True  # the admin's and the API docs' files, straight from their packages
WHITENOISE_MIMETYPES = {".svg": "image/svg+xml; charset=utf-8"}
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/assets/.+-[\w-]{8}\.\w+$"  # Vite names these by their content

vars().update(environ.Env.email_url_config(text("EMAIL_URL", "consolemail://")))
DEFAULT_FROM_EMAIL = text("DEFAULT_FROM_EMAIL", "chat@localhost")
