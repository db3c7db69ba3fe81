"""An installation of its own: a real server process over files, ports and settings that nobody else uses."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from chatsite import redis
from tests.live import ROOT, call, free_port

START_SECONDS = 60
STOP_SECONDS = 20
# Whatever the test run itself was told about services is not said to the installation.
OURS = ("DATABASE_URL", "REDIS_URL", "MYSQL_HOST", "MYSQL_DATABASE", "REDIS_HOST", "SECRET_KEY", "JWT_SECRET_KEY")


class Installation:
    """`var` and `env_file` are its own; its processes are stopped at the end of the test."""

    def __init__(self, directory: Path) -> None:
        self.var = directory / "var"
        self.env_file = directory / ".env"
        self.processes: list[subprocess.Popen[str]] = []

    def environment(self, **extra: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in OURS}
        own = {"VAR_DIR": str(self.var), "ENV_FILE": str(self.env_file), "HOST": "127.0.0.1"}
        own |= {"DJANGO_SETTINGS_MODULE": "chatsite.settings.local", "REDIS_PREFIX": f"ops{os.getpid()}"}
        return {**kept, **own, **extra}

    def manage(self, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        """Runs a command that ends by itself."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment(**extra),
            capture_output=True,
            text=True,
            timeout=START_SECONDS,
            check=False,
        )

    def refusal(self, **extra: str) -> str:
        """-> the one line that `serve` ends with when it does not start."""
        done = self.manage("serve", **{"PORT": str(free_port()), **extra})
        assert done.returncode == 1, done.stdout + done.stderr
        lines = done.stderr.strip().splitlines()
        assert len(lines) == 1, done.stderr
        return lines[0]

    def start(self, command: tuple[str, ...] = ("manage.py", "serve"), cwd: Path = ROOT, **extra: str) -> Running:
        extra.setdefault("PORT", str(free_port()))
        process = subprocess.Popen(
            [sys.executable, *command],
            cwd=cwd,
            env=self.environment(**extra),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.processes.append(process)
        return Running(process, f"http://127.0.0.1:{extra['PORT']}")

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout:
                process.stdout.close()
        redis.stop_embedded(self.var / "run")  # whoever had to be killed has left it


class Running:
    def __init__(self, process: subprocess.Popen[str], url: str) -> None:
        self.process = process
        self.url = url

    def wait(self) -> Running:
        """Until it answers."""
        deadline = time.monotonic() + START_SECONDS
        while self.process.poll() is None and time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                if call(self.url, "GET", "/api/health")[0] == 200:
                    return self
            time.sleep(0.1)
        raise AssertionError(f"it does not answer: {self.output()}")

    def stop(self, sign: int = signal.SIGTERM) -> int:
        """-> its exit code"""
        self.process.send_signal(sign)
        return self.process.wait(STOP_SECONDS)

    def output(self) -> str:
        """Everything it said; only once it has ended."""
        if self.process.poll() is None:
            self.stop(signal.SIGKILL)
        assert self.process.stdout is not None
        return self.process.stdout.read()


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    made = Installation(tmp_path)
    yield made
    made.stop()
