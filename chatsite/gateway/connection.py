"""The outgoing side of one WebSocket: writes that never wait, and a bound on what a slow reader may owe."""

from __future__ import annotations

import asyncio
import itertools
import logging
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from structlog.contextvars import get_contextvars

from chatsite import metrics
from chatsite.errors import ChatError, ErrorOut, new_request_id
from chatsite.gateway import frames
from chatsite.gateway.events import Attach, Event
from chatsite.gateway.frames import Close
from chatsite.gateway.gathering import gathering
from chatsite.gateway.websocket import text_frame

if TYPE_CHECKING:
    from chatsite.gateway.hub import Hub

logger = logging.getLogger(__name__)

OUTBOX_BYTES = 1024 * 1024  # transport buffer a connection may have; over it, close 4409
NORMAL, APPLICATION_CODES = 1000, 3000  # close codes, RFC 6455 §7.4
HELD_MAX = 1000  # writes that may wait for the end of a sign-in
BOOT = secrets.token_hex(4)  # tells this process's connections from a former one's
_numbers = itertools.count(1)

Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Disconnected(Exception):
    """The peer is gone, or the connection was closed."""


def refusal(error: ChatError, locale: str) -> ErrorOut:
    """-> the error as its client gets it: counted, and logged under the id that it carries."""
    metrics.refused.labels("gateway", error.code).inc()
    request_id = error.request_id or get_contextvars().get("request_id") or new_request_id()
    logger.info("command_refused", extra={"error": error.code, "request_id": request_id})
    return error.out(locale=locale, request_id=request_id)


class Batch:
    """Frames that go to many connections in one write; joined once, whoever asks first."""

    __slots__ = ("_wire", "texts")

    def __init__(self, texts: Sequence[bytes]) -> None:
        self.texts = texts
        self._wire: bytes | None = None

    @classmethod
    def joined(cls, batches: Sequence[Batch]) -> Batch:
        if len(batches) == 1:
            return batches[0]
        one = cls([text for batch in batches for text in batch.texts])
        one._wire = b"".join([batch.wire for batch in batches])
        return one

    @property
    def wire(self) -> bytes:
        if self._wire is None:
            self._wire = b"".join(map(text_frame, self.texts))
        return self._wire


class Wire(Protocol):
    """The socket itself. `write` returns False once the reader is hopelessly behind."""

    async def receive(self) -> str | bytes:
        """-> the next text, or bytes of a binary frame. Raises Disconnected."""

    def write(self, batch: Batch) -> bool: ...
    async def drained(self) -> None: ...
    def ping(self) -> None: ...
    def close(self, code: int) -> None: ...


class SendWire:
    """Through plain ASGI, for daphne and tests: a task writes what has queued up."""

    def __init__(self, receive: Receive, send: Send) -> None:
        self._receive = receive
        self._send = send
        self._is_over = False
        self._texts: deque[bytes] = deque()
        self._bytes = 0
        self._closing: int | None = None
        self._task: asyncio.Task[None] | None = None
        self._empty = asyncio.Event()
        self._empty.set()

    async def receive(self) -> str | bytes:
        if self._is_over:
            raise Disconnected
        while (message := await self._receive())["type"] != "websocket.disconnect":
            if self._closing is None:  # what comes behind the close frame is for nobody
                text: str | bytes | None = message.get("text")
                return b"" if text is None else text
        self._is_over = True
        raise Disconnected

    def ping(self) -> None:
        """ASGI knows no pings; servers send their own."""

    def write(self, batch: Batch) -> bool:
        self._texts.extend(batch.texts)
        self._bytes += sum(map(len, batch.texts))
        self._wake()
        return self._bytes <= OUTBOX_BYTES

    async def drained(self) -> None:
        await self._empty.wait()

    def close(self, code: int) -> None:
        # daphne's autobahn takes a plain int, 1000 or an application's own code only.
        self._closing = int(code) if code >= APPLICATION_CODES else NORMAL
        self._wake()

    def _wake(self) -> None:
        self._empty.clear()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._run())

    async def _run(self) -> None:
        try:
            while self._texts:
                text = self._texts.popleft()
                await self._send({"type": "websocket.send", "text": text.decode()})
                self._bytes -= len(text)
            if self._closing is not None:
                await self._send({"type": "websocket.close", "code": self._closing})
        except Exception:
            self._texts.clear()
        finally:
            self._empty.set()


