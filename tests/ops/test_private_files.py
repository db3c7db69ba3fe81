"""What people wrote is for the server's own user: other accounts of the machine read none of it."""

import stat
from pathlib import Path

import pytest

from tests.ops.conftest import Installation

pytestmark = pytest.mark.once


def others_may(path: Path) -> int:
    """-> the permission bits of group and world"""
    return stat.S_IMODE(path.stat().st_mode) & 0o077


def test_database_and_folder_are_private_from_the_first_migration(installation: Installation) -> None:
    assert installation.manage("migrate", "-v0", DATABASE_URL="").returncode == 0
    assert others_may(installation.var) == 0
    assert others_may(installation.var / "chat.sqlite3") == 0


def test_what_the_server_writes_is_private_too(installation: Installation) -> None:
    installation.start(DATABASE_URL="", REDIS_URL="").wait()
    files = [path for path in installation.var.rglob("*") if path.is_file()]
    assert files
    assert [path.name for path in files if others_may(path)] == []
