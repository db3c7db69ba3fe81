"""The sync algorithm of the clients against a server made of lists: whatever comes how often, they end where it is."""

from __future__ import annotations

from itertools import count
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from tests.chaos.client import Device
from tests.chaos.history import History
from tests.chaos.replica import Frame
from tests.live import Person

ME, OTHER, ROOMS = 1, 2, 2
PAGE_ROWS = 2
wherever = st.integers(1, ROOMS)


class ModelRoom:
    """A room as the database has it: rows with the version of their last change."""

    def __init__(self, room_id: int) -> None:
        self.id = room_id
        self.version = 0
        self.rows: list[Frame] = []  # seq 1, 2, 3 …
        self.is_mine = True

    def event(self, kind: str, **data: Any) -> Frame:
        self.version += 1
        return {"type": kind, "data": {"room_id": self.id, "version": self.version, **data}}

    def put(self, seq: int, kind: str, **changes: Any) -> Frame:
        frame = self.event(kind)
        row = {**changes, "id": 100 * self.id + seq, "room_id": self.id, "seq": seq, "version": self.version}
        self.rows[seq - 1 : seq] = [row]
        frame["data"]["message"] = row
        return frame

    def member(self, kind: str, user: int, role: str | None) -> Frame:
        frame = self.event(kind)
        frame["data"]["member"] = {"user": {"id": user}, "role": role, "version": self.version}
        return frame

    def added(self) -> Frame:
        return {"type": "room_added", "data": {"room": {**self.head(), "id": self.id}}}

    def removed(self) -> Frame:
        return {"type": "room_removed", "data": {"room_id": self.id, "reason": "left"}}

    def head(self) -> Frame:
        return {"room_id": self.id, "version": self.version, "last_seq": len(self.rows)}

    def syncs(self, since: int, *, complete: bool = True) -> list[Frame]:
        """The rows after `since` as they are now, in pages."""
        changed = sorted((row for row in self.rows if row["version"] > since), key=lambda row: row["version"])
        pages = [changed[i : i + PAGE_ROWS] for i in range(0, len(changed), PAGE_ROWS)] if complete else []
        frames, start = [], since
        for page in pages or [[]]:
            end = page[-1]["version"] if page and page is not pages[-1] else self.version
            data = {"room_id": self.id, "from_version": start, "version": end, "complete": complete}
            frames.append({"type": "room_sync", "data": {**data, "messages": page, "members": []}})
            start = end
        return frames


class Machine(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        signed_in = {"user": {"id": ME}, "access": "", "refresh": ""}
        self.device = Device("d", Person(None, "me", signed_in), [], History(), 0)  # type: ignore[arg-type]
        self.rooms = {number: ModelRoom(number) for number in range(1, ROOMS + 1)}
        self.texts = count()
        self.epoch = 0
        self.flight: list[Frame] = []
        self.heard: list[Frame] = []  # live frames of this connection
        self.connect()

    # --- the server

    def publish(self, room: ModelRoom, frame: Frame) -> None:
        if room.is_mine:
            self.flight.append(frame)

    @rule(where=wherever)
    def say(self, where: int) -> None:
        room = self.rooms[where]
        self.publish(room, room.put(len(room.rows) + 1, "new_message", content=f"{next(self.texts)}", recalled_at=None))

    @rule(where=wherever, pick=st.integers(0, 100), recall=st.booleans())
    def change(self, where: int, pick: int, recall: bool) -> None:
        room = self.rooms[where]
        if room.rows:
            content, at = ("", "today") if recall else (f"{next(self.texts)}", None)
            changed = room.put(1 + pick % len(room.rows), "message_updated", content=content, recalled_at=at)
            self.publish(room, changed)

    @rule(where=wherever)
    def another_comes(self, where: int) -> None:
        room = self.rooms[where]
        self.publish(room, room.member("member_joined", OTHER, "member"))

    @rule(where=wherever)
    def come_or_go(self, where: int) -> None:
        room = self.rooms[where]
        room.is_mine = not room.is_mine
        room.member("member_joined" if room.is_mine else "member_left", ME, "member" if room.is_mine else None)
        self.flight.append(room.added() if room.is_mine else room.removed())

    @rule(where=wherever, before=st.integers(0, 3))
    def heal(self, where: int, before: int) -> None:
        """A sync stands for what was on its way; it may begin with what had come before."""
        room = self.rooms[where]
        own = [frame for frame in self.flight if "version" in frame["data"] and frame["data"]["room_id"] == where]
        is_greeted = not any(f["type"] in ("ready", "room_sync", "room_added", "room_removed") for f in self.flight)
        if not (room.is_mine and is_greeted and where in self.device.rooms):
            return
        since = max(0, self.device.rooms[where].version - before)
        self.flight = [frame for frame in self.flight if frame not in own] + room.syncs(since)

    @rule(where=wherever, back=st.integers(1, 5))
    def restore_a_backup(self, where: int, back: int) -> None:
        """Nobody stays connected over it, and what was said since is gone."""
        room = self.rooms[where]
        room.rows = room.rows[: max(0, len(room.rows) - back)]
        room.version = max([0, *(row["version"] for row in room.rows)])
        self.epoch += 1
        self.connect()

    # --- the connection

    @rule()
    def connect(self) -> None:
        """All that was on its way is lost."""
        mine = [room for room in self.rooms.values() if room.is_mine]
        ready = {"epoch": str(self.epoch), "session_id": 1, "rooms": [room.head() for room in mine]}
        self.flight, self.heard = [{"type": "ready", "data": ready}], []
        for room_id, held in self.device.rooms.items():
            room = self.rooms[room_id]
            is_known = self.device.epoch in (None, str(self.epoch)) and held.version <= room.version
            if not room.is_mine:
                self.flight.append(room.removed())
            elif not is_known:
                self.flight += room.syncs(held.version, complete=False)
            elif held.version < room.version:
                self.flight += room.syncs(held.version)

    @rule(frames=st.integers(1, 4))
    def deliver(self, frames: int) -> None:
        for frame in self.flight[:frames]:
            self.hand_over(frame)
        del self.flight[:frames]

    def hand_over(self, frame: Frame) -> None:
        if frame["type"] == "ready":
            self.device.begin(frame["data"])
        if frame["type"] in ("new_message", "message_updated"):
            self.heard.append(frame)
        self.device.take(frame)

    @rule(pick=st.integers(0, 100))
    def repeat(self, pick: int) -> None:
        """Catching up and live events overlap."""
        known = [frame for frame in self.heard if frame["data"]["room_id"] in self.device.rooms]
        if known:
            self.device.take(known[pick % len(known)])

    # --- what must hold

    @invariant()
    def the_device_complains_of_nothing(self) -> None:
        if hasattr(self, "device"):
            assert self.device.history.broken == []

    def teardown(self) -> None:
        if not hasattr(self, "device"):
            return
        self.deliver(len(self.flight))
        self.the_device_complains_of_nothing()
        assert self.device.rooms.keys() == {room.id for room in self.rooms.values() if room.is_mine}
        for room_id, held in self.device.rooms.items():
            self.assert_same(held, self.rooms[room_id])

    def assert_same(self, held: Any, room: ModelRoom) -> None:
        assert held.version == room.version
        for seq, message in held.messages.items():
            assert message == room.rows[seq - 1]
        if held.base is not None:
            assert held.messages.keys() >= set(range(held.base + 1, len(room.rows) + 1))


def test_a_client_ends_where_the_server_is() -> None:
    many = settings(max_examples=200, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Machine, settings=many)
