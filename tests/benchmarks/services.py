"""MariaDB and Redis of the benchmark's own. Every commit is on disk, in the log and the binlog, as in production."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from pathlib import Path

from redis import Redis as RedisClient
from redis.exceptions import RedisError

from tests.benchmarks import machine
from tests.live import free_port

MARIADB_PLACES = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
INSTALL = ["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]
AS_ROOT = ["--user=root"] if os.geteuid() == 0 else []  # it refuses to guess that


def find_mariadb() -> str | None:
    return shutil.which("mariadbd", path=MARIADB_PLACES)


class MariaDB:
    """One server, any number of databases."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.socket = directory / "db.sock"
        data = directory / "db"
        subprocess.run(
            ["mariadb-install-db", *INSTALL, f"--datadir={data}", *AS_ROOT],
            check=True,
            stdout=subprocess.DEVNULL,
            timeout=120,
        )
        options = [
            *("--no-defaults", f"--datadir={data}", f"--port={self.port}", "--bind-address=127.0.0.1"),
            *(f"--socket={self.socket}", f"--pid-file={directory / 'db.pid'}", "--server-id=7"),
            *(f"--log-bin={data / 'binlog'}", "--binlog-format=ROW", "--sync-binlog=1"),
            *("--innodb-flush-log-at-trx-commit=1", "--innodb-buffer-pool-size=1G", "--innodb-log-file-size=512M"),
            *("--character-set-server=utf8mb4", "--transaction-isolation=READ-COMMITTED", "--max-connections=200"),
            *AS_ROOT,
        ]
        self.process = machine.start([find_mariadb() or "mariadbd", *options], directory / "db.log")
        self.statement("SELECT 1", patience=machine.START_SECONDS)

    def url(self, name: str) -> str:
        """A database of this name, made if it is not there."""
        self.statement(f"CREATE DATABASE IF NOT EXISTS `{name}` CHARACTER SET utf8mb4")
        return f"mysql://root@127.0.0.1:{self.port}/{name}"

    def statement(self, text: str, patience: float = 0) -> None:
        import MySQLdb

        deadline = time.monotonic() + patience
        while True:
            try:
                with contextlib.closing(MySQLdb.connect(host="127.0.0.1", port=self.port, user="root")) as link:
                    link.cursor().execute(text)
                return
            except MySQLdb.OperationalError:
                if time.monotonic() > deadline or self.process.poll() is not None:
                    raise
                time.sleep(0.1)

    def stop(self) -> None:
        machine.stop(self.process)


class Redis:
    """Empty at its start; keeps nothing."""

    def __init__(self, directory: Path) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.directory = directory
        self.start()

    def start(self) -> None:
        options = ["--port", str(self.port), "--save", "", "--appendonly", "no", "--dir", str(self.directory)]
        self.process = machine.start(["redis-server", *options], self.directory / "redis.log")
        deadline = time.monotonic() + machine.START_SECONDS
        with contextlib.closing(RedisClient(port=self.port)) as client:
            while time.monotonic() < deadline:
                with contextlib.suppress(RedisError):
                    client.ping()
                    return
                time.sleep(0.05)
        raise RuntimeError("the benchmark's Redis does not start")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        machine.stop(self.process)
