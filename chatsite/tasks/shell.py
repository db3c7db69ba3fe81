"""Running other programs, and saying so."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = BIN / ("python.exe" if os.name == "nt" else "python")

Command = Sequence[str | Path]
LAST_LINES = 120
LAST_WORDS_SECONDS = 5


class Failed(Exception):
    """One sentence for the terminal."""


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def call(command: Command, *, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> int:
    """Runs it with our terminal -> its exit code."""
    return subprocess.call([str(part) for part in command], cwd=cwd, env=_environment(env), stdin=subprocess.DEVNULL)


def echo(command: Command, *, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> tuple[int, list[str]]:
    """Runs it, repeating what it prints -> its exit code and its last lines."""
    last: deque[str] = deque(maxlen=LAST_LINES)
    reading, writing = os.pipe()

    def repeat() -> None:
        with os.fdopen(reading, errors="replace") as lines:
            for line in lines:
                last.append(line.rstrip("\n"))
                say(last[-1])

    repeating = threading.Thread(target=repeat, daemon=True)
    repeating.start()
    with os.fdopen(writing, "w") as pipe:
        code = subprocess.call(
            [str(part) for part in command],
            cwd=cwd,
            env=_environment(env),
            stdin=subprocess.DEVNULL,
            stdout=pipe,
            stderr=subprocess.STDOUT,
        )
    repeating.join(LAST_WORDS_SECONDS)  # a grandchild that was left behind may hold the pipe
    return code, list(last)


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
    """
    Runs every step, whatever becomes of the others, and tells at the end which ones failed; where nobody watches (a log
    that is often read from its end), also with which words.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.failed: dict[str, list[str]] = {}

    def run(self, title: str, command: Command, *, cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> bool:
        say(f"\n── {title}")
        started = time.monotonic()
        code, words = (call(command, cwd=cwd, env=env), []) if sys.stdout.isatty() else echo(command, cwd=cwd, env=env)
        say(f"── {title}: {'FAILED' if code else 'ok'} ({time.monotonic() - started:.0f} s)")
        return self.note(title, code == 0, words)

    def note(self, title: str, ok: bool, words: Sequence[str] = ()) -> bool:
        if not ok:
            self.failed[title] = list(words)
        return ok

    def finish(self) -> None:
        for title, words in self.failed.items():
            say("\n".join([f"\n── {title}, which failed, ended with", *words]))
        if self.failed:
            raise Failed(f"\nmake {self.name} failed: {', '.join(self.failed)}.")
        say(f"\nmake {self.name}: all is well.")
