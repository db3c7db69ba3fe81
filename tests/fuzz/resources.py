"""What a server process holds: memory, file descriptors, asyncio tasks. Linux only, by /proc."""

from __future__ import annotations

import json
import os
import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from tests.live import Server

SETTLE_SECONDS = 60
ANSWER_SECONDS = 20


class Held(NamedTuple):
    rss_kb: int
    descriptors: int
    tasks: int


def held_by(server: Server) -> Held:
    return Held(rss_kb(server), len(_descriptors(_proc(server) / "fd")), len(tasks_of(server)))


def rss_kb(server: Server, line: str = "VmRSS:") -> int:
    """What it holds in memory now; with `VmHWM:`, the most that it ever held."""
    status = (_proc(server) / "status").read_text().splitlines()
    return int(next(found for found in status if found.startswith(line)).split()[1])


def _proc(server: Server) -> Path:
    assert server.process is not None
    return Path(f"/proc/{server.process.pid}")


def held_by_sockets(server: Server) -> int:
    """-> how many sockets it has open, its listening one and those to its services among them."""
    return sum(name.startswith("socket:") for name in _descriptors(_proc(server) / "fd"))


def _descriptors(folder: Path) -> list[str]:
    """-> what they lead to, but for the files of SQLite: each thread opens three of those when it is first needed."""
    found = []
    for entry in folder.iterdir():
        with suppress(FileNotFoundError):
            found.append(str(entry.readlink()))
    return [name for name in found if ".sqlite3" not in name]


def tasks_of(server: Server) -> list[str]:
    """-> the coroutines of its tasks, as tests/fuzz/settings.py writes them down."""
    assert server.process is not None
    told = server.var / "tasks.json"
    told.unlink(missing_ok=True)
    os.kill(server.process.pid, signal.SIGUSR1)
    deadline = time.monotonic() + ANSWER_SECONDS
    while not told.exists():
        if time.monotonic() > deadline:
            raise AssertionError("the event loop does not turn")
        time.sleep(0.02)
    tasks: list[str] = json.loads(told.read_text())
    return tasks


def settled(server: Server, *, descriptors: int = 0, tasks: int = 0) -> Held:
    """What it holds once it holds no more than this, or has had its time."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        held = held_by(server)
        if (held.descriptors <= descriptors and held.tasks <= tasks) or time.monotonic() > deadline:
            return held
        time.sleep(0.25)


def at_rest(server: Server) -> Held:
    """What it holds once that no longer becomes less."""
    held = held_by(server)
    for _ in range(60):
        time.sleep(0.5)
        before, held = held, held_by(server)
        if held.descriptors >= before.descriptors and held.tasks >= before.tasks:
            break
    return held
