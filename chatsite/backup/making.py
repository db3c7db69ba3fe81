"""Makes a backup while the server runs: nobody waits for it, and nobody's half-done change is in it."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from rich.progress import Progress

from chatsite.backup.archive import (
    FILES,
    FORMAT,
    KEYS,
    ROWS,
    Manifest,
    Member,
    Table,
    Writer,
    part_of,
    sha256_of,
    writing,
)
from chatsite.backup.snapshot import snapshot
from chatsite.backup.tables import Migrations, TableRows, applied, refuse_unknown, tables
from chatsite.database import NotReady, alone_on
from chatsite.settings.secret_keys import NAMES
from chatsite.terminal import tell

AUTOMATIC_KEPT = 3  # of each occasion


def directory() -> Path:
    return Path(settings.VAR_DIR) / "backups"


def make(path: Path | None, progress: Progress) -> tuple[Manifest, Path]:
    """Writes the archive, by default one of the moment in `directory()`; migrations wait until it is done."""
    with alone_on("default"):
        path = path or _next_path("chat")
        return write(path, progress), path


def automatic(occasion: str, progress: Progress) -> Path:
    """A backup that the program makes before it changes everything; the caller is alone_on the database."""
    path = _next_path(occasion)
    write(path, progress)
    for old in sorted(directory().glob(f"{occasion}-*.tar"))[:-AUTOMATIC_KEPT]:
        old.unlink()
    return path


def _next_path(occasion: str) -> Path:
    """What one that was broken off has left becomes the beginning of this one: alone, nobody is writing it."""
    path = directory() / f"{occasion}-{datetime.now(UTC):%Y%m%d-%H%M%S}.tar"
    for left in sorted(directory().glob(f"{occasion}-*.tar.part")):
        left.replace(part_of(path))  # of several the newest, whose name is the last
    return path


def write(path: Path, progress: Progress) -> Manifest:
    loader = MigrationLoader(connection)
    migrations = applied(loader)
    if not migrations:
        raise NotReady(_("There is nothing to back up: the database has no tables."))
    refuse_unknown(loader, migrations)
    with writing(path, _is_current) as archive:
        if archive.members:
            tell(progress, _continued(len(archive.members)))
        # Files before the snapshot and the new ones after it: whatever it names was there at one of the two times.
        _add_files(archive, progress)
        with snapshot():
            counts = {table.name: _add_table(archive, table, progress) for table in tables(loader, migrations)}
        _add_files(archive, progress)
        archive.add(KEYS, msgspec.json.encode({name: getattr(settings, name) for name in NAMES}))
        manifest = _manifest(migrations, counts, archive)
        archive.finish(manifest)
    return manifest


def _manifest(migrations: Migrations, counts: dict[str, Table], archive: Writer) -> Manifest:
    return Manifest(
        format=FORMAT,
        version=settings.VERSION,
        made_at=datetime.now(UTC),
        database=connection.vendor,
        migrations=migrations,
        tables=counts,
        members=archive.members,
    )


def _add_table(archive: Writer, table: TableRows, progress: Progress) -> Table:
    task, rows = progress.add_task(table.name, total=table.count()), 0
    for number, lines in enumerate(table.pages()):
        archive.add_rows(f"{ROWS}{table.name}/{number:06}.jsonl.gz", b"\n".join(lines))
        rows += len(lines)
        progress.advance(task, len(lines))
    return Table(table.columns, rows)


def _add_files(archive: Writer, progress: Progress) -> None:
    found = dict(_files())
    left = [(name, path) for name, path in found.items() if name not in archive.members]
    if left:
        task = progress.add_task(_("files"), total=len(found), completed=len(found) - len(left))
        for name, path in left:
            archive.add_file(name, path)
            progress.advance(task)


def _files() -> Iterator[tuple[str, Path]]:
    root = Path(settings.MEDIA_ROOT)
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            path = Path(folder) / name
            if path.is_file() and not path.is_symlink():
                yield FILES + path.relative_to(root).as_posix(), path


def _is_current(name: str, member: Member) -> bool:
    path = Path(settings.MEDIA_ROOT) / name.removeprefix(FILES)
    return path.is_file() and path.stat().st_size == member.size and sha256_of(path) == member.sha256


def _continued(count: int) -> str:
    sentence = ngettext(
        "A backup was broken off here: %(count)d file of it is good and is not copied again.",
        "A backup was broken off here: %(count)d files of it are good and are not copied again.",
        count,
    )
    return sentence % {"count": count}
