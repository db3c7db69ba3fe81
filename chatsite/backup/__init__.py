"""Backups: one archive of everything that a chat is made of, readable on every database that it runs on."""

from chatsite.backup.making import automatic, make
from chatsite.backup.restoring import restore
from chatsite.backup.tables import is_empty

__all__ = ["automatic", "is_empty", "make", "restore"]
