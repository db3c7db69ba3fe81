"""Tests: cheap password hashes, fixed secrets, and a database, a Redis prefix and a var/ of their own."""

import os
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "test-secret-key-of-more-than-fifty-characters-0123456789")
os.environ.setdefault("JWT_SECRET_KEY", "test-jwt-key-of-more-than-fifty-characters-0123456789abc")
os.environ |= {"LC_ALL": "C.UTF-8", "LANGUAGE": ""}  # operators are spoken to in their terminal's language
os.environ["ENV_FILE"] = os.devnull  # a developer's own services are none of the tests' business
os.environ.setdefault("VAR_DIR", str(Path(__file__).resolve().parents[2] / "var" / "test"))
# Publishing knows no database numbers: only the prefix keeps two runs on one Redis apart. No prefix begins another's.
os.environ["REDIS_PREFIX"] = f"{os.environ.get('REDIS_PREFIX', 'test')}-{os.getpid()}-"

from chatsite.settings.base import *
from chatsite.settings.base import DATABASES, VAR_DIR

_database = DATABASES["default"]
if _database["ENGINE"].endswith("sqlite3"):
    # A file: threads share it, as they do in production. Nothing of it has to survive a power cut.
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    _database["TEST"] = {"NAME": str(VAR_DIR / f"test-{os.getpid()}.sqlite3")}
    _database["CONN_MAX_AGE"] = 0  # threads of one test leave nothing open to the next
    _database["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
else:
    _name = _database["NAME"]
    _database["TEST"] = {"NAME": _name if _name.startswith("test_") else f"test_{_name}", "CHARSET": "utf8mb4"}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
UNSAFE = "ignore"
# Files are looked up when they are asked for: every test client would list them all, while a build replaces them.
WHITENOISE_AUTOREFRESH = True
