"""A server that tests run in a process of its own: as `make run`, with cheap password hashes."""

from chatsite.settings.local import *  # noqa: F403 -- Django takes a module of settings whole

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
