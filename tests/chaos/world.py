"""Two nodes, their database and their Redis, all of them the run's own, with a line before each that may fail."""

from __future__ import annotations

import contextlib
import random
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.chaos import mariadb
from tests.chaos.disk import Disk
from tests.chaos.mariadb import OwnMariaDB
from tests.chaos.power import Power
from tests.live import Server
from tests.proxy import Proxy
from tests.trouble.conftest import OwnRedis, second_node

TOKEN_SECONDS = "86400"
SETTINGS = "tests.chaos.node.settings"


class World:
    """Without mariadbd on the machine the nodes share a SQLite file, which no fault can take away."""

    def __init__(self, directory: Path, *, database_options: tuple[str, ...] = (), **env: str) -> None:
        self.nodes: list[Server] = []
        self.clocks: list[Path] = []  # of the nodes: by how many seconds they are wrong
        self.disk: Disk | None = None
        self.power: Power | None = None
        self.database: OwnMariaDB | None = None
        self.database_line: Proxy | None = None
        self.redis = OwnRedis(_made(directory / "redis"))
        self.redis_line: Proxy | None = None
        try:
            self._start(directory, database_options, {"DJANGO_SETTINGS_MODULE": SETTINGS, **env})
        except BaseException:
            sys.stderr.write(self.log())
            self.close()
            raise

    def _start(self, directory: Path, options: tuple[str, ...], env: dict[str, str]) -> None:
        self.redis.start()
        self.redis_line = Proxy(("127.0.0.1", self.redis.port))
        if mariadb.binary():
            self._start_database(directory, options)
        first = Server(
            directory / "node",
            REDIS_URL=f"redis://127.0.0.1:{self.redis_line.port}/0",
            DATABASE_URL=self._database_url(),
            ACCESS_TOKEN_SECONDS=TOKEN_SECONDS,
            WEB_CONCURRENCY="1",
            **env,
        )
        first.database_url = ""  # made above
        first.prepare()
        self.nodes = [first, second_node(first, directory / "other")]
        for number, node in enumerate(self.nodes):
            self.clocks.append(directory / f"clock{number}")
            node.env["CHAOS_CLOCK"] = str(self.clocks[-1])
        with ThreadPoolExecutor() as pool:
            list(pool.map(Server.start, self.nodes))

    def _start_database(self, directory: Path, options: tuple[str, ...]) -> None:
        files = _made(directory / "database")
        self.disk = Disk.mounted(files)
        self.power = Power(files, directory) if Power.is_possible() else None
        self.database = OwnMariaDB(files / "data", options)
        if self.power is not None:
            self.database.environment = self.power.environment()
        self.database_line = Proxy(self.database.address)
        self.database.create()
        if self.power is not None:
            self.power.keep(self.database.directory / "chat" / "db.opt")

    def _database_url(self) -> str:
        return f"mysql://root@127.0.0.1:{self.database_line.port}/chat" if self.database_line else ""

    def restart(self, node: Server, sign: signal.Signals) -> None:
        node.stop(sign)
        node.start()

    def restart_database(self) -> None:
        assert self.database is not None
        self.database.kill()
        self.database.start()

    def lose_power(self, choose: random.Random) -> None:
        """That of the database's machine."""
        assert self.database is not None
        assert self.power is not None
        self.database.kill()
        self.power.lose(choose)
        self.database.start()

    def freeze(self, node: Server) -> None:
        assert node.process is not None
        node.process.send_signal(signal.SIGSTOP)

    def thaw(self, node: Server) -> None:
        assert node.process is not None
        node.process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        for node in self.nodes:
            if node.process is not None:
                self.thaw(node)
                node.stop(signal.SIGKILL)
        for line in (self.redis_line, self.database_line):
            if line is not None:
                line.close()
        self.redis.kill()
        if self.database is not None:
            self.database.kill()
        if self.disk is not None:
            self.disk.close()

    def log(self) -> str:
        """-> what the nodes had to say, newest last."""
        texts = []
        for node in self.nodes:
            with contextlib.suppress(OSError):
                texts.append(node.log.read_text()[-3000:])
        return "\n".join(texts)


def _made(directory: Path) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def sockets(port: int) -> int:
    """-> connections that the process behind this port has not closed: ESTABLISHED or CLOSE_WAIT."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(int(row[1].rpartition(":")[2], 16) == port and row[3] in ("01", "08") for row in rows)


def memory_kb(process: subprocess.Popen[bytes]) -> int:
    """-> resident memory of a process."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")))
