"""Operators' commands whose process is killed in the middle: called again, they go on and end in the same state."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from chatsite.backup.archive import Writer
from chatsite.backup.tables import TableRows
from chatsite.imports.ledger import Ledger
from messaging.models import Message
from rooms.models import Room
from tests.consistency import violations
from tests.imports.conftest import Old, old
from tests.live import ROOT, Server
from tests.ops.places import KEYS, MakePlace, Place, make_place, migrated
from tests.ops.test_backup import MYSQL, Archive, _keys, backed_up, serve, source

__all__ = ["_keys", "make_place", "migrated", "old", "serve", "source"]  # fixtures

pytestmark = [pytest.mark.timeout(600), pytest.mark.slow]

KILLED = """
import importlib, os, signal, sys
import django
django.setup()
from django.core.management import call_command
module, *names, name = sys.argv[1].split("|")
owner = importlib.import_module(module)
for own in names:
    owner = getattr(owner, own)
real, left = getattr(owner, name), [int(sys.argv[2])]
def dies(*args, **options):
    left[0] -= 1
    if left[0] < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return real(*args, **options)
setattr(owner, name, dies)
call_command(*sys.argv[3:])
"""

Kill = Callable[..., None]


@pytest.fixture
def kill(redis_server: str) -> Kill:
    """kill(place, "module|name", after, *command): a process that does the command, and dies in that function."""

    def start(place: Place, where: str, after: int, *command: str) -> None:
        own = {"REDIS_URL": redis_server, "REDIS_PREFIX": place.prefix, "ENV_FILE": str(place.env_file), **KEYS}
        env = {**Server(place.var, **own).env, "DATABASE_URL": place.database_url}
        died = subprocess.run(
            [sys.executable, "-c", KILLED, where, str(after), *command],
            cwd=ROOT,
            env=env,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        assert died.returncode == -signal.SIGKILL, died.stdout + died.stderr

    return start


@pytest.fixture
def inserted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """-> the tables whose pages were put in, one for each page"""
    found: list[str] = []
    real = TableRows.insert

    def counting(table: TableRows, lines: Any) -> None:
        found.append(table.name)
        real(table, lines)

    monkeypatch.setattr(TableRows, "insert", counting)
    return found


@pytest.fixture
def archive(source: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Archive:
    """One of many small pages, at a.tar."""
    with source.entered():
        live_here_too(source)
    monkeypatch.setattr("chatsite.backup.tables.ROWS_A_PAGE", 5)
    return backed_up(source, tmp_path / "a.tar")


def live_here_too(place: Place) -> None:
    """Pictures of nobody are files as well."""
    for number in range(8):
        (place.var / "media" / "avatars" / f"{number}.webp").write_bytes(os.urandom(3_000 + number))


def pages(archive: Archive) -> int:
    return sum(name.startswith("rows/") for name in archive.members)


NOTED = "chatsite.half_restored|note"  # in the transaction of a page, after its rows
ROWS = {"the first rows": (NOTED, 1), "in the middle of a table": (NOTED, 60)}
LATER = {"after the rows": ("chatsite.backup.restoring|_forget_cached", 0)}
FILES = {"in the files": ("chatsite.backup.restoring|_restore_file", 4)}


@pytest.mark.parametrize("where", [*ROWS, *LATER, *FILES])
def test_a_restore_that_was_killed_goes_on_and_ends_bit_for_bit(
    make_place: MakePlace, source: Place, archive: Archive, tmp_path: Path, kill: Kill, inserted: list[str], where: str
) -> None:
    target = make_place("target", url=MYSQL)
    kill(target, *(ROWS | LATER | FILES)[where], "restore", str(tmp_path / "a.tar"))
    written = {path: path.stat().st_mtime_ns for path in (target.var / "media").rglob("*.webp")}
    assert len(written) >= 4
    assert "Restored" in target.told("restore", str(tmp_path / "a.tar"))
    anew = pages(archive) - len(inserted)
    assert {"in the files": anew == 0, "after the rows": inserted == [], "in the middle of a table": anew > 20}.get(
        where, anew >= 0
    ), inserted
    assert backed_up(target, tmp_path / "b.tar").kept == archive.kept
    if not source.database_url:
        assert target.cells() == source.cells()
    same = {path for path, at in written.items() if path.stat().st_mtime_ns == at}
    assert len(same) >= len(written) - 1, "files that are good are not written again"


def test_one_that_was_killed_twice_goes_on_too(
    make_place: MakePlace, archive: Archive, tmp_path: Path, kill: Kill, inserted: list[str]
) -> None:
    target = make_place("target", url=MYSQL)
    for _time in range(2):
        kill(target, NOTED, 30, "restore", str(tmp_path / "a.tar"))
    target.told("restore", str(tmp_path / "a.tar"))
    assert len(inserted) < pages(archive) - 20
    assert backed_up(target, tmp_path / "b.tar").kept == archive.kept


def test_nobody_serves_what_is_half_restored_on_whichever_machine(
    make_place: MakePlace, archive: Archive, tmp_path: Path, kill: Kill, serve: Any
) -> None:
    target = make_place("target", url=MYSQL)
    kill(target, NOTED, 40, "restore", str(tmp_path / "a.tar"))
    with pytest.raises(RuntimeError, match="A restore was broken off here"):
        serve(target)
    (target.var / "restore-unfinished").unlink()
    with pytest.raises(RuntimeError, match="A restore into this database was broken off"):
        serve(target)
    assert "Restored" in target.told("restore", str(tmp_path / "a.tar")), "nobody lives in a half"
    serve(target)


def test_another_backup_begins_anew_and_says_so(
    make_place: MakePlace,
    source: Place,
    archive: Archive,
    tmp_path: Path,
    kill: Kill,
    inserted: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    (source.var / "media" / "avatars" / "0.webp").unlink()
    other = backed_up(source, tmp_path / "other.tar")
    target = make_place("target", url=MYSQL)
    kill(target, NOTED, 60, "restore", str(tmp_path / "a.tar"))
    target.told("restore", str(tmp_path / "other.tar"))
    assert "this begins anew" in capsys.readouterr().err
    assert len(inserted) == pages(other)
    assert backed_up(target, tmp_path / "b.tar").kept == other.kept
    assert not (target.var / "media" / "avatars" / "0.webp").exists()


def test_what_broke_off_before_there_was_anything_begins_anew_and_says_so(
    make_place: MakePlace, archive: Archive, tmp_path: Path, kill: Kill, capsys: pytest.CaptureFixture[str]
) -> None:
    target = make_place("target", url=MYSQL)
    kill(target, "chatsite.half_restored|begin", 0, "restore", str(tmp_path / "a.tar"))
    target.told("restore", str(tmp_path / "a.tar"))
    assert "with nothing to go on from: it begins anew" in capsys.readouterr().err
    assert backed_up(target, tmp_path / "b.tar").kept == archive.kept


def test_what_was_killed_before_the_later_migrations_is_whole_all_the_same(
    make_place: MakePlace, source: Place, tmp_path: Path, kill: Kill, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where a migration may have left half of itself, nothing is gone on with."""
    source.told("migrate", "sessions", "zero", backup=False)
    older = backed_up(source, tmp_path / "older.tar")
    target = make_place("target", url=MYSQL)
    kill(target, "chatsite.backup.restoring|call_command", 0, "restore", str(tmp_path / "older.tar"))
    target.told("restore", str(tmp_path / "older.tar"))
    how = "it begins anew" if target.database_url else "it goes on where it stopped"
    assert how in capsys.readouterr().err
    newer = backed_up(target, tmp_path / "newer.tar")
    assert "django_session" in newer.manifest["tables"]
    assert newer.rows("messaging_message") == older.rows("messaging_message")


