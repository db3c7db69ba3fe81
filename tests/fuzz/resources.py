"""What a server process holds: memory, file descriptors, asyncio tasks. Linux only, by /proc."""

from __future__ import annotations

import json
import os
import signal
import time
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
    assert server.process is not None
    proc = Path(f"/proc/{server.process.pid}")
    rss = next(line for line in (proc / "status").read_text().splitlines() if line.startswith("VmRSS:"))
    return Held(int(rss.split()[1]), len(list((proc / "fd").iterdir())), len(tasks_of(server)))


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
