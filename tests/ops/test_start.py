"""start.py and its doors: what newcomers type."""

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from chatsite.tasks import TASKS, frontend, packages, setup
from chatsite.tasks.stamps import Stamp
from tests.live import ROOT, call, free_port
from tests.ops.conftest import Installation

pytestmark = pytest.mark.once

LEFT_OUT = (".git", ".venv", "node_modules", "var", "dist", "out", ".env", "*.pyc", ".*_cache", ".hypothesis")


def ask(*arguments: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, capture_output=True, text=True, timeout=60, check=False
    )


def test_help_tells_what_every_task_does() -> None:
    said = ask("start.py", "help")
    assert said.returncode == 0
    assert set(re.findall(r"^ *([a-z-]+)  +\S", said.stdout, re.MULTILINE)) == set(TASKS)


def test_make_knows_every_task() -> None:
    (names,) = re.findall(r"^TASKS := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(names.split()) == {*TASKS, "help"}


@pytest.mark.parametrize("arguments", [["fly"], ["run", "fast"], ["--version"]])
def test_an_unknown_task_is_answered_with_the_known_ones(arguments: list[str]) -> None:
    said = ask("start.py", *arguments)
    assert said.returncode == 2
    assert "newcomer" in said.stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of this tree as it stands, installed and built."""
    copy = tmp_path / "chat"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
    (copy / ".venv").symlink_to(sys.prefix)
    dist = copy / "frontend" / "dist"
    dist.mkdir()
    (dist / "index.html").write_text("<title>Chat</title>")
    Stamp(dist / ".stamp", [copy / "frontend" / name for name in frontend.SOURCES]).write()
    return copy


@pytest.mark.timeout(240)
def test_two_runs_in_one_checkout_serve_one_chat(checkout: Path, installation: Installation) -> None:
    installation.var, installation.env_file = checkout / "var", checkout / ".env"
    strict = {"PYTHONDONTWRITEBYTECODE": "1"}
    one, other = (installation.start(("start.py", "run"), checkout, PORT=str(free_port()), **strict) for _ in range(2))
    for running in (one.wait(), other.wait()):
        status, page = call(running.url, "GET", "/")
        assert (status, page) == (200, b"<title>Chat</title>")
    assert one.stop() == 128 + signal.SIGTERM, "the signal reaches the server itself"
    assert call(other.url, "GET", "/api/health")[1]["status"] == "ok"
    other.stop()
    assert not (checkout / "frontend" / "node_modules").exists(), "what is built is not built again"
    assert list(checkout.glob("messaging/__pycache__/*.pyc")), "what is compiled is not compiled again"
    assert "Traceback" not in one.output() + other.output()


def test_a_stamp_is_fresh_until_a_source_changes(tmp_path: Path) -> None:
    source = tmp_path / "src"
    source.mkdir()
    (source / "a.ts").write_text("1")
    stamp = Stamp(tmp_path / "stamp", [source, tmp_path / "not there"])
    assert not stamp.is_fresh()
    stamp.write()
    assert stamp.is_fresh()
    (source / "b.ts").write_text("2")
    assert not stamp.is_fresh()
    (source / "b.ts").unlink()
    assert stamp.is_fresh()
    (source / "a.ts").rename(source / "c.ts")
    assert not stamp.is_fresh()


def test_uv_asks_the_mirror_that_pip_was_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("UV_DEFAULT_INDEX", raising=False)
    monkeypatch.setenv("PIP_INDEX_URL", "https://mirror.example/simple")
    assert packages._mirror() == {"UV_DEFAULT_INDEX": "https://mirror.example/simple"}
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://other.example/simple")
    assert packages._mirror() == {}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("", False),
        ("DATABASE_URL=mysql://chat@db/chat", True),
        ("DATABASE_URL='mysql://chat@db/chat'", True),
        ("export DATABASE_URL = mysql://chat@db/chat", True),
        ("DATABASE_URL=sqlite:///x\nMYSQL_HOST=db", False),
        ("DATABASE_URL=\nMYSQL_HOST=db", True),
        ("# DATABASE_URL=mysql://chat@db/chat", False),
        ("MYSQL_HOST=", False),
    ],
)
def test_the_mysql_driver_is_for_those_who_name_mysql(
    lines: str, expected: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "MYSQL_HOST", "MYSQL_DATABASE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ENV_FILE", str(tmp_path / ".env"))
    (tmp_path / ".env").write_text(lines)
    assert setup.names_mysql() is expected


def test_the_example_lists_every_setting() -> None:
    read = {"ENV_FILE", "DEBUG"}  # where the list lies, and what production asks for only to refuse it
    for file in (ROOT / "chatsite" / "settings").glob("*.py"):
        read |= set(re.findall(r"\b(?:text|whole|choice|words|networks|zone)\(\s*\"([A-Z_]+)\"", file.read_text()))
    listed = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert listed - {"DJANGO_SETTINGS_MODULE"} == read - {"ENV_FILE", "DEBUG"}


def test_the_example_is_a_good_env_file_as_it_stands(installation: Installation) -> None:
    shutil.copy(ROOT / ".env.example", installation.env_file)
    done = installation.manage("check")
    assert (done.returncode, done.stderr) == (0, "")
    assert "SECRET_KEY=\n" not in installation.env_file.read_text()


def test_the_embedded_start_needs_no_compiler() -> None:
    assert "mysqlclient" not in (ROOT / "requirements" / "base.txt").read_text()


@pytest.mark.skipif(os.name == "nt", reason="a POSIX shell")
def test_the_shell_script_is_a_door_too(tmp_path: Path) -> None:
    said = subprocess.run([ROOT / "start.sh", "help"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "newcomer" in said.stdout
