"""An installation of the old system, in a MySQL of the tests' own: rows are made by the test."""

from __future__ import annotations

import gzip
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from chatsite.settings.environment import database

DUMP = Path(__file__).with_name("flaskchat-small.sql.gz")
SERVER = os.environ.get("DATABASE_URL", "")
if not SERVER.startswith("mysql"):
    SERVER = "mysql://root@127.0.0.1:3306/"
HASH = "pbkdf2:sha256:1$salt$91b7ad1fca6f416db0a040e4ab05b79418aeb1a85a36cbe56dc3274250354317"  # factories.PASSWORD


class Old:
    """`old.user(7, username="ann lee")` and so on; what is not said is as the old system would have it."""

    def __init__(self, url: str, link: BaseDatabaseWrapper) -> None:
        self.url = url
        self._link = link

    def sql(self, statement: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        with self._link.cursor() as cursor:
            cursor.execute(statement, parameters)
            return list(cursor.fetchall()) if cursor.description else []

    def load(self, *, rows: bool) -> None:
        """The dump: all of it; or its tables, without the rules that real installations have lost."""
        text = gzip.decompress(DUMP.read_bytes()).decode()
        if not rows:
            text = text.replace("utf8mb4_unicode_ci", "utf8mb4_bin").replace("UNIQUE KEY `unique", "KEY `unique")
        for statement in text.split(";\n"):
            if statement.strip() and (rows or not statement.lstrip().startswith("INSERT")):
                self.sql(statement)
        self.sql("SET FOREIGN_KEY_CHECKS = 0")

    def user(self, number: int, **fields: Any) -> None:
        self._insert(
            "users",
            id=number,
            **{"username": f"user{number}", "email": f"u{number}@example.org", "password_hash": HASH, **fields},
        )

    def room(self, number: int, **fields: Any) -> None:
        named = {"room_code": f"{number:06}", "name": f"Room {number}", "room_type": "group", "created_by": 1}
        self._insert("rooms", id=number, **named | fields)

    def member(self, number: int, room_id: int, user_id: int, **fields: Any) -> None:
        named = {"role": "member", "joined_at": "2026-01-02 03:04:05"}
        self._insert("room_members", id=number, room_id=room_id, user_id=user_id, **named | fields)

    def friend(self, number: int, user_id: int, friend_id: int, **fields: Any) -> None:
        self._insert("friends", id=number, user_id=user_id, friend_id=friend_id, **{"status": "accepted", **fields})

    def message(self, number: int, **fields: Any) -> None:
        self._insert(
            "messages", id=number, **{"sender_id": 1, "content": f"message {number}", "message_type": "text", **fields}
        )

    def _insert(self, table: str, **fields: Any) -> None:
        fields.setdefault("created_at", "2026-01-02 03:04:05")
        if table == "room_members":
            del fields["created_at"]
        names = ", ".join(f"`{name}`" for name in fields)
        self.sql(f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(fields))})", list(fields.values()))


def _url(name: str) -> str:
    return urlunsplit(urlsplit(SERVER)._replace(path=f"/{name}"))


def _link(url: str) -> BaseDatabaseWrapper:
    link = ConnectionHandler({"default": database(url)})["default"]
    link.ensure_connection()
    return link


@pytest.fixture
def old(db: None) -> Iterator[Old]:
    """Empty. Runs where a MySQL answers, and in CI one must."""
    name = f"test_flaskchat_{os.getpid()}"
    try:
        server = _link(_url("mysql"))
    except OperationalError:
        if os.environ.get("CI"):
            raise
        pytest.skip("no MySQL answers")
    try:
        with server.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE `{name}` CHARACTER SET utf8mb4")
        link = _link(_url(name))
        made = Old(_url(name), link)
        made.load(rows=False)
        yield made
        link.close()
    finally:
        with server.cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS `{name}`")
        server.close()
