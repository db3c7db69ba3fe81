"""One per process: receives each event once and hands its ready frames to the local connections, in version order.

The hub is one channel of the channel layer. What Redis loses, the tailer (tailer.py) finds in the database.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from typing import Any

import msgspec
from channels.layers import get_channel_layer

from chatsite import metrics
from chatsite.errors import ChatError
from chatsite.gateway import pull as slots
from chatsite.gateway.admission import Admission
from chatsite.gateway.beat import MESSAGE_TYPE as BEAT
from chatsite.gateway.beat import Beat
from chatsite.gateway.connection import Batch, Connection
from chatsite.gateway.events import Attach, Envelope
from chatsite.gateway.frames import Close, SessionRevoked
from chatsite.gateway.gathering import gathering
from chatsite.gateway.publisher import bind_to
from chatsite.gateway.pull import Changes, Head, Moved, Recent, Wanted
from chatsite.gateway.stream import Gate, RoomStream
from chatsite.gateway.subscriptions import Subscriptions
from chatsite.gateway.tailer import Tailer
from chatsite.gateway.terms import terms
from chatsite.gateway.together import Together
from chatsite.gateway.vigil import Vigil
from chatsite.live import overrides
from chatsite.pool import in_pool

logger = logging.getLogger(__name__)

REORDER_SECONDS = 0.05  # how long a gap may close by itself
BEHIND_SECONDS = 0.25  # how long a publish may be on its way before the tailer's sight of its version counts
FLUSH_SECONDS = 2.0
AGAIN_SECONDS = 1.0  # after what nobody expected
SAMPLE_SECONDS = 5.0

CATCH_UPS_MAX = 64  # connections whose rows are read at once

_decode = msgspec.msgpack.Decoder(Envelope).decode


def _changes_for(wanted: list[Wanted]) -> list[dict[int, Changes] | ChatError]:
    return slots.pull.changes_for(wanted)


class Hub:
    """Maps: room -> its stream, user -> connections, session -> connections. All methods run on its loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.rooms: dict[int, RoomStream] = {}
        self.users: dict[int, set[Connection]] = {}
        self.admission = Admission(loop)
        self.catch_ups: Together[Wanted, dict[int, Changes]] = Together(loop, _changes_for, CATCH_UPS_MAX)
        self.subscriptions = Subscriptions(self)
        self.tailer = Tailer(self)
        self.vigil = Vigil(loop)
        self.beat = Beat(self)
        self.channel: str | None = None
        self._origin = ""
        self._receiver: asyncio.Task[None] | None = None
        self._dirty: set[RoomStream] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Publishes and listens from now on."""
        self._origin = bind_to(self.loop, self.accept).origin
        for run in (self.subscriptions.run, self.tailer.run, self.beat.run, self.vigil.run, self._sample):
            self.spawn(self._for_ever(run))
        self.listen_anew()
        self._terms = terms()
        overrides.listen(self.hear_of_terms)

    def spawn(self, coroutine: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self.loop.create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _for_ever(self, run: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """What nobody expected must not leave the process deaf, or its connections unwatched, until it is restarted."""
        while True:
            try:
                await run()
            except Exception:  # of whatever kind: the process goes on, and the log tells of it
                logger.exception("hub_failed", extra={"where": run.__qualname__})
            await asyncio.sleep(AGAIN_SECONDS)

    async def stop(self) -> None:
        overrides.ignore(self.hear_of_terms)
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _sample(self) -> None:
        """How much there is of what comes and goes too often to be counted each time."""
        metrics.queues["sign_ins"] = lambda: len(self.admission.door)
        metrics.queues["catch_ups"] = lambda: len(self.catch_ups)
        while True:
            metrics.connections.set(sum(map(len, self.users.values())))
            metrics.people.set(len(self.users))
            metrics.streams.set(len(self.rooms))
            metrics.sample_queues()
            await asyncio.sleep(SAMPLE_SECONDS)

    # --- connections come and go

    def enter(self, connection: Connection) -> None:
        """From now on the user's own events reach it; its rooms follow with `follow`."""
        if connection.user_id not in self.users:
            self.subscriptions.want_user(connection.user_id)
        self.users.setdefault(connection.user_id, set()).add(connection)
        self.vigil.watch(connection)

    def leave(self, connection: Connection) -> None:
        self.vigil.forget(connection)
        for room_id in connection.rooms:
            if stream := self.rooms.get(room_id):
                stream.part(connection)
                self._forget_if_empty(stream)
        connection.rooms.clear()
        connection.screen.clear()
        own = self.users.get(connection.user_id)
        if own is not None and connection in own:
            own.discard(connection)
            if not own:
                del self.users[connection.user_id]
                self.subscriptions.drop_user(connection.user_id)

    def follow(self, connection: Connection, heads: Iterable[Head]) -> list[int]:
        """Joins the streams of these rooms where `ready` says they stand. -> rooms whose stream is further on."""
        ahead = []
        for head in heads:
            stream = self.rooms.get(head.room_id) or self._stream(head.room_id, head.version)
            if connection not in stream:
                stream.join(connection, head.version)
                connection.rooms.add(head.room_id)
            if stream.version > head.version:
                stream.close_gate(connection)
                ahead.append(head.room_id)
        return ahead

    def _stream(self, room_id: int, version: int) -> RoomStream:
        stream = self.rooms.get(room_id)
        if stream is None:
            stream = self.rooms[room_id] = RoomStream(room_id, version)
            self.subscriptions.want_room(room_id)
        return stream

    def _forget_if_empty(self, stream: RoomStream) -> None:
        """Whoever waited for an answer may hold a stream that was forgotten, and followed anew, meanwhile."""
        if stream.is_empty and self.rooms.get(stream.room_id) is stream:
            del self.rooms[stream.room_id]
            self.subscriptions.drop_room(stream.room_id)

    # --- what is on screen

    async def open_room(self, connection: Connection, room_id: int) -> None:
        """The room is in front of the user: typing and presence of its members flow, once they follow it.

        Whoever asked was a member a moment ago: they may be thrown out by now, or not be heard to have come yet.
        """
        connection.screen.add(room_id)
        if room_id in connection.rooms:
            self.rooms[room_id].screens.add(connection)

    def close_room(self, connection: Connection, room_id: int) -> None:
        connection.screen.discard(room_id)
        if stream := self.rooms.get(room_id):
            stream.screens.discard(connection)

    # --- catching up

    async def catch_up(self, connection: Connection, room_id: int, version: int) -> None:
        """Sends this connection what changed in a room since `version`, as room_sync, unless nothing did."""
        stream = self.rooms.get(room_id)
        if stream is None or connection not in stream.live or stream.version != version:
            await self.sync(connection, room_id, version)

    async def sync(self, connection: Connection, room_id: int, version: int) -> None:
        """The same, also when nothing changed."""
        await self.catch_up_all(connection, {room_id: version})

    async def catch_up_all(
        self, connection: Connection, since: dict[int, int], *, same_epoch: bool = True, is_behind: bool = False
    ) -> None:
        """The same for many rooms, with a constant number of queries. Live events wait behind a gate.

        `is_behind`: the connection has nothing newer. Rather than hear of a room with a gap, it is closed where the
        database does not answer, and comes back.
        """
        metrics.pulls.labels("catch_up").inc()
        gates = self._close_gates(connection, since)
        reached = {stream.room_id: gate.start for stream, gate in gates.items()}
        try:
            found = await self.catch_ups.ask(Wanted(since, connection.user_id, same_epoch))
            for room_id, changes in found.items():
                stream = self.rooms.get(room_id)
                if stream in gates and await self._send_behind(gates[stream], stream, connection, changes.frames):
                    reached[room_id] = changes.version
            await self._dismiss(connection, {s: gate for s, gate in gates.items() if s.room_id not in found})
        except ChatError:
            if is_behind or any(gate.is_behind for gate in gates.values()):
                connection.close(Close.RESTART)
            raise
        finally:
            for stream, gate in gates.items():
                if stream.gates.get(connection) is gate:
                    stream.open_gate(connection, reached[stream.room_id])

    async def _dismiss(self, connection: Connection, gates: dict[RoomStream, Gate]) -> None:
        """From rooms that turn out to be no longer theirs."""
        if not gates:
            return
        try:
            places = {stream: (connection.user_id, stream.room_id) for stream in gates}
            farewells = await in_pool(slots.pull.farewells, places.values())
        except ChatError:
            connection.close(Close.RESTART)
            raise
        for stream, gate in gates.items():
            if stream.gates.get(connection) is gate:
                stream.dismiss_one(connection, farewells[places[stream]])
                self._forget_if_empty(stream)

    def _close_gates(self, connection: Connection, room_ids: Iterable[int]) -> dict[RoomStream, Gate]:
        streams = [self.rooms[r] for r in room_ids if r in self.rooms and connection in self.rooms[r]]
        return {stream: stream.close_gate(connection) for stream in streams}

    async def _send_behind(self, gate: Gate, stream: RoomStream, connection: Connection, texts: list[bytes]) -> bool:
        """At the reader's pace. -> whether all were sent: who leaves the room meanwhile gets no more of it."""
        metrics.sync_frames.inc(len(texts))
        for text in texts:
            await connection.drained()
            if stream.gates.get(connection) is not gate:
                return False
            connection.send(text)
        return True

    # --- what the server says of itself

    def hear_of_terms(self) -> None:
        """In any thread."""
        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(self._tell_terms)

    def _tell_terms(self) -> None:
        """To all connections of this process; each process learns of it by itself."""
        if (new := terms()) != self._terms:
            self._terms = new
            self._push_all([c for own in self.users.values() for c in own], [new.frame()])

    # --- events come in

    def listen_anew(self) -> None:
        """Takes a new channel of the layer in place of one that has gone deaf."""
        if self._receiver is not None:
            self._receiver.cancel()
        self._receiver = self.spawn(self._receive())

    async def _receive(self) -> None:
        layer = get_channel_layer()
        while True:
            try:
                if self.channel is not None:
                    async with asyncio.timeout(FLUSH_SECONDS):
                        await layer.flush()  # the layer's connection may be as deaf as its channel
                self.channel = await layer.new_channel("hub.")
                self.subscriptions.use(self.channel)
                while True:
                    message = await layer.receive(self.channel)
                    if message["type"] == BEAT:
                        self.beat.heard()
                    elif message["from"] != self._origin:
                        for envelope in map(_decode, message["envelopes"]):
                            self.accept(envelope)
            except Exception as error:  # Redis away, at start or in the middle: the tailer delivers meanwhile
                logger.warning("hub_receive_failed", extra={"error": repr(error)})
                await asyncio.sleep(1)

    def accept(self, envelope: Envelope) -> None:
        """From another process by way of the channel layer, or from this one."""
        if envelope.first:
            self._accept_versions(envelope)
        elif envelope.user_id:
            self._accept_own(envelope)
        else:
            self._accept_circle(envelope)

    def _accept_versions(self, envelope: Envelope) -> None:
        stream = self.rooms.get(envelope.room_id)
        if stream is None:
            return
        if stream.accept(envelope):
            self._mark_dirty(stream)
        if stream.has_gap:
            self._heal_later(stream, REORDER_SECONDS)

    def _mark_dirty(self, stream: RoomStream) -> None:
        if not self._dirty:
            self.loop.call_soon(self._flush)
        self._dirty.add(stream)

    def _flush(self) -> None:
        dirty, self._dirty = self._dirty, set()
        if len(dirty) == 1:
            self._flush_all(dirty)  # one write each as it is
            return
        with gathering.open():
            self._flush_all(dirty)

    def _flush_all(self, dirty: Iterable[RoomStream]) -> None:
        for stream in dirty:
            stream.flush()
            self._forget_if_empty(stream)

    def _accept_own(self, envelope: Envelope) -> None:
        connections = list(self.users.get(envelope.user_id, ()))
        if envelope.revoke:
            self.revoke([c for c in connections if c.session_id in envelope.revoke], envelope.frames)
        elif envelope.frames:
            self._push_all(connections, envelope.frames)
        if envelope.attach:
            for connection in connections:
                self.attach(connection, envelope.attach)

    def _accept_circle(self, envelope: Envelope) -> None:
        audience: set[Connection] = set()
        for room_id in envelope.rooms:
            if stream := self.rooms.get(room_id):
                audience.update(stream.screens if envelope.on_screen else stream)
        for user_id in envelope.users:
            audience.update(self.users.get(user_id, ()))
        self._push_all([c for c in audience if c.user_id not in envelope.except_users], envelope.frames)

    def _push_all(self, connections: Sequence[Connection], texts: list[bytes]) -> None:
        metrics.own_frames.inc(len(texts) * len(connections))
        batch = Batch(texts)
        for connection in connections:
            connection.push(batch)

    def attach(self, connection: Connection, welcome: Attach) -> None:
        """Somebody has come into a room: the welcome, then its stream. They may have hung up meanwhile."""
        if connection not in self.users.get(connection.user_id, ()):
            return
        if welcome.room_id in connection.rooms or connection.defers(welcome):
            return
        connection.rooms.add(welcome.room_id)
        connection.send(welcome.frame)
        stream = self._stream(welcome.room_id, welcome.version)
        stream.join(connection, welcome.version)
        if stream.version > welcome.version:
            self.spawn(self._try_catch_up(connection, {welcome.room_id: welcome.version}))

    async def _try_catch_up(self, connection: Connection, since: dict[int, int]) -> None:
        with suppress(ChatError):
            await self.catch_up_all(connection, since)

    def revoke(self, connections: Iterable[Connection], texts: list[bytes]) -> None:
        for connection in connections:
            connection.close(Close.UNAUTHENTICATED, *texts)

    # --- what did not come in is pulled

    def expect(self, heads: dict[int, int]) -> None:
        """The database has these versions: rooms that do not get them soon are healed."""
        for room_id, version in heads.items():
            stream = self.rooms.get(room_id)
            if stream is not None and stream.version < version:
                self._heal_later(stream, BEHIND_SECONDS, version)

    def _heal_later(self, stream: RoomStream, seconds: float, version: int = 0) -> None:
        if not stream.healing:
            stream.healing = True
            self.loop.call_later(seconds, self._heal_if_behind, stream, version)

    def _heal_if_behind(self, stream: RoomStream, version: int) -> None:
        stream.healing = False
        if (stream.has_gap or stream.version < version) and self.rooms.get(stream.room_id) is stream:
            stream.healing = True
            self.spawn(self._heal(stream))

    async def _heal(self, stream: RoomStream) -> None:
        """One pull for the whole process, given out as room_sync."""
        metrics.pulls.labels("heal").inc()
        try:
            found = await in_pool(slots.pull.changes, {stream.room_id: stream.version}, reader_id=None)
            if changes := found.get(stream.room_id):
                stream.give_out(changes)
                self._forget_if_empty(stream)
        except ChatError as error:
            logger.warning("heal_failed", extra={"room": stream.room_id, "error": error.code})
        finally:
            stream.healing = False

    async def catch_on(self, recent: Recent) -> None:
        """What the tailer found: heads, members who came or went, revoked sessions.

        Only those who came have to be asked for, so they come last.
        """
        self.expect(recent.rooms)
        self._revoke_sessions(recent.sessions)
        for moved in recent.members:
            if moved.gone is not None and moved.user_id in self.users:
                self._part(moved, moved.gone)
        for moved in recent.members:
            if moved.gone is None:
                await self._bring_in(moved, recent.rooms.get(moved.room_id, 0))

    def _part(self, moved: Moved, farewell: bytes) -> None:
        stream = self.rooms.get(moved.room_id)
        if stream is not None and stream.version >= moved.version:
            stream.dismiss(moved.user_id, farewell)
            self._forget_if_empty(stream)

    async def _bring_in(self, moved: Moved, head: int) -> None:
        connections = self.users.get(moved.user_id, ())
        missing = [c for c in connections if moved.room_id not in c.rooms]
        if missing and (welcome := await in_pool(slots.pull.welcome, moved.user_id, moved.room_id)):
            for connection in missing:
                self.attach(connection, Attach(moved.room_id, *welcome))
            self.expect({moved.room_id: head})

    def _revoke_sessions(self, revoked: dict[int, str]) -> None:
        if not revoked:
            return
        for connections in list(self.users.values()):
            for connection in [c for c in connections if c.session_id in revoked]:
                self.revoke([connection], [SessionRevoked(reason=revoked[connection.session_id]).frame()])


_hubs: dict[asyncio.AbstractEventLoop, Hub] = {}


def hub() -> Hub:
    """The hub of the running loop; started at first use."""
    loop = asyncio.get_running_loop()
    if loop not in _hubs:
        for old in [known for known in _hubs if known.is_closed()]:
            overrides.ignore(_hubs.pop(old).hear_of_terms)
        _hubs[loop] = Hub(loop)
        _hubs[loop].start()
    return _hubs[loop]


async def stop_hub() -> None:
    if own := _hubs.pop(asyncio.get_running_loop(), None):
        await own.stop()
