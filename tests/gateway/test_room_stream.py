"""One room's stream: whatever order envelopes, pulls and connections come in, each connection hears all in order."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from chatsite.gateway.connection import Batch
from chatsite.gateway.events import Detach, Envelope
from chatsite.gateway.pull import Changes, Gone
from chatsite.gateway.stream import RoomStream

ROOM = 7


class Listener:
    """Stands where a Connection does; remembers what it was written."""

    def __init__(self, user_id: int, start: int) -> None:
        self.user_id = user_id
        self.start = start
        self.rooms = {ROOM}
        self.screen: set[int] = set()
        self.heard: list[Any] = []
        self.catching_up = False

    def push(self, batch: Batch) -> None:
        self.heard += [json.loads(text) for text in batch.texts]


def live(version: int) -> bytes:
    return json.dumps({"from": version - 1, "to": version}).encode()


def sync(first: int, last: int) -> bytes:
    return json.dumps({"from": first, "to": last}).encode()


FAREWELL = b'"farewell"'


class Stream(RuleBasedStateMachine):
    """The database is `head`; the hub hears envelopes of it late, twice, out of turn or never."""

    def __init__(self) -> None:
        super().__init__()
        self.head = 1
        self.left: dict[int, int] = {}  # user id -> version at which they left
        self.stream = RoomStream(ROOM, 1)
        self.listeners: list[Listener] = []

    envelopes = Bundle("envelopes")
    pulls = Bundle("pulls")

    @rule(target=envelopes, size=st.integers(1, 4))
    def commit(self, size: int) -> Envelope:
        first = self.head + 1
        self.head += size
        return Envelope(room_id=ROOM, first=first, frames=[live(v) for v in range(first, self.head + 1)])

    @rule(target=envelopes, user=st.integers(1, 3))
    def leave(self, user: int) -> Envelope:
        """A kick takes a version; the user does not come back in this run."""
        self.head += 1
        self.left.setdefault(user, self.head)
        return Envelope(
            room_id=ROOM, first=self.head, frames=[live(self.head)], detach=[Detach(user, self.head, FAREWELL)]
        )

    @rule(envelope=envelopes)
    def deliver(self, envelope: Envelope) -> None:
        self.stream.accept(envelope)
        self.stream.flush()

    @rule(target=pulls)
    def read_for_all(self) -> tuple[int, int, dict[int, int]]:
        return self.stream.version, self.head, dict(self.left)

    @rule(pull=consumes(pulls))
    def heal(self, pull: tuple[int, int, dict[int, int]]) -> None:
        since, head, left = pull
        gone = [Gone(user, FAREWELL) for user, at in left.items() if since < at <= head]
        self.stream.give_out(Changes(head, [sync(since, head)] if head > since else [], gone))

    @rule(user=st.integers(1, 3))
    def enter(self, user: int) -> None:
        """`ready` read the head; the stream may be behind it."""
        if user in self.left:
            return
        listener = Listener(user, self.head)
        self.listeners.append(listener)
        self.stream.join(listener, self.head)  # type: ignore[arg-type]

    @rule(index=st.integers(0, 5))
    def begin_to_catch_up(self, index: int) -> None:
        for listener in self.listeners[index : index + 1]:
            if listener in self.stream and not listener.catching_up:
                self.stream.close_gate(listener)  # type: ignore[arg-type]
                listener.catching_up = True

    @rule(index=st.integers(0, 5))
    def end_catching_up(self, index: int) -> None:
        for listener in self.listeners[index : index + 1]:
            if listener.catching_up:
                listener.catching_up = False
                if listener in self.stream:
                    listener.push(Batch([sync(reached(listener), self.head)]))
                    self.stream.open_gate(listener, self.head)  # type: ignore[arg-type]

    @invariant()
    def everybody_hears_without_gaps(self) -> None:
        for listener in self.listeners:
            reached(listener)

    @invariant()
    def nobody_hears_more_after_the_farewell(self) -> None:
        for listener in self.listeners:
            if "farewell" in listener.heard:
                assert listener.heard.index("farewell") == len(listener.heard) - 1
                assert listener not in self.stream

    def teardown(self) -> None:
        for listener in self.listeners:
            if listener.catching_up and listener in self.stream:
                listener.push(Batch([sync(reached(listener), self.head)]))
                self.stream.open_gate(listener, self.head)  # type: ignore[arg-type]
        self.heal((self.stream.version, self.head, dict(self.left)))
        for listener in self.listeners:
            if listener.user_id in self.left:
                assert listener not in self.stream
                assert listener.heard[-1] == "farewell"
            else:
                assert reached(listener) == self.head


def reached(listener: Listener) -> int:
    """-> the version that a listener has; raises at a gap."""
    version = listener.start
    for frame in listener.heard:
        if frame == "farewell":
            continue
        assert frame["from"] <= version, (listener.start, listener.heard)
        version = max(version, frame["to"])
    return version


TestStream = Stream.TestCase
TestStream.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)
