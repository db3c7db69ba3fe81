"""Before the first query: is the database there, is it ours to use, are its tables up to date?"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.utils.translation import gettext as _

from chatsite.locks import Lock, exclusive

UNKNOWN_DATABASE = 1049
NO_RIGHT_TO_DATABASE = 1044  # also said of a database that does not exist to users who may not create it
ACCESS_DENIED = 1045
OLDEST_SQLITE = (3, 33)
LOCK_POLL_SECONDS = 5  # below the connection's read_timeout
GONE_SECONDS = 600  # after which MySQL gives up a connection whose machine says nothing any more
MIGRATE_LOCK = "chat.migrate"


class NotReady(Exception):
    """A service that the installation names cannot be used; the text is one sentence that names the setting."""


def keep_files_private() -> None:
    """History, password hashes and uploads are for the user that runs the server, not for everybody on its machine."""
    os.umask(0o077)


def reach_database() -> None:
    """Connects once; makes a database that does not exist yet."""
    try:
        if connection.vendor == "sqlite":
            _refuse_old_sqlite()
            Path(connection.settings_dict["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        connection.ensure_connection()
    except (DatabaseError, OSError) as error:
        if connection.vendor == "sqlite":
            facts = {"file": connection.settings_dict["NAME"], "why": error}
            raise NotReady(_("The database file %(file)s cannot be opened: %(why)s.") % facts) from error
        _explain_or_create(error)
    _refuse_narrow_text()


def _refuse_old_sqlite() -> None:
    """Older ones know no UPDATE … FROM (messaging/services/statements.py)."""
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        oldest = ".".join(map(str, OLDEST_SQLITE))
        raise NotReady(
            _("Python's SQLite is %(version)s, and %(oldest)s is needed: use a newer Python.")
            % {"version": sqlite3.sqlite_version, "oldest": oldest}
        )


def _explain_or_create(error: Exception) -> None:
    config = connection.settings_dict
    where = f"{config['HOST'] or 'localhost'}:{config['PORT'] or 3306}"
    number = error.args[0] if error.args else None
    if number in (UNKNOWN_DATABASE, NO_RIGHT_TO_DATABASE):
        return _create_mysql_database(config["NAME"], config["USER"])
    if number == ACCESS_DENIED:
        facts = {"where": where, "user": repr(config["USER"])}
        raise NotReady(_("MySQL at %(where)s refuses user %(user)s: check DATABASE_URL.") % facts) from error
    raise NotReady(
        _("MySQL at %(where)s does not answer: check DATABASE_URL (%(why)s).") % {"where": where, "why": _detail(error)}
    ) from error


def _detail(error: Exception) -> str:
    return str(error.args[-1] if error.args else error).rstrip(".")


def _create_mysql_database(name: str, user: str) -> None:
    quoted = "`" + name.replace("`", "``") + "`"
    statement = f"CREATE DATABASE {quoted} CHARACTER SET utf8mb4"
    try:
        _run_on_server(statement.replace("DATABASE", "DATABASE IF NOT EXISTS", 1))
        connection.ensure_connection()
    except DatabaseError as error:
        grant = f"{statement}; GRANT ALL ON {quoted}.* TO '{user}'@'%';"
        raise NotReady(
            _(
                "The database of DATABASE_URL does not exist and %(user)s may not create it; "
                "as an administrator run: %(statements)s"
            )
            % {"user": repr(user), "statements": grant}
        ) from error


def _run_on_server(statement: str) -> None:
    """On a connection that has chosen no database."""
    params: dict[str, Any] = connection.get_connection_params()
    params.pop("database")
    with connection.wrap_database_errors:
        server = connection.get_new_connection(params)
        try:
            with server.cursor() as cursor:
                cursor.execute(statement)
        finally:
            server.close()


def _refuse_narrow_text() -> None:
    """Tables made in latin1 or utf8mb3 lose 中文 or 👍."""
    if connection.vendor != "mysql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@character_set_database")
        (charset,) = cursor.fetchone()
    if charset != "utf8mb4":
        name = connection.settings_dict["NAME"]
        raise NotReady(
            _("The database of DATABASE_URL holds %(charset)s text: run %(statement)s.")
            % {"charset": charset, "statement": f"ALTER DATABASE `{name}` CHARACTER SET utf8mb4"}
        )


def is_behind() -> bool:
    """Are there migrations that this database has not seen?"""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def refuse_old_tables() -> None:
    """For what works on a chat as this release knows it."""
    if is_behind():
        raise NotReady(_("The tables of the database are not those of this release: run `manage.py migrate` first."))


def migrate_if_needed() -> None:
    if is_behind():
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except CommandError as error:
            raise NotReady(str(error)) from error


@contextmanager
def alone_on(alias: str) -> Iterator[None]:
    """One migration at a time on a database, whoever else starts in the same moment on whichever machine."""
    database = connections[alias]
    if database.vendor != "mysql":
        with exclusive(settings.RUN_DIR / "migrate.lock"):
            yield
        return
    with _without_timeouts(database):
        _take_lock(database, _lock_name(MIGRATE_LOCK))
        yield  # the lock ends with its connection


@contextmanager
def alone_at(work: str) -> Iterator[bool]:
    """Is nobody else at it? Asked without waiting; whoever is at it and dies is at it no more."""
    if connection.vendor != "mysql":
        lock = Lock(settings.RUN_DIR / f"{work}.lock")
        try:
            yield lock.acquire(wait=False)
        finally:
            lock.close()
        return
    with connection.cursor() as cursor:
        cursor.execute("SET SESSION wait_timeout = %s", [GONE_SECONDS])
        cursor.execute("SELECT GET_LOCK(%s, 0)", [_lock_name(f"chat.{work}")])
        (taken,) = cursor.fetchone()
        try:
            yield taken == 1
        finally:
            if taken == 1:
                cursor.execute("SELECT RELEASE_LOCK(%s)", [_lock_name(f"chat.{work}")])


def _lock_name(work: str) -> str:
    """Names hold for the whole server, which may have other databases."""
    return f"{work}.{connection.settings_dict['NAME']}"[:64]


def _take_lock(database: BaseDatabaseWrapper, name: str) -> None:
    with database.cursor() as cursor:
        taken = 0
        while taken != 1:
            cursor.execute("SELECT GET_LOCK(%s, %s)", [name, LOCK_POLL_SECONDS])
            (taken,) = cursor.fetchone()


@contextmanager
def _without_timeouts(database: BaseDatabaseWrapper) -> Iterator[None]:
    """Changing a large table takes longer than a chat's statements may. On a connection of its own."""
    options = database.settings_dict["OPTIONS"]
    limits = {name: options.pop(name) for name in ("read_timeout", "write_timeout") if name in options}
    database.close()
    try:
        yield
    finally:
        options.update(limits)
        database.close()
