"""This machine's cores, processes and services: servers on one core, the load on another."""

from __future__ import annotations

import contextlib
import fcntl
import os
import platform
import re
import subprocess
import time
from collections.abc import Collection, Iterator
from pathlib import Path

from tests.live import ROOT

VAR = ROOT / "var" / "bench"
TICKS = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
START_SECONDS = 60
QUIET_SHARE, QUIET_SECONDS, SETTLE_SECONDS = 0.05, 0.5, 20.0
_cores = sorted(os.sched_getaffinity(0))
SERVER_CORE, LOAD_CORE = _cores[0], _cores[-1]


@contextlib.contextmanager
def on_core(core: int) -> Iterator[None]:
    """What is started in here runs on this core, with all its children."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Holds the file that BENCH_LOCK names: where several people measure on one machine, one does at a time."""
    if not (name := os.environ.get("BENCH_LOCK")):
        yield
        return
    with Path(name).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def start(command: Collection[str | Path], log: Path, **options: object) -> subprocess.Popen[bytes]:
    """A process of the server's side."""
    with on_core(SERVER_CORE), log.open("ab") as file:
        return subprocess.Popen(list(command), stdin=subprocess.DEVNULL, stdout=file, stderr=file, **options)  # type: ignore[call-overload, no-any-return]


def stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def family(pids: Collection[int]) -> list[int]:
    """These processes and all that descend from them."""
    children: dict[int, list[int]] = {}
    for pid in (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdigit()):
        if fields := _stat(pid):
            children.setdefault(int(fields[1]), []).append(pid)
    found, ahead = [], list(pids)
    while ahead:
        found.append(pid := ahead.pop())
        ahead += children.get(pid, [])
    return found


def _stat(pid: int) -> list[str]:
    """proc(5)'s fields from the state on; [] when it has ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def cpu_seconds(pids: Collection[int]) -> float:
    """What a process family has used up to now."""
    return sum(int(fields[11]) + int(fields[12]) for pid in family(pids) if (fields := _stat(pid))) / TICKS


def memory_kb(pids: Collection[int]) -> float:
    """What it holds in memory."""
    return sum(int(fields[21]) for pid in family(pids) if (fields := _stat(pid))) * PAGE_BYTES / 1024


def settle(pids: Collection[int]) -> None:
    """Until what the last run left behind (writes of a cache, say) is done."""
    deadline = time.monotonic() + SETTLE_SECONDS
    before = cpu_seconds(pids)
    while time.monotonic() < deadline:
        time.sleep(QUIET_SECONDS)
        if (used := cpu_seconds(pids)) - before <= QUIET_SHARE * QUIET_SECONDS:
            return
        before = used


def description() -> str:
    models = re.findall(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text()) or ["an unknown kind"]
    return f"{len(_cores)} cores of {models[0]}, Linux {platform.release()}, Python {platform.python_version()}"
