"""Hands envelopes to this process's hub, and to all others through the channel layer: a hint that may be lost."""

import asyncio
import atexit
import logging
import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterable
from typing import Any

import msgspec
from channels.layers import get_channel_layer

from chatsite import metrics
from chatsite.gateway.events import Envelope

logger = logging.getLogger(__name__)

QUEUE_MAX = 10_000  # envelopes; beyond it the tailer delivers
SEND_TIMEOUT_SECONDS = 0.5
EXIT_FLUSH_SECONDS = 0.5
MESSAGE_TYPE = "hub.envelope"

_encode = msgspec.msgpack.Encoder().encode


class Publisher:
    """One per process, bound to one event loop; `put` may be called from any thread.

    `deliver` is the hub on the same loop: what this process itself has committed waits for no Redis.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, deliver: Callable[[Envelope], None] | None = None) -> None:
        self.loop = loop
        self.origin = secrets.token_hex(4)  # by which the hub knows its own echo
        self._deliver = deliver
        self._queue: deque[Envelope] = deque()
        self._task: asyncio.Task[None] | None = None
        self.dropped = 0
        metrics.queues["publish"] = lambda: len(self._queue)

    def put(self, envelopes: Iterable[Envelope]) -> None:
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._enqueue, tuple(envelopes))

    def _enqueue(self, envelopes: tuple[Envelope, ...]) -> None:
        if self._deliver is not None:
            for envelope in envelopes:
                self._deliver(envelope)
        if len(self._queue) + len(envelopes) > QUEUE_MAX:
            self._drop(len(envelopes))
            return
        self._queue.extend(envelopes)
        if self._task is None or self._task.done():
            self._task = self.loop.create_task(self._run())

    async def _run(self) -> None:
        while self._queue:
            batch, self._queue = merge(self._queue), deque()
            await self._send(batch)

    async def _send(self, batch: list[Envelope]) -> None:
        """In one write, one message a group: a thousand people who come online are one publish."""
        grouped: dict[str, list[bytes]] = {}
        for envelope in batch:
            grouped.setdefault(envelope.group, []).append(_encode(envelope))
        messages = [(group, self._message(encoded)) for group, encoded in grouped.items()]
        try:
            async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                await get_channel_layer().group_send_many(messages)
        except Exception as error:  # whatever Redis throws: the tailer delivers what is lost here
            self._drop(len(batch))
            logger.warning("publish_lost", extra={"envelopes": len(batch), "error": repr(error)})

    def _drop(self, envelopes: int) -> None:
        self.dropped += envelopes
        metrics.lost_envelopes.inc(envelopes)

    def _message(self, encoded: list[bytes]) -> dict[str, Any]:
        return {"type": MESSAGE_TYPE, "from": self.origin, "envelopes": encoded}

    async def flushed(self) -> None:
        """Until everything put so far has been sent or given up."""
        if self._task is not None:
            await asyncio.wait([self._task])


def merge(envelopes: Iterable[Envelope]) -> list[Envelope]:
    """Joins a room's consecutive envelopes into one: one publish a room and tick."""
    merged: list[Envelope] = []
    newest: dict[int, int] = {}  # room id -> index of its newest envelope in `merged`
    for envelope in envelopes:
        index = newest.get(envelope.room_id) if envelope.first else None
        if index is not None and merged[index].last + 1 == envelope.first:
            former = merged[index]
            merged[index] = Envelope(
                room_id=former.room_id,
                first=former.first,
                frames=former.frames + envelope.frames,
                detach=former.detach + envelope.detach,
            )
            continue
        if envelope.first:
            newest[envelope.room_id] = len(merged)
        merged.append(envelope)
    return merged


_lock = threading.Lock()
_publisher: Publisher | None = None


def publisher() -> Publisher:
    """The process's publisher: on the hub's loop where one runs, else (commands, WSGI workers) on its own thread."""
    global _publisher
    with _lock:
        if _publisher is None or _publisher.loop.is_closed():
            _publisher = _on_own_thread()
        return _publisher


def bind_to(loop: asyncio.AbstractEventLoop, deliver: Callable[[Envelope], None]) -> Publisher:
    """Called by the hub when it starts on `loop`."""
    global _publisher
    with _lock:
        _publisher = Publisher(loop, deliver)
        return _publisher


def _on_own_thread() -> Publisher:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="publisher", daemon=True).start()
    own = Publisher(loop)
    atexit.register(_flush, own)
    return own


def _flush(own: Publisher) -> None:
    if own.loop.is_running():
        try:
            asyncio.run_coroutine_threadsafe(own.flushed(), own.loop).result(EXIT_FLUSH_SECONDS)
        except TimeoutError:
            logger.warning("publish_lost_at_exit")
