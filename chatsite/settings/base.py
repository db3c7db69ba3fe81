"""Every setting, read from the environment once. The other modules of this package only tighten or loosen."""

import sys
from datetime import timedelta
from pathlib import Path

import environ

from chatsite import redis
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
    "accounts",
    "rooms",
    "presence",
    "messaging",
    "django.contrib.admin",
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
]
MIDDLEWARE = [
    "chatsite.security.SecurityHeadersMiddleware",
    "chatsite.api.middleware.RequestIdMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "chatsite.api.pages.PageSessions",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "chatsite.api.pages.PageCsrf",
    "chatsite.api.pages.PageUsers",
    "chatsite.api.pages.PageMessages",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
ROOT_URLCONF = "chatsite.urls"
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

RUN_DIR = VAR_DIR / "run"
REDIS_URL = redis_url(default=redis.embedded_url(RUN_DIR))
REDIS_IS_EMBEDDED = redis.embedded_url(RUN_DIR) == REDIS_URL
REDIS_PREFIX = text("REDIS_PREFIX", "chat")
CACHES = {
    "default": {
        "BACKEND": "django_redis.cache.RedisCache",
        "LOCATION": REDIS_URL,
        "KEY_PREFIX": REDIS_PREFIX,
        "OPTIONS": {
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
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": None}], "prefix": REDIS_PREFIX},
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
REGISTRATION = choice("REGISTRATION", ["open", "invite", "approval", "closed"])
EMAIL_VERIFICATION = choice("EMAIL_VERIFICATION", ["off", "required"])
FIRST_ADMIN_CODE = text("FIRST_ADMIN_CODE")  # makes the first account administrator; empty: var/first-admin-code

RATE_LIMITS = choice("RATE_LIMITS", ["on", "off"]) == "on"
RECALL_WINDOW_SECONDS = whole("RECALL_WINDOW_SECONDS", 120)
EDIT_WINDOW_SECONDS = whole("EDIT_WINDOW_SECONDS", 0)  # 0 = at any time
CONTENT_CHARS = 8_000
FRAME_BYTES = 128 * 1024
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

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"chosen": {"()": "chatsite.logs.formatter", "renderer": choice("LOG_FORMAT", ["line", "json"])}},
    "handlers": {"terminal": {"class": "logging.StreamHandler", "formatter": "chosen"}},
    "root": {"handlers": ["terminal"], "level": "WARNING"},
    "loggers": {  # what clients do wrong is theirs to know
        "django.request": {"level": "ERROR"},
        "chatsite.api.middleware": {"level": "INFO" if choice("LOG_REQUESTS", ["off", "on"]) == "on" else "WARNING"},
        "django.security.DisallowedHost": {"level": "CRITICAL"},  # a traceback each
    },
}

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "chatsite" / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
MEDIA_ROOT = VAR_DIR / "media"
CLIENT_DIR = BASE_DIR / "frontend" / "dist"
WHITENOISE_USE_FINDERS = True  # the admin's and the API docs' files, straight from their packages
WHITENOISE_ROOT = CLIENT_DIR if CLIENT_DIR.is_dir() else None
WHITENOISE_MIMETYPES = {".svg": "image/svg+xml; charset=utf-8"}
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/assets/.+-[\w-]{8}\.\w+$"  # Vite names these by their content

vars().update(environ.Env.email_url_config(text("EMAIL_URL", "consolemail://")))
DEFAULT_FROM_EMAIL = text("DEFAULT_FROM_EMAIL", "chat@localhost")
