"""The old system's database, read as it stood when the reading began."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from django.db.utils import ConnectionHandler
from django.utils.translation import gettext as _

from chatsite.imports.report import Row
from chatsite.settings.environment import database

BATCH = 1_000  # rows
TABLES = {
    "users": ("id", "username", "email", "password_hash", "created_at"),
    "rooms": ("id", "room_code", "name", "description", "room_type", "created_by", "created_at"),
    "room_members": ("id", "room_id", "user_id", "role", "joined_at"),
    "friends": ("id", "user_id", "friend_id", "status", "created_at", "updated_at"),
    "messages": ("id", "sender_id", "room_id", "receiver_id", "content", "message_type", "created_at"),
}


class Source:
    """`mysql://USER:PASSWORD@HOST:PORT/NAME`. Nothing is written there."""

    def __init__(self, url: str) -> None:
        config = database(url)
        options = config["OPTIONS"] | {"isolation_level": "repeatable read"}
        for name in ("read_timeout", "write_timeout"):  # counting a large table takes longer than a chat may
            options.pop(name)
        self._connection = ConnectionHandler({"default": config | {"OPTIONS": options}})["default"]
        self._ask("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")

    def close(self) -> None:
        self._connection.close()

    def name(self) -> str:
        """The same for this installation wherever its database is moved: made of its first account."""
        first = self._ask("SELECT id, created_at FROM users ORDER BY id LIMIT 1")
        return "flask-" + hashlib.sha256(repr(first).encode()).hexdigest()[:10]

    def count(self, table: str) -> int:
        ((count,),) = self._ask(f"SELECT COUNT(*) FROM {table}")  # noqa: S608 - one of TABLES
        return int(count)

    def batches(self, table: str) -> Iterator[list[Row]]:
        """All rows by id, which is the order in which they were stored."""
        columns = TABLES[table]
        sql = f"SELECT {', '.join(columns)} FROM {table} WHERE id > %s ORDER BY id LIMIT {BATCH}"  # noqa: S608
        last = -(2**63)
        while found := self._ask(sql, [last]):
            yield [dict(zip(columns, cells, strict=True)) for cells in found]
            last = found[-1][0]

    def _ask(self, sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        with self._connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return list(cursor.fetchall()) if cursor.description else []


class Clock:
    """Naive UTC made aware; a missing time is the one before it, a time to come is now."""

    def __init__(self, began_at: datetime) -> None:
        self._began_at = began_at
        self._last: datetime | None = None

    def read(self, given: Any, *, instead: datetime | None = None) -> tuple[datetime, list[str]]:
        """-> (time, what had to be changed)"""
        if not isinstance(given, datetime):  # NULL, and 0000-00-00 as some drivers give it
            return instead or self._last or self._began_at, [_("It has no time: it got that of what came before.")]
        at = given.replace(tzinfo=UTC)
        if at > self._began_at:
            return self._began_at, [_("Its time lies in the future: it is now.")]
        self._last = at
        return at, []