class Connection:
    """One authenticated WebSocket, as the hub, the commands and the hooks see it."""

    __slots__ = (
        "__weakref__",
        "_held",
        "_welcomes",
        "_wire",
        "close_code",
        "expires_at",
        "heard_at",
        "hub",
        "id",
        "locale",
        "look_at",
        "rooms",
        "screen",
        "session_id",
        "user_id",
    )

    def __init__(self, *, hub: Hub, wire: Wire, user_id: int, session_id: int, locale: str, expires_at: float) -> None:
        self.id = f"{BOOT}.{next(_numbers)}"
        self.hub = hub
        self.user_id = user_id
        self.session_id = session_id
        self.locale = locale
        self.expires_at = expires_at  # Unix seconds
        self.heard_at = asyncio.get_running_loop().time()
        self.look_at = 0  # where Vigil finds it
        self.rooms: set[int] = set()  # whose stream it follows
        self.screen: set[int] = set()  # which of them are open in front of the user
        self.close_code: int | None = None
        self._wire = wire
        self._held: list[Batch] | None = None
        self._welcomes: list[Attach] = []

    def hold(self) -> None:
        """Whatever is written from now on waits until it is `admit`ted: nothing goes out before `ready`."""
        self._held = []

    def admit(self, ready: bytes) -> None:
        held, self._held = self._held or (), None
        self.push(Batch([ready]))
        for batch in held:
            self.push(batch)

    def defers(self, welcome: Attach) -> bool:
        """Into which rooms somebody came before `ready` counts after it: only then is it known which they are in."""
        if self._held is None:
            return False
        self._welcomes.append(welcome)
        if len(self._welcomes) > HELD_MAX:
            self.close(Close.SLOW)
        return True

    def take_welcomes(self) -> list[Attach]:
        welcomes, self._welcomes = self._welcomes, []
        return welcomes

    def heard(self) -> None:
        """There was a frame or a pong: it lives."""
        self.heard_at = self.hub.loop.time()

    def ping(self) -> None:
        self._wire.ping()

    def push(self, batch: Batch) -> None:
        """Writes at once and never waits; a reader who owes too much is closed and comes back to sync."""
        if self._held is not None:
            self._hold_back(self._held, batch)
        elif gathering.takes(self, batch):
            return
        elif self.close_code is None and not self._wire.write(batch):
            self.close(Close.SLOW)

    def push_all(self, batches: Sequence[Batch]) -> None:
        """The same in one write."""
        self.push(Batch.joined(batches))

    def _hold_back(self, held: list[Batch], batch: Batch) -> None:
        held.append(batch)
        if len(held) > HELD_MAX or sum(len(text) for one in held for text in one.texts) > OUTBOX_BYTES:
            self.close(Close.SLOW)

    def send(self, *texts: bytes) -> None:
        self.push(Batch(texts))

    def send_event(self, event: Event, reply_to: str | None = None) -> None:
        self.send(event.frame(reply_to))

    def send_error(self, error: ChatError, reply_to: str | None = None) -> None:
        self.send(frames.error(reply_to, self.refusal(error)))

    def refusal(self, error: ChatError) -> ErrorOut:
        return refusal(error, self.locale)

    async def drained(self) -> None:
        """Until little is left unsent: catch-up goes at the reader's pace, outside the outbox's bound."""
        await self._wire.drained()

    def close(self, code: int, *farewell: bytes) -> None:
        """`farewell` is written even to who is not admitted yet."""
        if self.close_code is None:
            self.close_code = code
            metrics.closed.labels(str(int(code))).inc()
            self.hub.leave(self)
            for batch in gathering.give_up(self):
                self._wire.write(batch)
            if farewell:
                self._wire.write(Batch(farewell))
            self._wire.close(code)
