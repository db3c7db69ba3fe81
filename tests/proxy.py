"""A TCP proxy that tests put between a server and what it depends on, to cut or hang the line."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, cast

try:
    from uvloop import new_event_loop
except ImportError:  # Windows
    from asyncio import new_event_loop


class Proxy:
    """Listens on a free port of 127.0.0.1 and passes everything on to `target`, until told otherwise."""

    def __init__(self, target: tuple[str, int]) -> None:
        self.target = target
        self.port = 0
        self.is_open = self.flows = True
        self.ends: set[End] = set()
        self._loop = new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True, name="proxy")
        self._thread.start()
        self._do(self._listen())

    def _do(self, coroutine: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _listen(self) -> None:
        self._server = await self._loop.create_server(lambda: Near(self), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    def cut(self) -> None:
        """Resets every connection and refuses new ones."""
        self._do(self._cut())

    async def _cut(self) -> None:
        self.is_open = False
        for end in list(self.ends):
            end.transport.abort()

    def hang(self) -> None:
        """Connections stay, nothing passes."""
        self._do(self._let_flow(False))

    def restore(self) -> None:
        self.is_open = True
        self._do(self._let_flow(True))

    async def _let_flow(self, flows: bool) -> None:
        self.flows = flows
        for end in list(self.ends):
            end.read_or_not()

    def close(self) -> None:
        self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _close(self) -> None:
        self._server.close()
        await self._cut()
        if others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others, timeout=5)
        await asyncio.sleep(0)  # what was reset hears of it


class End(asyncio.Protocol):
    """One of the two connections that make a line. What comes in goes out at `peer`, at the pace that it takes it."""

    transport: asyncio.Transport

    def __init__(self, proxy: Proxy) -> None:
        self.proxy = proxy
        self.peer: End | None = None
        self._peer_is_full = False
        self._early: list[bytes] = []  # came while nothing could pass

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is no subclass of it
        self.proxy.ends.add(self)
        self.read_or_not()

    def read_or_not(self) -> None:
        if self.transport.is_closing():
            return
        if self.peer is None or not self.proxy.flows or self._peer_is_full:
            self.transport.pause_reading()
            return
        early, self._early = self._early, []
        for data in early:
            self.peer.transport.write(data)
        self.transport.resume_reading()

    def data_received(self, data: bytes) -> None:
        if self.peer is not None and self.proxy.flows:
            self.peer.transport.write(data)
        else:
            self._early.append(data)
            self.read_or_not()

    def pause_writing(self) -> None:
        self._tell_peer(is_full=True)

    def resume_writing(self) -> None:
        self._tell_peer(is_full=False)

    def _tell_peer(self, *, is_full: bool) -> None:
        if self.peer is not None:
            self.peer._peer_is_full = is_full
            self.peer.read_or_not()

    def connection_lost(self, exc: Exception | None) -> None:
        self.proxy.ends.discard(self)
        if self.peer is not None:
            self.peer.transport.close()


class Near(End):
    """The end that somebody has dialled."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        if self.proxy.is_open:
            self._reaching = asyncio.get_running_loop().create_task(self._reach())
        else:
            self.transport.abort()

    async def _reach(self) -> None:
        far = End(self.proxy)
        try:
            await asyncio.get_running_loop().create_connection(lambda: far, *self.proxy.target)
        except OSError:
            self.transport.abort()
            return
        if self.transport.is_closing() or not self.proxy.is_open:
            far.transport.abort()
            self.transport.abort()
            return
        far.peer, self.peer = self, far
        for end in (self, far):
            end.read_or_not()
