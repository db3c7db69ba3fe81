"""What an upgrade to this release would do, and what stands in its way; changes nothing."""

import platform
import shutil
import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from django.conf import settings
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _

from chatsite import backup
from chatsite.checks import database_facts, unsafe_database
from chatsite.database import NotReady
from chatsite.startup import reach_chat, reach_redis
from chatsite.storage import database_bytes, media_bytes


class Finding(NamedTuple):
    is_fine: bool
    sentence: str


def findings() -> Iterator[Finding]:
    yield Finding(True, _("This release is %(version)s.") % {"version": settings.VERSION})
    yield Finding(True, f"Python {platform.python_version()}")
    try:
        reach_chat()
    except NotReady as refusal:
        yield Finding(False, str(refusal))
    else:
        yield from _database()
    yield _redis()


def _database() -> Iterator[Finding]:
    yield Finding(True, _server())
    yield from (Finding(False, sentence) for _number, sentence in unsafe_database(database_facts("default")))
    try:
        is_empty = backup.is_empty()
    except NotReady as newer:
        yield Finding(False, str(newer))
        return
    pending = _pending()
    yield Finding(True, _will_run(pending) if pending else _("No migration will run."))
    if pending and not is_empty:
        yield _disk() if settings.BACKUP_BEFORE_MIGRATE else _no_backup()


def _server() -> str:
    if connection.vendor == "sqlite":
        return f"SQLite {sqlite3.sqlite_version}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@version")
        (version,) = cursor.fetchone()
    return f"MariaDB {version}" if "MariaDB" in version else f"MySQL {version}"


def _pending() -> list[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def _will_run(pending: list[str]) -> str:
    return _("Migrations that will run: %(names)s.") % {"names": ", ".join(pending)}


def _no_backup() -> Finding:
    return Finding(False, _("BACKUP_BEFORE_MIGRATE=off: make a backup yourself before the upgrade."))


def _disk() -> Finding:
    """Rows are compressed and files are not: this is what a backup takes at most."""
    needed, free = database_bytes() + media_bytes(), shutil.disk_usage(settings.VAR_DIR).free
    sizes = {"needed": filesizeformat(needed), "free": filesizeformat(free), "directory": settings.VAR_DIR}
    if free < needed:
        return Finding(False, _("The backup before them takes up to %(needed)s; %(directory)s has %(free)s.") % sizes)
    return Finding(True, _("The backup before them takes up to %(needed)s of the %(free)s in %(directory)s.") % sizes)


def _redis() -> Finding:
    try:
        reach_redis()
    except NotReady as refusal:
        return Finding(False, str(refusal))
    return Finding(True, _("Redis is embedded.") if settings.REDIS_IS_EMBEDDED else _("Redis answers."))
