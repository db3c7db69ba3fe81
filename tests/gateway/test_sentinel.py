"""A Redis that a Sentinel watches: whoever is the primary, everybody finds it."""

from __future__ import annotations

import asyncio
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from django.test import override_settings
from django_redis.cache import RedisCache
from redis import Redis, RedisError

from chatsite import redis, redis_address
from chatsite.backup import restoring
from chatsite.gateway.layer import GatewayLayer

pytestmark = pytest.mark.once

PRIMARY = "chat"
PASSWORD = "s3cret"
PATIENCE_SECONDS = 60


class Watch:
    """A primary, its replica and a Sentinel, as own processes on ports of their own."""

    def __init__(self, directory: Path, stack: ExitStack) -> None:
        self._directory, self._stack = directory, stack
        self.ports = [_free_port() for _ in range(3)]
        login = f"requirepass {PASSWORD}\nmasterauth {PASSWORD}\n"
        self.servers = [self._start(self.ports[0], login)]
        self.servers.append(self._start(self.ports[1], f"{login}replicaof 127.0.0.1 {self.ports[0]}\n"))
        until(lambda: self._is_followed())
        self._start(self.ports[2], self._sentinel(), "--sentinel")
        until(lambda: self.primary_port() == self.ports[0])
        until(lambda: Redis(port=self.ports[2]).sentinel_slaves(PRIMARY))
        self.url = f"redis+sentinel://:{PASSWORD}@127.0.0.1:1,127.0.0.1:{self.ports[2]}/{PRIMARY}/0"

    def _sentinel(self) -> str:
        return (
            f"sentinel monitor {PRIMARY} 127.0.0.1 {self.ports[0]} 1\n"
            f"sentinel auth-pass {PRIMARY} {PASSWORD}\n"
            f"sentinel down-after-milliseconds {PRIMARY} 500\n"
            f"sentinel failover-timeout {PRIMARY} 5000\n"
        )

    def _start(self, port: int, settings: str, *arguments: str) -> subprocess.Popen[bytes]:
        home = self._directory / str(port)
        home.mkdir()
        conf = home / "redis.conf"
        conf.write_text(f"port {port}\nbind 127.0.0.1\ndir {home}\nsave ''\nrepl-diskless-sync-delay 0\n{settings}")
        server = subprocess.Popen([redis._binary(), str(conf), *arguments], stdout=subprocess.DEVNULL)
        self._stack.callback(_kill, server)
        until(lambda: Redis(port=port, password=None if arguments else PASSWORD).ping())
        return server

    def _is_followed(self) -> bool:
        told: Any = Redis(port=self.ports[1], password=PASSWORD).info("replication")
        return bool(told["master_link_status"] == "up")

    def primary_port(self) -> int:
        address: Any = Redis(port=self.ports[2]).sentinel_get_master_addr_by_name(PRIMARY)
        return int(address[1])

    def lose_the_primary(self) -> None:
        """Until the replica has taken its place."""
        _kill(self.servers[0])
        until(lambda: self.primary_port() == self.ports[1])
        until(lambda: Redis(port=self.ports[1], password=PASSWORD).role()[0] == b"master")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _kill(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGKILL)
    server.wait()


def until(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _holds(condition):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _holds(condition: Callable[[], Any]) -> bool:
    try:
        return bool(condition())
    except (RedisError, OSError):
        return False


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with ExitStack() as stack:
        yield Watch(tmp_path, stack)


def test_clients_and_cache_follow_the_primary(watch: Watch) -> None:
    told = redis_address.cache(watch.url)
    cache = RedisCache(told["LOCATION"], {"OPTIONS": {**told["OPTIONS"], "SOCKET_TIMEOUT": 0.5}})
    client = redis_address.client(watch.url, socket_timeout=0.5)
    client.set("before", 1)
    cache.set("kept", "before")
    until(lambda: Redis(port=watch.ports[1], password=PASSWORD).get("before"))
    watch.lose_the_primary()
    until(lambda: client.set("after", 1))
    until(lambda: cache.set("kept", "after"))
    assert Redis(port=watch.ports[1], password=PASSWORD).get("after") == b"1"
    assert cache.get("kept") == "after"
    cache.close()


def test_a_restore_finds_the_primary(watch: Watch) -> None:
    with override_settings(REDIS_URL=watch.url, REDIS_IS_EMBEDDED=False), restoring._redis() as client:
        assert client.ping()


def test_what_is_published_arrives_again_after_the_primary_is_lost(watch: Watch) -> None:
    async def scene() -> None:
        layer = GatewayLayer(hosts=[redis_address.channel_host(watch.url, socket_timeout=None)], prefix="t")
        channel = await layer.new_channel()
        await layer.group_add("room", channel)
        await _is_heard(layer, channel, "before")
        await asyncio.to_thread(watch.lose_the_primary)
        await _is_heard(layer, channel, "after")
        client = redis_address.async_client(watch.url)
        assert (await client.execute_command("ROLE"))[0] == b"master"
        await client.aclose(close_connection_pool=True)
        await redis_address.leave_sentinels(client.connection_pool)
        await layer._get_layer().flush()

    asyncio.run(scene())


async def _is_heard(layer: GatewayLayer, channel: str, word: str) -> None:
    """Says it again until it arrives: until then Redis may be away, or our subscription."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            try:
                await layer.group_send("room", {"type": "word", "word": word})
                async with asyncio.timeout(0.5):
                    while (await layer.receive(channel))["word"] != word:
                        pass
            except (TimeoutError, RedisError, OSError):
                await layer._subscribe_to_channel(channel)  # a cancelled receive gives its channel up
                await asyncio.sleep(0.05)
                continue
            return


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://h:6379/0", None),
        ("unix:///run/redis.sock", None),
        (
            "redis+sentinel://a,b:26380/chat",
            redis_address.Watched([("a", 26379), ("b", 26380)], "chat", 0, False, {}, {}),
        ),
        (
            "rediss+sentinel://me:p%40ss@[::1]:7/my.chat/2?sentinel_password=x",
            redis_address.Watched(
                [("::1", 7)], "my.chat", 2, True, {"username": "me", "password": "p@ss"}, {"password": "x"}
            ),
        ),
    ],
)
def test_an_address_names_a_server_or_sentinels(url: str, expected: redis_address.Watched | None) -> None:
    assert redis_address.watched(url) == expected


@pytest.mark.parametrize("url", ["redis+sentinel://h", "redis+sentinel:///chat", "redis+sentinel://h/Chat/0"])
def test_an_address_without_a_primary_is_refused(url: str) -> None:
    with pytest.raises(Exception, match=r"redis\+sentinel://"):
        redis_address.watched(url)
