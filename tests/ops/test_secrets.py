"""SECRET_KEY and JWT_SECRET_KEY: made once, kept in .env."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from chatsite.settings.secret_keys import ensure_secrets
from tests.live import ROOT


@pytest.fixture
def env_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SECRET_KEY", "")
    monkeypatch.setenv("JWT_SECRET_KEY", "")
    return tmp_path / ".env"


def forget(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a new process starts."""
    monkeypatch.setenv("SECRET_KEY", "")
    monkeypatch.setenv("JWT_SECRET_KEY", "")


def test_both_are_made_long_and_different(env_file: Path) -> None:
    ensure_secrets(env_file)
    lines = dict(line.split("=", 1) for line in env_file.read_text().splitlines())
    assert set(lines) == {"SECRET_KEY", "JWT_SECRET_KEY"}
    assert len(set(lines.values())) == 2
    assert min(map(len, lines.values())) >= 50


def test_only_their_owner_reads_the_file(env_file: Path) -> None:
    env_file.write_text("PORT=9001\n")
    env_file.chmod(0o644)
    ensure_secrets(env_file)
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600


def test_what_stands_in_the_file_stays(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env_file.write_text("# mine\nPORT=9001\nSECRET_KEY=\n\nJWT_SECRET_KEY='of my own'\nlast=1")
    ensure_secrets(env_file)
    made = env_file.read_text()
    lines = made.splitlines()
    assert [lines[i] for i in (0, 1, 3, 4, 5)] == ["# mine", "PORT=9001", "", "JWT_SECRET_KEY='of my own'", "last=1"]
    assert len(lines) == 6
    assert len(lines[2]) > len("SECRET_KEY=") + 50
    forget(monkeypatch)
    ensure_secrets(env_file)
    assert env_file.read_text() == made


def test_secrets_of_the_environment_are_written_nowhere(env_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "s" * 40)
    monkeypatch.setenv("JWT_SECRET_KEY", "j" * 40)
    ensure_secrets(env_file)
    assert not env_file.exists()


def test_what_is_no_file_is_left_alone(env_file: Path) -> None:
    """Like ENV_FILE=/dev/null, as root."""
    os.mkfifo(env_file)
    with pytest.raises(ImproperlyConfigured, match="is not a file"):
        ensure_secrets(env_file)
    assert list(env_file.parent.iterdir()) == [env_file]
    assert env_file.is_fifo()


def test_starts_at_the_same_moment_agree(env_file: Path) -> None:
    program = (
        "import os, pathlib, sys; from chatsite.settings.secret_keys import ensure_secrets;"
        "ensure_secrets(pathlib.Path(sys.argv[1])); print(os.environ['SECRET_KEY'], os.environ['JWT_SECRET_KEY'])"
    )
    command = [sys.executable, "-c", program, str(env_file)]
    starters = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(6)]
    said = {starter.communicate(timeout=60)[0] for starter in starters}
    assert len(said) == 1
    assert env_file.read_text().count("SECRET_KEY=") == 2
