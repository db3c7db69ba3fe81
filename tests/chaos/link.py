"""A WebSocket as a client has it, at the cost of a few microseconds a frame: tens of thousands come in a run."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import cast

from tests.fuzz.wire import Inbox, Op, frame

OPEN_SECONDS = 10.0
HANDSHAKE = (
    b"GET /ws/ HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)


class Link(asyncio.Protocol):
    """`take` gets every text, in order. What is sent within a turn of the loop goes out in one write."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take
        self._loop = asyncio.get_running_loop()
        self._head: bytes | None = b""  # of the answer to the handshake; None once that is over
        self._inbox = Inbox()
        self._out: list[bytes] = []
        self._transport: asyncio.Transport | None = None
        self.opened: asyncio.Future[None] = self._loop.create_future()
        self.closed: asyncio.Future[None] = self._loop.create_future()

    @classmethod
    async def dial(cls, port: int, take: Callable[[bytes], None]) -> Link:
        """Raises OSError where nobody lets us in, TimeoutError where nobody answers."""
        link = cls(take)
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                await link._loop.create_connection(lambda: link, "127.0.0.1", port)
                await link.opened
        except BaseException:
            link.abort()
            raise
        return link

    def send(self, text: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            raise ConnectionError("the line is down")
        if not self._out:
            self._loop.call_soon(self._flush)
        self._out.append(frame(Op.TEXT, text))

    def _flush(self) -> None:
        out, self._out = self._out, []
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(b"".join(out))

    def pause(self) -> None:
        """Reads nothing: what the other side sends stays in the sockets, then with the other side."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.pause_reading()

    def resume(self) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def abort(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    # --- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it
        self._transport.write(HANDSHAKE)

    def data_received(self, data: bytes) -> None:
        if self._head is not None:
            data = self._shake(self._head + data)
        for op, payload in self._inbox.feed(data):
            if op == Op.TEXT:
                self._take(payload)
            elif op == Op.PING and self._transport is not None:
                self._transport.write(frame(Op.PONG, payload))
            elif op == Op.CLOSE:
                self.abort()

    def _shake(self, data: bytes) -> bytes:
        """-> what comes after the answer to the handshake."""
        head, end, rest = data.partition(b"\r\n\r\n")
        self._head = None if end else data
        if end and not head.startswith(b"HTTP/1.1 101"):
            self.abort()
            return b""
        if end and not self.opened.done():
            self.opened.set_result(None)
        return rest

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.opened.done():
            self.opened.set_exception(ConnectionError("refused"))
        if not self.closed.done():
            self.closed.set_result(None)
