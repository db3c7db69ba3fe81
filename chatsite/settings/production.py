"""A public installation: refuses to start on anything unsafe (chatsite/checks.py)."""

from chatsite.settings.base import *  # noqa: F403

SECURE_CONTENT_TYPE_NOSNIFF = True
