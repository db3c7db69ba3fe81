"""One room as one process follows it: a version, and the connections that hear it in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from chatsite import metrics
from chatsite.gateway.connection import OUTBOX_BYTES, Batch, Connection
from chatsite.gateway.events import Detach, Envelope
from chatsite.gateway.frames import Close
from chatsite.gateway.pull import Changes

Push = Callable[[Batch], None]


class Gate:
    """Holds a room's frames back from one connection that is catching up, then lets through what is newer."""

    def __init__(self, start: int, *, is_behind: bool = False) -> None:
        self.start = start  # versions up to this one the connection has, or gets by other means
        self.is_behind = is_behind  # what came after `start` has passed: nothing may until the connection has it
        self.catching_up = is_behind
        self._held: list[tuple[int, bytes]] = []
        self._bytes = 0

    @property
    def is_full(self) -> bool:
        """As much is held as a slow reader may owe: who reads nothing would otherwise be kept everything."""
        return self._bytes > OUTBOX_BYTES

    def hold(self, first: int, texts: Sequence[bytes]) -> None:
        self._held += [(first + i, text) for i, text in enumerate(texts)]
        self._bytes += sum(map(len, texts))

    def hold_sync(self, version: int, texts: Sequence[bytes]) -> None:
        """A sync that reaches `version`: needed unless the connection's own catching up reaches as far."""
        self._held += [(version, text) for text in texts]
        self._bytes += sum(map(len, texts))

    def wait_for(self, version: int) -> None:
        """The stream itself is not that far yet: its frames up to `version` are to be dropped."""
        self.start = version
        self.is_behind = self.catching_up = False
        self._held.clear()
        self._bytes = 0

    def release(self, version: int) -> list[bytes]:
        """-> the held frames after `version`."""
        return [text for n, text in self._held if n > version]


class RoomStream:
    """Delivers version n+1 after n and nothing twice; what is out of turn waits for a pull."""

    def __init__(self, room_id: int, version: int) -> None:
        self.room_id = room_id
        self.version = version
        self.live: dict[Connection, Push] = {}
        self.gates: dict[Connection, Gate] = {}
        self.screens: set[Connection] = set()
        self.healing = False
        self._early: list[Envelope] = []  # after a gap
        self._pending: list[bytes] = []  # in order, not yet written; the last one has `version`

    def __contains__(self, connection: Connection) -> bool:
        return connection in self.live or connection in self.gates

    def __iter__(self) -> Iterator[Connection]:
        yield from self.live
        yield from self.gates

    @property
    def is_empty(self) -> bool:
        return not self.live and not self.gates

    @property
    def has_gap(self) -> bool:
        return bool(self._early)

    def join(self, connection: Connection, version: int) -> None:
        """From `version` on (exclusive). At the stream's own version it is live at once, else behind a gate.

        Where the stream is further on, the gate stays closed until somebody has caught up.
        """
        self.flush()
        if self.room_id in connection.screen:
            self.screens.add(connection)
        if version == self.version:
            self.live[connection] = connection.push
        else:
            self.gates[connection] = Gate(version, is_behind=version < self.version)

    def close_gate(self, connection: Connection) -> Gate:
        """Holds the stream back from a live connection while it catches up."""
        self.flush()
        self.live.pop(connection, None)
        gate = self.gates.setdefault(connection, Gate(self.version))
        gate.catching_up = True
        return gate

    def open_gate(self, connection: Connection, version: int) -> None:
        """The connection has everything up to `version` now."""
        gate = self.gates.get(connection)
        if gate is None:
            return
        self.flush()
        if held := gate.release(version):
            connection.push(Batch(held))
        if version > self.version:
            gate.wait_for(version)
        else:
            del self.gates[connection]
            self.live[connection] = connection.push

    def part(self, connection: Connection) -> None:
        self.live.pop(connection, None)
        self.gates.pop(connection, None)
        self.screens.discard(connection)

    def accept(self, envelope: Envelope) -> bool:
        """Takes what is next in turn, drops what is old. -> whether there is something to flush."""
        if envelope.first > self.version + 1:
            self._early.append(envelope)
            return False
        fresh = envelope.frames[self.version + 1 - envelope.first :]
        if not fresh:
            return False
        if envelope.detach:
            self._deliver_with_farewells(fresh, envelope.detach)
        else:
            self._pending += fresh
            self.version += len(fresh)
        self._drain_early()
        return True

    def give_out(self, changes: Changes) -> None:
        """What a pull found after this stream's version: the leavers' farewells, the sync for everybody else."""
        if changes.version <= self.version:
            return
        self.flush()
        for gone in changes.gone:
            self.dismiss(gone.user_id, gone.frame)
        self.version = changes.version
        batch = Batch(changes.frames)
        for push in tuple(self.live.values()):
            push(batch)
        metrics.sync_frames.inc(len(changes.frames) * len(self.live))
        for connection, gate in list(self.gates.items()):
            self._give_to_gate(connection, gate, changes, batch)
        self._drain_early()
        self.flush()

    def _give_to_gate(self, connection: Connection, gate: Gate, changes: Changes, batch: Batch) -> None:
        """Who is catching up reads the database by itself, but may have read less than this; who waits may be there."""
        if gate.catching_up:
            gate.hold_sync(changes.version, changes.frames)
            self._close_if_full(connection, gate)
        elif changes.version > gate.start:
            connection.push(batch)
            del self.gates[connection]
            self.live[connection] = connection.push
        elif changes.version == gate.start:
            self.open_gate(connection, gate.start)

    def _drain_early(self) -> None:
        early, self._early = self._early, []
        for envelope in sorted(early, key=lambda e: e.first):
            self.accept(envelope)

    def _deliver_with_farewells(self, texts: Sequence[bytes], farewells: Sequence[Detach]) -> None:
        self.flush()
        leaving: dict[int, list[Detach]] = {}
        for detach in farewells:
            leaving.setdefault(detach.version, []).append(detach)
        for text in texts:
            for detach in leaving.get(self.version + 1, ()):
                self.flush()
                self.dismiss(detach.user_id, detach.frame)
            self._pending.append(text)
            self.version += 1

    def dismiss(self, user_id: int, farewell: bytes) -> None:
        """This user's connections hear `farewell` and nothing of this room any more."""
        for connection in [c for c in self if c.user_id == user_id]:
            self.dismiss_one(connection, farewell)

    def dismiss_one(self, connection: Connection, farewell: bytes) -> None:
        self.part(connection)
        connection.rooms.discard(self.room_id)
        connection.screen.discard(self.room_id)
        connection.push(Batch([farewell]))

    def flush(self) -> None:
        """One write to each connection of everything that is waiting."""
        if not self._pending:
            return
        texts, self._pending = self._pending, []
        batch = Batch(texts)
        for push in tuple(self.live.values()):
            push(batch)
        metrics.room_frames.inc(len(texts) * len(self.live))
        if self.gates:
            self._flush_gates(self.version - len(texts) + 1, texts)

    def _flush_gates(self, first: int, texts: Sequence[bytes]) -> None:
        for connection, gate in list(self.gates.items()):
            gate.hold(first, texts)
            if not gate.catching_up and self.version >= gate.start:
                self.open_gate(connection, gate.start)
            else:
                self._close_if_full(connection, gate)

    def _close_if_full(self, connection: Connection, gate: Gate) -> None:
        if gate.is_full:
            connection.close(Close.SLOW)
