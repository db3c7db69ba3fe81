"""What an operator types wrong, a disk has no room for, or a restore left half done: one sentence, nothing changed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import OperationalError

from accounts.models import User
from chatsite.management.commands import serve
from chatsite.seeding import sowing
from chatsite.settings import environment
from tests.live import ROOT
from tests.ops.places import MakePlace, make_place, migrated

__all__ = ["make_place", "migrated"]  # fixtures

HALF = "A restore was broken off here"


@pytest.mark.once
@pytest.mark.parametrize(
    "command", [("retention",), ("retention", "--delete"), ("flush_expired",), ("reset_link", "ann")]
)
def test_what_works_on_a_chat_refuses_a_database_without_its_tables(
    make_place: MakePlace, command: tuple[str, ...]
) -> None:
    assert "manage.py migrate" in make_place("bare").refused(*command)


@pytest.mark.once
@pytest.mark.parametrize("command", [("backup",), ("retention",), ("flush_expired",), ("reset_link", "ann"), ("seed",)])
def test_nothing_else_is_done_with_half_a_chat(make_place: MakePlace, command: tuple[str, ...]) -> None:
    place = make_place("half", is_migrated=True)
    (place.var / "restore-unfinished").touch()
    before = place.cells()
    assert HALF in place.refused(*command)
    assert place.cells() == before


@pytest.mark.once
def test_an_upgrade_check_does_not_call_half_a_chat_fine(make_place: MakePlace) -> None:
    place = make_place("half", is_migrated=True)
    (place.var / "restore-unfinished").touch()
    said = StringIO()
    with place.entered(), pytest.raises(CommandError):
        call_command("upgrade_check", stdout=said)
    assert f"✗ {HALF}" in said.getvalue()


@pytest.mark.once
def test_fewer_messages_than_none_are_refused_before_anybody_is_made(db: None) -> None:
    with pytest.raises(CommandError, match="--messages"):
        call_command("seed", messages=-1)
    assert not User.objects.exists()


@pytest.mark.once
@pytest.mark.parametrize("port", ["abc", "99999"])
def test_a_port_that_is_none_is_one_sentence(port: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL must be"):
        environment.database(f"mysql://root@127.0.0.1:{port}/chat")


@pytest.mark.once
@pytest.mark.parametrize("address", ["127.0.0.1:abc/old", "127.0.0.1:99999/old", "127.0.0.1:3306/"])
def test_a_source_that_is_none_is_called_by_its_own_name(settings: Any, tmp_path: Path, address: str) -> None:
    settings.RUN_DIR = tmp_path
    with pytest.raises(CommandError, match=r"--source must be") as refusal:
        call_command("import_flaskchat", source=f"mysql://root@{address}")
    assert "DATABASE_URL" not in str(refusal.value)


def full(*args: Any, **options: Any) -> None:
    raise OperationalError("database or disk is full")


def no_space(*args: Any, **options: Any) -> None:
    raise OSError(28, "No space left on device", "/var/chat/x")


@pytest.mark.once
@pytest.mark.parametrize(
    ("failure", "sentence"),
    [(full, "The database gives up: database or disk is full."), (no_space, "/var/chat/x: No space left on device.")],
)
def test_a_full_disk_is_one_sentence(
    db: None, monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path, failure: Any, sentence: str
) -> None:
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(sowing, "sow", failure)
    with pytest.raises(CommandError) as refusal:
        call_command("seed")
    monkeypatch.setattr(serve, "reach_database", failure)
    monkeypatch.setattr(serve.server, "refuse_taken_port", lambda: None)
    monkeypatch.setattr(serve.signal, "signal", lambda *args: None)
    with pytest.raises(SystemExit) as end:
        call_command("serve")
    assert str(refusal.value) == end.value.code == sentence


INTERRUPTED = """
import signal, sys
from django.core import management
signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background it is ignored
management.execute_from_command_line = lambda argv: signal.raise_signal(signal.SIGINT)
sys.argv = ["manage.py", "migrate"]
import manage
manage.main()
"""


@pytest.mark.once
def test_ctrl_c_leaves_no_stack_of_calls(tmp_path: Path) -> None:
    env = {**os.environ, "ENV_FILE": str(tmp_path / "env"), "VAR_DIR": str(tmp_path)}
    command = [sys.executable, "-c", INTERRUPTED]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (128 + signal.SIGINT, "")
