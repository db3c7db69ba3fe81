"""uvicorn's WebSocket protocol with a short cut: ready frames go straight to the transport.

A subclass of a class that is not public API, hence the pinned uvicorn (requirements/base.in) and the
contract tests, which run on daphne too, where the gateway falls back to plain ASGI `send`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.frames import Frame

from chatsite.gateway.connection import OUTBOX_BYTES
from chatsite.gateway.inlet import SMALL_BYTES, frame_at, text_of
from chatsite.gateway.inlet import Frame as Found

EXTENSION = "chat.gateway"
LINGER_SECONDS = 5.0  # what a reader who does not read gets to see the close frame


class GatewayProtocol(WebSocketsSansIOProtocol):
    """Offers itself to the application as scope["extensions"]["chat.gateway"]."""

    on_pong: Callable[[], None] | None = None
    on_shutdown: Callable[[], None] | None = None
    on_text: Callable[[bytes], bool] | None = None  # takes a text at once, or returns False: it waits its turn
    _rest = b""  # the beginning of a frame
    _is_parsed = False  # all of it goes through the general parser from now on

    async def run_asgi(self) -> None:
        self.scope["extensions"][EXTENSION] = self  # type: ignore[assignment]
        await super().run_asgi()

    def data_received(self, data: bytes) -> None:
        """Whole text frames go straight to `on_text`; whatever is not so simple, the general parser gets."""
        if self._is_parsed or not self.handshake_complete:
            super().data_received(data)
            self._is_parsed = self._is_parsed or bool(self.conn.reader.buffer)
            return
        data, self._rest, position = self._rest + data, b"", 0
        while frame := frame_at(data, position):
            if frame.end > len(data):
                break
            if not self._takes(data, frame):
                super().data_received(data[frame.start : frame.end])
            position = frame.end
        self._keep(data[position:], frame)

    def _takes(self, data: bytes, frame: Found) -> bool:
        """Nothing overtakes what waits in the queue or comes in fragments."""
        if not frame.is_text or self.on_text is None or self.close_sent or self.frames or not self.queue.empty():
            return False
        return self.on_text(text_of(data, frame))

    def _keep(self, rest: bytes, frame: Found | None) -> None:
        if frame is not None and frame.end - frame.payload > SMALL_BYTES:
            self._is_parsed = True
            super().data_received(rest)
        else:
            self._rest = rest

    def push(self, data: bytes) -> bool:
        """Writes whole frames. -> False when the peer owes more than OUTBOX_BYTES."""
        if self.close_sent or self.disconnected:
            return True
        self.transport.write(data)
        return self.writable.is_set() or self.buffered() <= OUTBOX_BYTES

    def buffered(self) -> int:
        return self.transport.get_write_buffer_size()

    def close(self, code: int) -> None:
        """Sends the close frame behind what is buffered, and hangs up on who does not read it."""
        if self.close_sent or self.disconnected:
            return
        self.queue.put_nowait({"type": "websocket.disconnect", "code": code, "reason": ""})
        self.conn.send_close(code)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        if self.read_paused:
            self.read_paused = False
            self.transport.resume_reading()
        self.close_timer = self.loop.call_later(LINGER_SECONDS, self.transport.abort)

    def handle_pong(self, event: Frame) -> None:
        if self.on_pong is not None:
            self.on_pong()
        super().handle_pong(event)

    def shutdown(self) -> None:
        """SIGTERM: the application says goodbye, finishes its acks and closes with 1012."""
        if self.on_shutdown is None or self.close_sent:
            super().shutdown()
        else:
            self.stop_keepalive()
            self.on_shutdown()


def protocol_of(scope: dict[str, Any]) -> GatewayProtocol | None:
    protocol: GatewayProtocol | None = (scope.get("extensions") or {}).get(EXTENSION)
    return protocol
