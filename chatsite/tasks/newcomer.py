"""`make newcomer`: from `git clone` to the first message as somebody new would, and what it then costs to keep.

Then the demo, as somebody would who only wants to look.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from chatsite.tasks.shell import ROOT, Failed, must, say

START_SECONDS = 900
IDLE_SECONDS = 10
OURS = ("DATABASE_URL", "REDIS_URL", "MYSQL_HOST", "MYSQL_DATABASE", "REDIS_HOST", "VAR_DIR", "ENV_FILE", "DEMO")


def newcomer() -> None:
    with tempfile.TemporaryDirectory(prefix="chat-newcomer-") as directory:
        clone = Path(directory) / "chat"
        started = time.monotonic()
        must(["git", "clone", "--quiet", ROOT, clone], "git could not clone this repository.")
        server, url = _start(clone)
        try:
            _wait_until_it_answers(server, url)
            must(
                [_python(clone), clone / "chatsite" / "tasks" / "first_message.py", url],
                "The first message did not arrive.",
            )
            say(f"\nFrom clone to the first message: {time.monotonic() - started:.0f} s.")
            time.sleep(IDLE_SECONDS)
            say(f"Memory of the idle chat (PSS, server and embedded Redis): {_memory(server.pid, clone):.0f} MB.")
        finally:
            server.terminate()
            server.wait(60)
        _look_around(clone)


def _look_around(clone: Path) -> None:
    started = time.monotonic()
    server, url = _start(clone, DEMO="1")
    try:
        _wait_until_it_answers(server, url)
        with urllib.request.urlopen(f"{url}/api/demo", timeout=5) as answer:
            login = json.load(answer)["logins"][0]
        body = json.dumps({name: login[name] for name in ("username", "password")}).encode()
        headers = {"Content-Type": "application/json"}
        urllib.request.urlopen(urllib.request.Request(f"{url}/api/auth/login", body, headers), timeout=30).close()
        say(f"From DEMO=1 make run to being signed in: {time.monotonic() - started:.0f} s.")
    finally:
        server.terminate()
        server.wait(60)


def _start(clone: Path, **extra: str) -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {name: value for name, value in os.environ.items() if name not in OURS}
    environment |= {"HOST": "127.0.0.1", "PORT": str(port), **extra}
    command = [sys.executable, "start.py", "run"]
    return subprocess.Popen(command, cwd=clone, env=environment, stdin=subprocess.DEVNULL), f"http://127.0.0.1:{port}"


def _wait_until_it_answers(server: subprocess.Popen[bytes], url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise Failed(f"make run ended with {server.returncode}.")
        try:
            with urllib.request.urlopen(f"{url}/api/health", timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise Failed(f"make run did not answer within {START_SECONDS} s.")


def _python(clone: Path) -> Path:
    return clone / ".venv" / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _memory(pid: int, clone: Path) -> float:
    """-> MB; shared pages counted once (Linux only)."""
    redis = clone / "var" / "run" / "redis.pid"
    pids = [*_family(pid), *([int(redis.read_text())] if redis.is_file() else [])]
    return sum(_pss(each) for each in pids) / 1024


def _family(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *(member for child in children for member in _family(int(child)))]


def _pss(pid: int) -> int:
    """-> kB"""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0
