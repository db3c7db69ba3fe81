"""One moment of the database, however long it is looked at and whoever writes meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def snapshot() -> Iterator[None]:
    """SQLite: a reader in WAL mode sees the moment of its first SELECT. MySQL: a consistent read of InnoDB."""
    with connection.cursor() as cursor:
        for statement in _begin():
            cursor.execute(statement)
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _begin() -> tuple[str, ...]:
    if connection.vendor == "sqlite":
        return "BEGIN DEFERRED", "SELECT COUNT(*) FROM sqlite_schema"
    # Of the next transaction only: the connection goes on as READ COMMITTED.
    return "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ", "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"
