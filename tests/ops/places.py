"""Installations without a process: this one moves into their database, files and keys, and out again.

What commands do there is what they do in a process of their own; a start of Python, Django and its models is not.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connections
from django.db.utils import load_backend
from django.test import override_settings

from chatsite.settings.environment import database
from messaging import recent
from rooms.standing import standings
from tests.live import own_database

KEYS = {"SECRET_KEY": "a secret of the place " * 3, "JWT_SECRET_KEY": "another one of the place " * 3}


def _forget() -> None:
    """What this process remembers by ids, which are others' elsewhere."""
    ContentType.objects.clear_cache()
    standings.forget()


class Place:
    """`database_url` '' = SQLite in its var. Its Redis is the test run's, under a prefix of its own."""

    def __init__(self, directory: Path, database_url: str = "") -> None:
        self.var = directory / "var"
        self.run = self.var / "run"  # of this machine: others see the same database and Redis
        self.env_file = directory / "env"
        self.var.mkdir(parents=True)
        self.database_url = database_url
        self.file = self.var / "chat.sqlite3"
        self.prefix = f"place{os.getpid()}{directory.name}"

    @contextmanager
    def entered(self) -> Iterator[None]:
        config = {**connections.settings["default"], **database(self.database_url or f"sqlite:///{self.file}")}
        if not self.database_url:  # nothing of it has to survive a power cut
            config["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;"
        inside = load_backend(config["ENGINE"]).DatabaseWrapper(config, "default")
        outside = connections["default"]
        own = {"VAR_DIR": self.var, "RUN_DIR": self.run, "MEDIA_ROOT": self.var / "media"}
        with pytest.MonkeyPatch.context() as patched, override_settings(**own, REDIS_PREFIX=self.prefix, **self.redis):
            patched.setattr("chatsite.backup.restoring.ENV_FILE", self.env_file)
            _forget()
            connections["default"] = inside
            try:
                yield
            finally:
                recent.flush()
                inside.close()
                connections["default"] = outside
                _forget()

    redis: dict[str, Any] = {}

    def told(self, *arguments: str, **options: Any) -> str:
        """-> what a command that succeeds says"""
        out = StringIO()
        with self.entered():
            call_command(*arguments, stdout=out, verbosity=0, **options)
        return out.getvalue()

    def refused(self, *arguments: str) -> str:
        with pytest.raises(CommandError) as refusal:
            self.told(*arguments)
        return str(refusal.value)

    def cells(self) -> dict[str, list[Any]]:
        """Every cell of an SQLite database with its storage class, but for the epoch and when migrations ran."""
        with closing(sqlite3.connect(self.file)) as opened:
            names = [n for (n,) in opened.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")]
            names = [n for n in names if n not in ("messaging_epoch", "django_migrations", "sqlite_sequence")]
            found = {}
            for name in names:
                columns = [row[1] for row in opened.execute(f"PRAGMA table_info({name})")]
                wanted = ", ".join(f'"{c}", typeof("{c}")' for c in columns)
                found[name] = list(opened.execute(f"SELECT {wanted} FROM {name} ORDER BY 1"))
            return found


MakePlace = Callable[..., Place]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: Any) -> Path:
    """-> an SQLite file of this release without anybody in it"""
    place = Place(tmp_path_factory.mktemp("migrated"))
    with django_db_blocker.unblock():
        place.told("migrate")
    return place.file


@pytest.fixture
def make_place(
    tmp_path: Path, migrated: Path, redis_server: str, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MakePlace]:
    """make_place("name") -> an empty place; is_migrated: with tables; kind: that of another database than SQLite."""
    made: list[Place] = []
    monkeypatch.setattr(Place, "redis", {"REDIS_URL": redis_server, "REDIS_IS_EMBEDDED": False})

    def make(name: str, *, is_migrated: bool = False, url: str = "") -> Place:
        place = Place(tmp_path / name, own_database(url, f"{name}{os.getpid()}"))
        made.append(place)
        if is_migrated and not place.database_url:
            shutil.copy(migrated, place.file)
        elif is_migrated:
            place.told("migrate")
        return place

    with django_db_blocker.unblock():
        yield make
        for place in made:
            if place.database_url:
                with place.entered(), connections["default"].cursor() as cursor:
                    cursor.execute(f"DROP DATABASE IF EXISTS `{connections['default'].settings_dict['NAME']}`")
