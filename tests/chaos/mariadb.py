"""A MariaDB of the run's own, as durable as production asks for, that may be killed at any moment."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from chatsite.settings.environment import _choose_driver
from tests.live import free_port

START_SECONDS = 60
DURABLE = ["--log-bin=binlog", "--binlog-format=ROW", "--sync-binlog=1", "--innodb-flush-log-at-trx-commit=1"]


def binary() -> str | None:
    return shutil.which("mariadbd") or shutil.which("mariadbd", path="/usr/sbin:/usr/local/sbin")


def execute(link: Any, statement: str) -> list[tuple[Any, ...]]:
    cursor = link.cursor()
    cursor.execute(statement)
    return list(cursor.fetchall())


class OwnMariaDB:
    """Its files lie in `directory`; the port stays the same over restarts. `options` come last, so they win."""

    def __init__(self, directory: Path, options: tuple[str, ...] = ()) -> None:
        self.directory, self.options = directory, options
        self.environment: dict[str, str] = {}
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> tuple[str, int]:
        return ("127.0.0.1", self.port)

    def create(self) -> OwnMariaDB:
        self.directory.mkdir(parents=True, exist_ok=True)
        subprocess.run(
            [
                "mariadb-install-db",
                "--no-defaults",
                f"--datadir={self.directory}",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
            ],
            check=True,
            capture_output=True,
        )
        self.start()
        self.run("CREATE DATABASE chat CHARACTER SET utf8mb4")
        return self

    def start(self) -> None:
        command = [
            binary() or "mariadbd",
            "--no-defaults",
            f"--datadir={self.directory}",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            f"--socket={self.directory}/mysqld.sock",
            f"--log-error={self.directory}/error.log",
            "--user=root",
            "--innodb-lock-wait-timeout=5",
            "--innodb-use-native-aio=0",  # every write goes through a call that can be watched
            *DURABLE,
            *self.options,
        ]
        env = {**os.environ, **self.environment}
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(Exception):
                self.run("SELECT 1")
                return
            time.sleep(0.1)
        raise RuntimeError((self.directory / "error.log").read_text()[-2000:])

    @contextlib.contextmanager
    def link(self, database: str = "") -> Iterator[Any]:
        """-> a connection."""
        _choose_driver()
        from MySQLdb import connect

        link = connect(host="127.0.0.1", port=self.port, user="root", database=database, charset="utf8mb4")
        with contextlib.closing(link):
            yield link

    def run(self, statement: str, database: str = "") -> list[tuple[Any, ...]]:
        with self.link(database) as link:
            return execute(link, statement)

    def kill(self) -> None:
        """As when the power goes, but for what the system has not written yet."""
        if self.process is not None:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()
            self.process = None
