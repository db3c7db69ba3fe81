"""Tests: cheap password hashes, fixed secrets, a Redis prefix of its own."""

import os

os.environ.setdefault("SECRET_KEY", "test-secret-key-of-more-than-fifty-characters-0123456789")
os.environ.setdefault("JWT_SECRET_KEY", "test-jwt-key-of-more-than-fifty-characters-0123456789abc")

from chatsite.settings.base import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
