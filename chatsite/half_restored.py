"""A restore that is not done: a file says so on its machine, and a table in the database how far it has come.

What is noted in the table is noted in the transaction of the rows themselves. It belongs to no migration, and stands
only while a restore is not done.
"""
# ruff: noqa: S608 -- the table's name is ours

from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext as _

from chatsite.database import NotReady

TABLE = "chat_restore"
WHOLE = ""  # the row that says which archive it is, and that all rows of it are there


def file() -> Path:
    """It is there from the moment in which what lived here is gone until what is restored is whole."""
    return Path(settings.VAR_DIR) / "restore-unfinished"


def refuse_file() -> None:
    """Half a chat is nobody's."""
    if file().exists():
        sentence = _("A restore was broken off here: run it again, or delete %(file)s if this is as it should be.")
        raise NotReady(sentence % {"file": file()})


def refuse_rows() -> None:
    """Also on another machine than the one where it broke off."""
    if archive() is not None:
        raise NotReady(_("A restore into this database was broken off: run it again."))


def archive() -> str | None:
    """-> the digest of the archive that is half restored here"""
    with connection.cursor() as cursor:
        if TABLE not in connection.introspection.table_names(cursor):
            return None
        cursor.execute(f"SELECT archive FROM {TABLE} WHERE name = %s", [WHOLE])
        found = cursor.fetchone()
    return str(found[0]) if found else None


def begin(digest: str) -> None:
    forget()
    with connection.cursor() as cursor:
        cursor.execute(
            f"CREATE TABLE {TABLE} (name VARCHAR(64) NOT NULL PRIMARY KEY, archive CHAR(64) NOT NULL, "
            "pages INTEGER NOT NULL, kept INTEGER NOT NULL)"
        )
        cursor.execute(f"INSERT INTO {TABLE} VALUES (%s, %s, 0, 0)", [WHOLE, digest])


def done() -> dict[str, tuple[int, int]]:
    """-> table: (pages, rows) that are here"""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name, pages, kept FROM {TABLE}")
        return {name: (pages, kept) for name, pages, kept in cursor.fetchall()}


def note(table: str, pages: int, rows: int) -> None:
    """In the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {TABLE} WHERE name = %s", [table])
        cursor.execute(f"INSERT INTO {TABLE} VALUES (%s, '', %s, %s)", [table, pages, rows])


def note_all_rows() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {TABLE} SET pages = 1 WHERE name = %s", [WHOLE])


def forget() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {TABLE}")
