"""How each bug is planted: by replacing one piece of the product in the node's process.

That is why methods are assigned, which the type checker has to be told to let pass.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction

from chatsite.errors import ChatError
from chatsite.gateway import publisher, tailer
from chatsite.gateway.connection import Batch
from chatsite.gateway.layer import Shard
from chatsite.gateway.publisher import Publisher
from chatsite.gateway.stream import RoomStream
from chatsite.gateway.subscriptions import Subscriptions
from chatsite.gateway.tailer import Tailer
from messaging import batcher, recent
from messaging.batcher import Batcher
from messaging.services import batch, pull, send, shared_pull

LATE_SECONDS = 0.2  # how long the wrong order lasts: a kill in this time shows it
SLOW_SECONDS = 15.0  # longer than a probe waits, and less than somebody signed out may go on hearing
BUGS: dict[str, Callable[[], None]] = {}


def bug(name: str) -> Callable[[Callable[[], None]], Callable[[], None]]:
    def register(plant: Callable[[], None]) -> Callable[[], None]:
        BUGS[name] = plant
        return plant

    return register


@bug("ack before commit")
def ack_before_commit() -> None:
    settled = Batcher._settle

    def commit(self: Batcher, waiting: Sequence[Any]) -> None:
        with transaction.atomic():
            results = send.send([one.draft for one in waiting])
            self._loop.call_soon_threadsafe(settled, self, waiting, results)
            time.sleep(LATE_SECONDS)
        send.announce(results)
        self._loop.call_soon_threadsafe(self._go_on)

    Batcher._commit = commit  # type: ignore[method-assign]


@bug("publish before commit")
def publish_before_commit() -> None:
    batcher.announce = lambda results: None  # type: ignore[assignment]
    inside = send._transaction

    def early(drafts: Sequence[Any]) -> Any:
        with transaction.atomic():
            results = inside(drafts)
            before, send.publish = send.publish, lambda *envelopes: publisher.publisher().put(envelopes)
            send.announce(results)
            send.publish = before
            time.sleep(LATE_SECONDS)
        return results

    send._transaction = early  # type: ignore[assignment]


def _rarely(often: float = 0.005) -> bool:
    return random.random() < often


@bug("a frame dropped")
def drop_a_frame() -> None:
    flush = RoomStream.flush

    def lossy(self: RoomStream) -> None:
        if self._pending and _rarely():
            self._pending.pop()
        flush(self)

    RoomStream.flush = lossy  # type: ignore[method-assign]


@bug("a frame twice")
def repeat_a_frame() -> None:
    flush = RoomStream.flush

    def twice(self: RoomStream) -> None:
        pending = self._pending
        flush(self)
        if pending and _rarely(0.01):
            for push in tuple(self.live.values()):
                push(Batch(pending[-1:]))

    RoomStream.flush = twice  # type: ignore[method-assign]


@bug("two frames swapped")
def swap_two_frames() -> None:
    flush = RoomStream.flush

    def shuffled(self: RoomStream) -> None:
        if len(self._pending) > 1 and _rarely(0.2):
            self._pending[-2:] = reversed(self._pending[-2:])
        flush(self)

    RoomStream.flush = shuffled  # type: ignore[method-assign]


@bug("seq with gaps")
def seq_with_gaps() -> None:
    append = batch.Batch.append

    def skipping(self: Any, draft: Any, *arguments: Any) -> Any:
        if _rarely():
            self.counters[draft.room_id].last_seq += 1
        return append(self, draft, *arguments)

    batch.Batch.append = skipping  # type: ignore[method-assign]


@bug("nonce forgotten")
def forget_nonces() -> None:
    """As with a memory of a second: a late repeat is a message of its own."""
    draft = send.draft
    from messaging import sending

    def anew(**fields: Any) -> Any:
        made = draft(**fields)
        return made.__class__(**{**{f: getattr(made, f) for f in made.__struct_fields__}, "nonce": _salted(made.nonce)})

    sending.draft = anew  # type: ignore[assignment]


_seen: set[str] = set()


def _salted(nonce: str) -> str:
    if nonce in _seen:
        return f"{nonce}.{random.randrange(10**6)}"
    _seen.add(nonce)
    return nonce


@bug("no tailer")
def no_tailer() -> None:
    """And a fifth of the hints is lost, which alone must not matter."""

    async def never(self: Tailer) -> None:
        await asyncio.Event().wait()

    async def nothing(self: Tailer) -> None:
        pass

    Tailer.run, Tailer.sweep = never, nothing  # type: ignore[method-assign]
    message_send = Publisher._send

    async def lossy(self: Publisher, envelopes: list[Any]) -> None:
        await message_send(self, [e for e in envelopes if not _rarely(0.2)])

    Publisher._send = lossy  # type: ignore[method-assign]


@bug("slow tailer")
def slow_tailer() -> None:
    """Too slow to hide who has gone deaf. It does come: nothing else tells of a welcome that Redis has lost."""
    tailer.POLL_SECONDS = tailer.SWEEP_SECONDS = SLOW_SECONDS


@bug("no resubscribing")
def stay_deaf() -> None:
    """Whoever has lost Redis hears of its own channel again, and of no group."""
    slow_tailer()
    renew = Subscriptions.renew

    def once(self: Subscriptions) -> None:
        if not self._added:
            renew(self)

    Subscriptions.renew = once  # type: ignore[method-assign]
    Shard._lost = lambda self: self._subscribed_to.clear()  # type: ignore[method-assign]


@bug("nothing synced to the disk")
def sync_nothing() -> None:
    """Not the nodes' bug but the database's: see OPTIONS."""


@bug("kick not in sequence")
def ignore_kicks() -> None:
    accept = RoomStream.accept

    def deaf(self: RoomStream, envelope: Any) -> bool:
        envelope = envelope.__class__(room_id=envelope.room_id, first=envelope.first, frames=envelope.frames)
        return accept(self, envelope)

    RoomStream.accept = deaf  # type: ignore[method-assign]


@bug("recall leaves the words")
def keep_the_words() -> None:
    from messaging import rendering

    render = rendering._message_out

    def shown(message: Any, *arguments: Any) -> Any:
        was, message.recalled_at = message.recalled_at, None
        try:
            out = render(message, *arguments)
        finally:
            message.recalled_at = was
        content = message.content or "the words"
        return out.__class__(
            **{**{f: getattr(out, f) for f in out.__struct_fields__}, "content": content, "recalled_at": was}
        )

    rendering._message_out = shown


@bug("cache trusted")
def trust_the_cache() -> None:
    kept: dict[int, Any] = {}
    read = recent.read

    def stale(room_id: int, version: int, last_message_id: int | None) -> Any:
        if (fresh := read(room_id, version, last_message_id)) is not None and room_id not in kept:
            kept[room_id] = fresh
        return kept.get(room_id)

    recent.read = stale


@bug("error for an unknown outcome")
def blame_the_sender() -> None:
    commit = send._commit

    def wrong(drafts: Sequence[Any]) -> Any:
        if _rarely(0.02):
            commit(drafts)
            return [ChatError("conflict") for _ in drafts]
        return commit(drafts)

    send._commit = wrong  # type: ignore[assignment]


@bug("sync applied in part")
def sync_in_part() -> None:
    """The version is passed on before all rows are."""
    rows = pull.rows_of

    def partly(spans: Any) -> Any:
        found = rows(spans)
        for own in found.values():
            if own and _rarely(0.5):
                own.pop()
        return found

    pull.rows_of = shared_pull.rows_of = partly
