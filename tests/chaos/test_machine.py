"""What breaks the machine under the database does break it."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import random
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.chaos import faults, mariadb
from tests.chaos.disk import Disk
from tests.chaos.mariadb import OwnMariaDB
from tests.chaos.power import Power
from tests.chaos.world import World

pytestmark = pytest.mark.once

WRITES = """
import os, sys
file = os.open(sys.argv[1], os.O_RDWR | os.O_CREAT, 0o600)
os.write(file, b"synced, and ")
os.fsync(file)
os.write(file, b"what the disk never saw")
os.pwrite(file, b"SYNCED", 0)
os.kill(os.getpid(), 9)
"""


@pytest.mark.skipif(not Power.is_possible(), reason="wants Linux and a C compiler")
def test_a_file_loses_what_was_not_synced(tmp_path: Path) -> None:
    files = tmp_path / "files"
    files.mkdir()
    power = Power(files, tmp_path)
    file = files / "file"
    found = set()
    command = [sys.executable, "-c", WRITES, str(file)]
    subprocess.run(command, env={**os.environ, **power.environment()}, check=False)
    assert file.read_bytes() == b"SYNCED, and what the disk never saw"
    (journal,) = power.journals.iterdir()
    noted = journal.read_bytes()
    for seed in range(20):
        file.write_bytes(b"SYNCED, and what the disk never saw")
        journal.write_bytes(noted)
        power.lose(random.Random(seed))
        found.add(file.read_bytes())
    assert found == {b"synced, and ", b"synced, and what the disk never saw", b"SYNCED, and what the disk never saw"}
    assert not any(path.read_bytes() for path in power.journals.iterdir())


def test_a_full_disk_takes_nothing_until_there_is_room(tmp_path: Path) -> None:
    disk = Disk.mounted(tmp_path / "disk")
    if disk is None:
        pytest.skip("mounting a disk takes root")
    try:
        disk.fill()
        with pytest.raises(OSError, match="space") as refused:
            (disk.directory / "file").write_bytes(b"x" * 1024 * 1024)
        assert refused.value.errno == errno.ENOSPC
        disk.free()
        (disk.directory / "file").write_bytes(b"x" * 1024 * 1024)
    finally:
        disk.close()


@pytest.mark.skipif(mariadb.binary() is None, reason="wants a MariaDB of its own")
def test_connections_are_given_back_while_others_keep_theirs(tmp_path: Path) -> None:
    database = OwnMariaDB(tmp_path / "data").create()
    is_over = threading.Event()
    greedy = threading.Thread(target=_keep_connections, args=(database, is_over))
    try:
        greedy.start()
        world: Any = SimpleNamespace(database=database)
        asyncio.run(faults.use_up_connections(world, [], random.Random(1)))
    finally:
        is_over.set()
        greedy.join()
        kept = database.run("SELECT @@max_connections")
        database.kill()
    assert kept == [(faults.CONNECTIONS_MOST,)]


def _keep_connections(database: OwnMariaDB, is_over: threading.Event) -> None:
    """As many as there are, until it is over."""
    with contextlib.ExitStack() as kept:
        while not is_over.wait(0.01):
            with contextlib.suppress(Exception):
                kept.enter_context(database.link())


@pytest.mark.skipif(
    mariadb.binary() is None or not Power.is_possible(), reason="wants a MariaDB of its own, Linux and a C compiler"
)
def test_a_database_made_long_ago_outlives_the_power(tmp_path: Path) -> None:
    """Its charset stands in a file that MariaDB writes once and never syncs; the system does, half a minute later."""
    world: Any = SimpleNamespace()
    World._start_database(world, tmp_path, ())
    charset = "SELECT default_character_set_name FROM information_schema.schemata WHERE schema_name = 'chat'"
    try:
        for seed in range(4):
            World.lose_power(world, random.Random(seed))
            assert world.database.run(charset) == [("utf8mb4",)]
    finally:
        world.database.kill()
        world.database_line.close()
        if world.disk is not None:
            world.disk.close()
