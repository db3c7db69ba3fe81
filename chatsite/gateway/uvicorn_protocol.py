"""The gateway's WebSockets as uvicorn serves them: no ASGI in between, and next to nothing kept for who is idle.

Subclasses what is not public API, hence the pinned uvicorn (requirements/base.in) and the contract tests, which
run on daphne too, where the same consumer goes through plain ASGI.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

from django.conf import settings
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.utils import get_local_addr, get_remote_addr, is_ssl

from chatsite.gateway import handshake, websocket
from chatsite.gateway.authentication import asks_for_language, headers_of, locale_of, origin_is_allowed
from chatsite.gateway.connection import OUTBOX_BYTES, Batch, Disconnected
from chatsite.gateway.consumer import GatewayConsumer
from chatsite.gateway.http_head import BoundedHeadProtocol
from chatsite.gateway.websocket import FrameReader, Message, Violation

if TYPE_CHECKING:
    from uvicorn.server import ServerState

logger = logging.getLogger(__name__)

PATHS = (b"ws", b"ws/")
FRAME_SLACK = 64 * 1024  # bytes over the limit that still arrive, to be answered by close 4413 instead of 1009
DRAIN_BYTES = 64 * 1024  # catch-up waits until the buffer is below this
DRAIN_SECONDS = 0.01  # between two looks at it
LINGER_SECONDS = 5.0  # what a reader who does not read gets to see the close frame
_PING = websocket.control_frame(websocket.PING)


class HttpProtocol(BoundedHeadProtocol):
    """Hands WebSockets on as they are parsed; looks an address up only where a request asks for it."""

    _is_websocket = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        self.connections.add(self)
        self.transport = transport
        self.flow = FlowControl(transport)
        self.scheme = "https" if is_ssl(transport) else "http"
        self.await_head()

    def on_headers_complete(self) -> None:
        self._is_websocket = self._get_upgrade() == b"websocket"
        if not (self._is_websocket and self.parser.should_upgrade()):
            if self.server is None:
                self.server, self.client = get_local_addr(self.transport), get_remote_addr(self.transport)
            self.scope["server"], self.scope["client"] = self.server, self.client
        super().on_headers_complete()

    def _should_upgrade(self) -> bool:
        return self._is_websocket

    def handle_websocket_upgrade(self) -> None:
        self.connections.discard(self)
        headers = headers_of(self.headers)
        try:
            self._require_gateway(headers)
            opening = handshake.accepted(self.scope["method"], self.scope["http_version"], headers)
        except handshake.Refused as refusal:
            self.transport.write(handshake.refused(refusal))
            self.transport.close()
        else:
            self.transport.write(opening)
            protocol = GatewayProtocol(self.transport, self.loop, self.server_state)
            protocol.start(locale_of(headers), is_wish=asks_for_language(headers))
        self.parser = None  # type: ignore[assignment]  # it knows us: the garbage collector would have to find us both

    def _require_gateway(self, headers: dict[bytes, bytes]) -> None:
        path = unquote_to_bytes(self.url.partition(b"?")[0]).lstrip(b"/")
        if path not in PATHS or not origin_is_allowed(headers):
            raise handshake.Refused(handshake.FORBIDDEN)


class GatewayProtocol(asyncio.Protocol):
    """One WebSocket after its handshake; the Wire of its connection."""

    __slots__ = (
        "_close_sent",
        "_connections",
        "_consumer",
        "_is_full",
        "_is_over",
        "_is_paused",
        "_linger",
        "_loop",
        "_message",
        "_reader",
        "_receiver",
        "_tasks",
        "_transport",
        "_writable",
    )

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop, state: ServerState) -> None:
        self._transport = transport
        self._loop = loop
        self._connections = state.connections
        self._tasks = state.tasks
        self._consumer: GatewayConsumer | None = GatewayConsumer()
        self._reader: FrameReader | None = FrameReader(settings.FRAME_BYTES + FRAME_SLACK)  # None = at its end
        self._message: str | bytes | None = None  # the one that waits to be received
        self._receiver: asyncio.Future[None] | None = None
        self._is_paused = False  # reading
        self._is_full = False  # the transport's buffer
        self._writable: asyncio.Event | None = None  # made when somebody waits
        self._close_sent = False
        self._is_over = False  # nothing is received any more
        self._linger: asyncio.TimerHandle | None = None

    def start(self, locale: str, *, is_wish: bool) -> None:
        self._transport.set_protocol(self)
        self._connections.add(self)  # type: ignore[arg-type]
        assert self._consumer is not None
        task = self._loop.create_task(self._consumer.serve(self, locale, is_wish=is_wish))
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._consumer = None
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("gateway_failed", exc_info=error)
        if self._linger is None:
            self._transport.close()

    # --- what comes in

    def data_received(self, data: bytes) -> None:
        if self._reader is None:
            return
        self._reader.feed(data)
        self._read()
        if self._message is not None and not self._is_paused:
            self._is_paused = True
            self._transport.pause_reading()

    def _read(self) -> None:
        """Goes through what has come, until a message has to wait for its turn."""
        try:
            while self._reader and self._message is None and (message := self._reader.next()) is not None:
                self._hear(message)
        except Violation as violation:
            self._break_off(violation.code)

    def _hear(self, message: Message) -> None:
        opcode, payload = message
        if opcode == websocket.CLOSE:
            websocket.code_of(payload)
            self._hang_up(payload[:2])
        elif opcode == websocket.PING:
            if not self._close_sent and not self._is_full:  # who reads no pongs gets none
                self._transport.write(websocket.control_frame(websocket.PONG, payload))
        elif self._is_over or self._consumer is None:
            return
        elif opcode == websocket.PONG:
            self._consumer.heard()
        elif opcode == websocket.BINARY or not self._consumer.take(payload):
            self._message = payload if opcode == websocket.BINARY else websocket.text_of(payload)
            self._wake()

    def _hang_up(self, code: bytes) -> None:
        """The peer's close frame completes the closing handshake; nothing is read behind it."""
        self._reader = None
        self._is_over = True
        self._message = None
        if not self._close_sent:
            self._close_sent = True
            self._transport.write(websocket.control_frame(websocket.CLOSE, code))
        self._transport.close()  # once all is written: of who reads nothing, never
        self._abort_later()
        self._wake()

    def _abort_later(self) -> None:
        if self._linger is None:
            self._linger = self._loop.call_later(LINGER_SECONDS, self._transport.abort)

    def _break_off(self, code: int) -> None:
        """The peer broke the rules. What still comes is read and dropped: a socket closed over unread bytes is
        reset, and the close frame lost with it."""
        self._reader = None
        self.close(code)
        if self._transport.can_write_eof():
            self._transport.write_eof()

    def _wake(self) -> None:
        if self._receiver is not None and not self._receiver.done():
            self._receiver.set_result(None)

    async def receive(self) -> str | bytes:
        self._read()
        while self._message is None:
            if self._is_over:
                raise Disconnected
            if self._is_paused:
                self._is_paused = False
                self._transport.resume_reading()
            self._receiver = self._loop.create_future()
            await self._receiver
            self._receiver = None
        message, self._message = self._message, None
        return message

    # --- what goes out

    def write(self, batch: Batch) -> bool:
        if self._close_sent or self._is_over:
            return True
        self._transport.write(batch.wire)
        return not self._is_full or self._transport.get_write_buffer_size() <= OUTBOX_BYTES

    async def drained(self) -> None:
        while self._transport.get_write_buffer_size() > DRAIN_BYTES:
            if self._is_full:
                self._writable = self._writable or asyncio.Event()
                self._writable.clear()
                await self._writable.wait()
            await asyncio.sleep(DRAIN_SECONDS)

    def ping(self) -> None:
        if not self._close_sent:
            self._transport.write(_PING)

    def close(self, code: int) -> None:
        """Sends the close frame behind what is buffered, and hangs up on who does not read it."""
        if self._close_sent or self._is_over:
            return
        self._close_sent = self._is_over = True
        self._message = None
        self._transport.write(websocket.close_frame(code))
        self._abort_later()
        if self._is_paused:
            self._is_paused = False
            self._transport.resume_reading()
        self._wake()

    # --- asyncio.Protocol, and what uvicorn asks of its protocols

    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False
        if self._writable is not None:
            self._writable.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self._connections.discard(self)
        self._close_sent = self._is_over = True
        self._message = None
        self.resume_writing()
        if self._linger is not None:
            self._linger.cancel()
        self._wake()

    def shutdown(self) -> None:
        """SIGTERM: the consumer says goodbye, finishes its acks and closes with 1012."""
        if self._consumer is None or self._close_sent:
            self._transport.close()
        else:
            self._consumer.go_away()
