"""Running other programs, and saying so."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")

Command = Sequence[str | Path]


class Failed(Exception):
    """One sentence for the terminal."""


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def call(command: Command, *, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> int:
    """Runs it with our terminal -> its exit code."""
    return subprocess.call([str(part) for part in command], cwd=cwd, env=_environment(env), stdin=subprocess.DEVNULL)


def must(command: Command, failure: str, *, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> None:
    """Runs it with our terminal; says `failure` when it fails."""
    if call(command, cwd=cwd, env=env):
        raise Failed(failure)


def output(command: Command, *, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> str | None:
    """-> what it printed, or None if it failed or is not there."""
    try:
        done = subprocess.run(
            [str(part) for part in command], cwd=cwd, env=_environment(env), capture_output=True, text=True, check=False
        )
    except OSError:
        return None
    return None if done.returncode else done.stdout


def _environment(extra: Mapping[str, str] | None) -> dict[str, str]:
    return {**os.environ, **(extra or {})}


class Steps:
    """Runs every step, whatever becomes of the others, and tells at the end which ones failed."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.failed: list[str] = []

    def run(self, title: str, command: Command, *, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> bool:
        say(f"\n── {title}")
        started = time.monotonic()
        ok = call(command, cwd=cwd, env=env) == 0
        say(f"── {title}: {'ok' if ok else 'FAILED'} ({time.monotonic() - started:.0f} s)")
        return self.note(title, ok)

    def note(self, title: str, ok: bool) -> bool:
        if not ok:
            self.failed.append(title)
        return ok

    def finish(self) -> None:
        sys.stdout.flush()
        if self.failed:
            raise Failed(f"\nmake {self.name} failed: {', '.join(self.failed)}.")
        say(f"\nmake {self.name}: all is well.")
