"""One connection to Redis on which any number of commands is one write, and any number of messages one read.

redis-py opens it, with all that a REDIS_URL may ask for (TLS, users, unix sockets, Sentinel); from then on the bytes
go through here: redis-py goes to the loop and back for each command, and a batch over many rooms publishes to each.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Any

import hiredis
from channels_redis.utils import create_pool
from redis.exceptions import ConnectionError as Unreachable

from chatsite.redis_address import leave_sentinels

UNSENT_MAX = 16 * 1024 * 1024  # bytes that Redis may owe us to take before the line is cut
_NOTHING = object()

Heard = Callable[[bytes, bytes], None]  # channel, message


class Line(asyncio.Protocol):
    """`heard` takes what is published on the channels that this line has subscribed to."""

    def __init__(self, host: dict[str, Any], heard: Heard | None = None) -> None:
        self._pool = create_pool(host)  # a connection found through Sentinels only borrows it
        self._heard = heard
        self._transport: asyncio.Transport | None = None
        self._reader = hiredis.Reader(notEnoughData=_NOTHING)
        self._asked: deque[tuple[int, asyncio.Future[None]]] = deque()  # replies still to come, for whom
        self._missing = 0  # of the first of them
        self._connecting = asyncio.Lock()
        self.on_lost: Callable[[], None] = lambda: None

    async def ask(self, *commands: tuple[Any, ...], replies: int = 0) -> None:
        """Until all have been answered; `replies`: how many there will be, if not one a command."""
        transport = await self._connected()
        if transport.get_write_buffer_size() > UNSENT_MAX:
            transport.abort()
            raise Unreachable("Redis takes nothing any more")
        answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._asked.append((replies or len(commands), answered))
        if len(self._asked) == 1:
            self._missing = self._asked[0][0]
        transport.write(b"".join([hiredis.pack_command(command) for command in commands]))
        await answered

    async def _connected(self) -> asyncio.Transport:
        async with self._connecting:
            if self._transport is None:
                self._reader = hiredis.Reader(notEnoughData=_NOTHING)
                self._transport = await self._dial()
                self._transport.set_protocol(self)
            return self._transport

    async def _dial(self) -> asyncio.Transport:
        opened = self._pool.make_connection()
        await opened.connect()
        await leave_sentinels(self._pool)
        # redis-py hands its transport to nobody, and would close it at its own end.
        self._writer, opened._writer, opened._reader = opened._writer, None, None  # noqa: SLF001
        transport: asyncio.Transport = self._writer.transport
        return transport

    async def close(self) -> None:
        """Hangs up; nobody is told."""
        transport, self._transport = self._transport, None
        if transport is not None:
            transport.set_protocol(asyncio.Protocol())
            transport.abort()
            self._fail_all()

    # --- asyncio.Protocol

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        while (reply := self._reader.gets()) is not _NOTHING:
            if isinstance(reply, list) and reply[0] == b"message" and self._heard is not None:
                self._heard(reply[1], reply[2])
            else:
                self._answered(reply)

    def _answered(self, reply: Any) -> None:
        if not self._asked:
            return
        answered = self._asked[0][1]
        if isinstance(reply, Exception) and not answered.done():
            answered.set_exception(Unreachable(str(reply)))
        self._missing -= 1
        if self._missing == 0:
            self._asked.popleft()
            if self._asked:
                self._missing = self._asked[0][0]
            if not answered.done():
                answered.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._fail_all()
        self.on_lost()

    def _fail_all(self) -> None:
        asked, self._asked = self._asked, deque()
        for _, answered in asked:
            if not answered.done():
                answered.set_exception(Unreachable("Redis hung up"))
