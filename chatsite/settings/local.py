"""`make run`: a whole product on one machine. Secrets are made at first start and kept in .env (0600)."""

from chatsite.settings.secret_keys import ensure_secrets

ensure_secrets()

from chatsite.settings.base import *

UNSAFE = "warn"
