"""Servers whose Redis and database can be taken away: a Redis of their own, a proxy before the database."""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from redis import Redis

from chatsite.redis import _binary as binary
from tests.live import Frame, Person, Server, Socket, free_port
from tests.proxy import Proxy


class OwnRedis:
    """A Redis server that a test may kill and start again, empty, at the same port."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        arguments = ["--port", str(self.port), "--save", "", "--appendonly", "no", "--dir", str(self.directory)]
        self.process = subprocess.Popen(
            [str(binary()), *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        with contextlib.closing(Redis(port=self.port)) as client:
            for _ in range(200):
                with contextlib.suppress(OSError, Exception):
                    if client.ping():
                        return
                time.sleep(0.05)
        raise RuntimeError("the test's Redis does not start")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnRedis]:
    own = OwnRedis(tmp_path_factory.mktemp("redis"))
    own.start()
    yield own
    own.kill()


@pytest.fixture(scope="module")
def database() -> Iterator[Proxy | None]:
    """The line to MySQL; None on SQLite, which cannot be taken away."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("mysql"):
        yield None
        return
    parts = urlsplit(url)
    proxy = Proxy((parts.hostname or "127.0.0.1", parts.port or 3306))
    yield proxy
    proxy.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, redis: OwnRedis, database: Proxy | None) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("trouble"), REDIS_URL=redis.url).prepare()
    if database is not None:
        server.env["DATABASE_URL"] = through(database, server.database_url)
    server.start()
    yield server
    server.destroy()


def through(proxy: Proxy, url: str) -> str:
    """The same database by way of the proxy."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{parts.username or 'root'}@127.0.0.1:{proxy.port}"))


@pytest.fixture
def no_redis(server: Server, redis: OwnRedis) -> Iterator[None]:
    redis.kill()
    yield
    redis.start()


@pytest.fixture
def ada(server: Server) -> Person:
    return server.register()


@pytest.fixture
def bob(server: Server) -> Person:
    return server.register()


def second_node(server: Server, directory: Path) -> Server:
    """Another process on the same database and Redis."""
    node = Server(directory)
    node.env = {**server.env, "PORT": str(node.port)}
    node.database_url = ""
    directory.mkdir(parents=True, exist_ok=True)
    return node


@pytest.fixture
def other(server: Server, tmp_path: Path) -> Iterator[Server]:
    node = second_node(server, tmp_path / "other").start()
    yield node
    node.destroy()


def at(node: Server, person: Person) -> Person:
    """The same person, signed in as before, talking to another node."""
    moved = Person.__new__(Person)
    moved.__dict__ = {**person.__dict__, "server": node}
    return moved


def heard(socket: Socket) -> list[Frame]:
    """What people said, come by itself or, where a hint came late, in what closed the gap."""
    messages: list[Frame] = []
    for frame in socket.frames:
        if frame["type"] == "new_message":
            messages.append(frame["data"]["message"])
        elif frame["type"] == "room_sync":
            messages += frame["data"]["messages"]
    return [message for message in messages if message["kind"] != "system"]