# --- backup


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """-> the files that were put into the archive"""
    found: list[str] = []
    real = Writer.add_file

    def counting(writer: Writer, name: str, path: Path) -> None:
        found.append(path.name)
        real(writer, name, path)

    monkeypatch.setattr(Writer, "add_file", counting)
    return found


@pytest.mark.parametrize(
    ("where", "after", "most"),
    [("chatsite.backup.archive|Writer|add_file", 4, 6), ("chatsite.backup.archive|Writer|add_rows", 3, 0)],
    ids=["in the files", "in the rows"],
)
@pytest.mark.parametrize("path", ["a.tar", ""], ids=["named", "by default"])
def test_a_backup_that_was_killed_keeps_its_files_and_reads_the_rows_anew(
    source: Place,
    tmp_path: Path,
    kill: Kill,
    copied: list[str],
    capsys: pytest.CaptureFixture[str],
    where: str,
    after: int,
    most: int,
    path: str,
) -> None:
    live_here_too(source)
    command = ["backup", *([str(tmp_path / path)] if path else [])]
    kill(source, where, after, *command)
    source.told(*command)
    assert len(copied) <= most, "the last one may have died in the buffer"
    assert f"{9 - len(copied)} files of it are good" in capsys.readouterr().err
    (made,) = [*tmp_path.glob("*.tar"), *(source.var / "backups").glob("*.tar")]
    assert not list(made.parent.glob("*.part"))
    assert Archive(made).kept == backed_up(source, tmp_path / "whole.tar").kept
    assert "Restored" in source.told("restore", str(made), replace=True)


