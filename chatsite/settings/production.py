"""A public installation: refuses to start on anything unsafe (chatsite/checks.py)."""

from chatsite.settings.base import *
from chatsite.settings.base import PUBLIC_URL
from chatsite.settings.environment import text, words

DEBUG = text("DEBUG").lower() in ("1", "true", "on", "yes")  # read so that it can be refused
ALLOWED_HOSTS = words("ALLOWED_HOSTS")

_IS_HTTPS = PUBLIC_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _IS_HTTPS
if _IS_HTTPS:  # what begins like this belongs to this very host
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    LANGUAGE_COOKIE_NAME = "__Secure-language"  # not __Host-: only the admin needs it
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _IS_HTTPS else 0
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if _IS_HTTPS else []
