"""The tables of a database as its applied migrations describe them, and their rows as JSON that every database knows.

Not as today's models do: a backup before a migration, and the restoring of an old one, meet yesterday's columns.
"""
# ruff: noqa: S608, SLF001 -- names of tables and columns come from the migrations, and Django has no other door to them

from __future__ import annotations

import base64
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

import msgspec
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _

from chatsite.database import NotReady

Row = list[Any]
Convert = Callable[[Any], Any]
Migrations = dict[str, list[str]]  # app -> names

# A database without an epoch makes a new one: clients of a restored backup drop what it does not hold.
# What servers have done lately (chatsite/chores) is nothing of the chat, and makes no empty place a lived-in one.
LEFT_OUT = frozenset({"messaging_epoch", "django_tasks_database_dbtaskresult"})
MADE_BY_MIGRATIONS = frozenset({"django_content_type", "auth_permission"})
MIGRATIONS_TABLE = "django_migrations"
ROWS_A_PAGE = 2_000
_encode = msgspec.json.Encoder().encode


def applied(loader: MigrationLoader) -> Migrations:
    """-> what this database has, of what there is on disk or was once."""
    found: Migrations = {}
    for app, name in sorted(loader.applied_migrations):
        found.setdefault(app, []).append(name)
    return found


def refuse_unknown(loader: MigrationLoader, migrations: Migrations) -> None:
    """Migrations that this release does not have: a newer one has made them."""
    names = [(app, name) for app, own in migrations.items() for name in own]
    for app, name in names:
        if (app, name) not in loader.graph.nodes:
            raise NotReady(
                _("A newer release has migrated this (%(migration)s): use that one.") % {"migration": f"{app}.{name}"}
            )


def targets(loader: MigrationLoader, migrations: Migrations) -> list[tuple[str, str]]:
    """-> the last ones: what to migrate to in order to have exactly these."""
    nodes = {(app, name) for app, names in migrations.items() for name in names}
    followed = {parent.key for node in nodes for parent in loader.graph.node_map[node].parents}
    return sorted(nodes - followed) or sorted(nodes)


def tables(loader: MigrationLoader, migrations: Migrations) -> list[TableRows]:
    """By name; every table that these migrations have made and still have, but for those that are left out."""
    found = _models(loader, [(app, name) for app, names in migrations.items() for name in names])
    return [TableRows(found[name]) for name in sorted(found) if name not in LEFT_OUT]


def is_empty() -> bool:
    """Has nobody ever lived in this database?"""
    loader = MigrationLoader(connection)
    migrations = applied(loader)
    refuse_unknown(loader, migrations)
    return all(table.is_empty() for table in tables(loader, migrations) if table.name not in MADE_BY_MIGRATIONS)


def drop_all(loader: MigrationLoader) -> None:
    """Every table of ours, also those of a migration that broke off."""
    ours = {MIGRATIONS_TABLE, *_models(loader, loader.applied_migrations), *_models(loader, loader.graph.nodes)}
    with connection.constraint_checks_disabled(), connection.cursor() as cursor:
        for name in ours.intersection(connection.introspection.table_names(cursor)):
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(name)}")


def _models(loader: MigrationLoader, nodes: Collection[tuple[str, str]]) -> dict[str, type[models.Model]]:
    """-> by the name of their table"""
    found = loader.project_state(list(nodes)).apps.get_models(include_auto_created=True) if nodes else []
    return {model._meta.db_table: model for model in found if model._meta.managed}


class TableRows:
    def __init__(self, model: type[models.Model]) -> None:
        self.name = model._meta.db_table
        self._fields = model._meta.concrete_fields
        self.columns = [str(field.column) for field in self._fields]
        self._key = self.columns.index(str(model._meta.pk.column))
        quote = connection.ops.quote_name
        self._table, self._names = quote(self.name), ", ".join(map(quote, self.columns))
        self._order = quote(self.columns[self._key])

    def count(self) -> int:
        return int(_select(f"SELECT COUNT(*) FROM {self._table}")[0][0])

    def is_empty(self) -> bool:
        return not _select(f"SELECT 1 FROM {self._table} LIMIT 1")

    def pages(self) -> Iterator[list[bytes]]:
        """All rows by key, each a line of JSON."""
        readers = [_reader(field) for field in self._fields]
        select = f"SELECT {self._names} FROM {self._table}"
        end = f"ORDER BY {self._order} LIMIT {ROWS_A_PAGE}"
        found = _select(f"{select} {end}")
        while found:
            yield [_encode([read(value) for read, value in zip(readers, row, strict=True)]) for row in found]
            found = _select(f"{select} WHERE {self._order} > %s {end}", [found[-1][self._key]])

    def insert(self, lines: Iterable[bytes]) -> None:
        writers = [_writer(field) for field in self._fields]
        rows = [
            [
                None if value is None else write(value)
                for write, value in zip(writers, msgspec.json.decode(line), strict=True)
            ]
            for line in lines
        ]
        places = ", ".join(["%s"] * len(self.columns))
        with connection.cursor() as cursor:
            cursor.executemany(f"INSERT INTO {self._table} ({self._names}) VALUES ({places})", rows)

    def clear(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {self._table}")


def _select(sql: str, parameters: Iterable[Any] = ()) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, list(parameters))
        return list(cursor.fetchall())


def _reader(field: models.Field[Any, Any]) -> Convert:
    """What the database gives -> what JSON holds and every database takes back."""
    if isinstance(field, models.JSONField):  # the text itself: parsing and writing it anew would change its spaces
        return lambda value: value.decode() if isinstance(value, bytes) else value
    column = field.get_col(field.model._meta.db_table)
    converters = [*connection.ops.get_db_converters(column), *field.get_db_converters(connection)]
    if not converters:
        return bytes if isinstance(field, models.BinaryField) else _as_it_is

    def read(value: Any) -> Any:
        for convert in converters:
            value = convert(value, column, connection)
        return value

    return read


def _writer(field: models.Field[Any, Any]) -> Convert:
    if isinstance(field, models.JSONField):
        return _as_it_is
    if isinstance(field, models.BinaryField):
        return lambda value: field.get_db_prep_value(base64.b64decode(value), connection)
    return lambda value: field.get_db_prep_value(field.to_python(value), connection)


def _as_it_is(value: Any) -> Any:
    return value