def test_a_file_that_has_changed_since_or_is_cut_is_copied_anew(
    source: Place, tmp_path: Path, kill: Kill, copied: list[str]
) -> None:
    live_here_too(source)
    part, avatars = tmp_path / "a.tar.part", source.var / "media" / "avatars"
    kill(source, "chatsite.backup.archive|Writer|add_rows", 0, "backup", str(tmp_path / "a.tar"))
    (avatars / "5.webp").write_bytes(os.urandom(3_005))
    first = backed_up(source, tmp_path / "a.tar")
    assert first.members["files/avatars/5.webp"] == (avatars / "5.webp").read_bytes()
    kill(source, "chatsite.backup.archive|Writer|add_rows", 0, "backup", str(tmp_path / "a.tar"))
    part.write_bytes(part.read_bytes()[:7_000])
    copied.clear()
    assert backed_up(source, tmp_path / "a.tar").kept == first.kept
    assert len(copied) == 8


def test_a_disk_that_is_full_is_not_kept_full(source: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Writer, "add_rows", full)
    assert "No space left on device" in source.refused("backup", str(tmp_path / "a.tar"))
    assert list(tmp_path.glob("a.tar*")) == []


# --- seed and import_flaskchat

SEED = ["seed", "--messages", "3000"]
SOWN = [
    ("chatsite.seeding.community|_found", 5),
    ("chatsite.seeding.community|accounts|befriend", 20),
    ("messaging.services.statements|save_counters", 2),  # before COMMIT
    ("chatsite.seeding.sowing|add_lines", 3),
    ("chatsite.seeding.sowing|read_everything", 10),
]


# What no number decides: salts, when rows were last written, marks of a key (environments trim it).
OWN = {"password", "changed_at", "fingerprint"}


def differing(one: Place, other: Place) -> set[str]:
    """-> where two SQLite databases do not say the same"""
    found, others = set(), other.cells()
    for table, rows in one.cells().items():
        with closing(sqlite3.connect(one.file)) as opened:
            columns = [column for (_number, column, *_facts) in opened.execute(f"PRAGMA table_info({table})")]
        if len(rows) != len(others[table]):
            found.add(f"{table}: {len(rows)} and {len(others[table])} rows")
        for row, twin in zip(rows, others[table], strict=False):
            cells = zip(columns, row[::2], twin[::2], strict=True)
            found |= {f"{table}.{column}" for column, cell, its in cells if cell != its and column not in OWN}
    return found


@pytest.mark.parametrize(("where", "after"), SOWN)
def test_a_seed_that_was_killed_goes_on_and_ends_in_the_same_state(
    make_place: MakePlace, kill: Kill, where: str, after: int
) -> None:
    killed, whole = (make_place(name, is_migrated=True, url=MYSQL) for name in ("killed", "whole"))
    kill(killed, where, after, *SEED)
    with killed.entered():
        assert Message.objects.count() < 3_000 or where.endswith("read_everything")
        begun = Ledger("seed-1-3000").of("begun")[0]
    with whole.entered():
        Ledger("seed-1-3000").enter("begun", {0: begun})
    for place in (killed, whole):
        place.told(*SEED)
        with place.entered():
            assert violations() == []
            assert Message.objects.count() == 3_000
    if not killed.database_url:
        assert differing(killed, whole) == set()


IMPORTED = [
    ("chatsite.imports.flaskchat.people|bulk|add_users", 20),
    ("chatsite.imports.flaskchat.rooms|bulk|found", 5),
    ("chatsite.imports.flaskchat.friends|_keep", 10),
    ("messaging.services.statements|save_counters", 1),  # before COMMIT
    ("chatsite.imports.flaskchat.messages|add_lines", 1),
]


@pytest.mark.parametrize(("where", "after"), IMPORTED)
def test_an_import_that_was_killed_goes_on_and_ends_in_the_same_state(
    make_place: MakePlace, kill: Kill, old: Old, where: str, after: int
) -> None:
    old.load(rows=True)
    killed, whole = (make_place(name, is_migrated=True, url=MYSQL) for name in ("killed", "whole"))
    command = ["import_flaskchat", "--source", old.url]
    kill(killed, where, after, *command)
    for place in (killed, whole):
        place.told(*command)
        with place.entered():
            assert violations() == []
            assert (Message.objects.count(), Room.objects.exclude(kind=Room.DIRECT).count()) == (2_000, 12)
    if not killed.database_url:
        assert differing(killed, whole) == set()
