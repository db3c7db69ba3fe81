"""What a device holds of its rooms, and the Vue client's algorithm that keeps it in step with the server.

A version for each room; old versions dropped, a gap held against the server; back with the versions it has and the
epoch it knows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.history import Heard, History, now
from tests.live import Person

Frame = dict[str, Any]
LIVE = {"new_message", "message_updated", "member_joined", "member_left", "member_updated", "room_updated"}


@dataclass(slots=True)
class Room:
    """As the device holds it: everything after `base`, up to `version`."""

    version: int
    base: int | None  # seq; None = not known since the last reset
    messages: dict[int, Frame] = field(default_factory=dict)  # by seq


class Replica:
    def __init__(self, name: str, person: Person, history: History) -> None:
        self.name, self.person, self.history = name, person, history
        self.rooms: dict[int, Room] = {}
        self.epoch: str | None = None
        self.session = 0  # that of the connection
        self._live: dict[int, int] = {}  # of each room the newest version that this connection has brought
        self._trail: dict[int, deque[str]] = {}  # what it heard of each room's coming and going, for complaints

    def has(self, room_id: int, seq: int) -> bool:
        return room_id in self.rooms and seq in self.rooms[room_id].messages

    def watch(self, frame: Frame) -> None:
        """The wire: a connection brings each version once. Only a room_sync may cover what has come already."""
        if frame["type"] in LIVE:
            room_id, version = frame["data"]["room_id"], frame["data"]["version"]
            before = self._live.get(room_id, 0)
            if version <= before:
                text = f"{self.name}: room {room_id}: version {version} after {before} on one connection"
                self.history.repeated.append(text)
            self._live[room_id] = version

    def take(self, frame: Frame) -> None:
        handler = getattr(self, f"_on_{frame['type']}", None)
        if handler is not None:
            handler(frame["data"])

    def begin(self, ready: Frame) -> None:
        self.epoch = ready["epoch"]

    def greeting(self) -> Frame:
        rooms = {str(room_id): room.version for room_id, room in self.rooms.items()}
        return {"token": self.person.access, "rooms": rooms, **({"epoch": self.epoch} if self.epoch else {})}

    def _trace(self, room_id: int, text: str) -> None:
        self._trail.setdefault(room_id, deque(maxlen=12)).append(f"{now():.3f} {text}")

    def _complain(self, text: str) -> None:
        self.history.broken.append(f"{self.name}: {text}")

    # --- coming and going

    def _on_ready(self, data: Frame) -> None:
        self.session = data["session_id"]
        self.history.last_frames[self.session] = now()
        for room_id in {head["room_id"] for head in data["rooms"]} | self.rooms.keys():
            self._trace(room_id, "ready" if room_id in self.rooms else "ready, new")
        for head in data["rooms"]:
            if head["room_id"] not in self.rooms:
                self._enter(head["room_id"], head["version"], head["last_seq"])

    def _on_room_added(self, data: Frame) -> None:
        room = data["room"]
        self._trace(room["id"], f"added at {room['version']}")
        if room["id"] not in self.rooms:
            self._enter(room["id"], room["version"], room["last_seq"])

    def _enter(self, room_id: int, version: int, last_seq: int) -> None:
        self.rooms[room_id] = Room(version, last_seq)
        self.history.moves.add((room_id, self.person.id, version, True))

    def _on_room_removed(self, data: Frame) -> None:
        self._trace(data["room_id"], f"removed, {data['reason']}")
        self.rooms.pop(data["room_id"], None)

    def _note_move(self, room_id: int, member: Frame) -> None:
        is_in = member["role"] is not None
        self.history.moves.add((room_id, member["user"]["id"], member["version"], is_in))

    # --- what is said

    def _on_room_sync(self, data: Frame) -> None:
        room = self.rooms.get(data["room_id"])
        if room is None:
            self._complain(f"a room_sync of room {data['room_id']}, in which it is not")
            return
        if not data["complete"]:
            room.version, room.base, room.messages = data["version"], None, {}
            return
        if data["from_version"] > room.version:
            self._complain(f"room {data['room_id']}: a sync from {data['from_version']} after version {room.version}")
        if data["version"] <= room.version:
            return
        for message in data["messages"]:
            self._hear(room, message, is_live=False)
        for member in data["members"]:
            self._note_move(data["room_id"], member)
        room.version = data["version"]

    def _on_new_message(self, data: Frame) -> None:
        self._step(data, lambda room: self._hear(room, data["message"], is_live=True, is_new=True))

    def _on_message_updated(self, data: Frame) -> None:
        self._step(data, lambda room: self._hear(room, data["message"], is_live=True))

    def _on_member_joined(self, data: Frame) -> None:
        self._note_move(data["room_id"], data["member"])
        self._step(data, _nothing)

    _on_member_left = _on_member_updated = _on_member_joined

    def _on_room_updated(self, data: Frame) -> None:
        self._step(data, _nothing)

    def _step(self, data: Frame, apply: Callable[[Room], None]) -> None:
        room, version = self.rooms.get(data["room_id"]), data["version"]
        if room is None:
            trail = list(self._trail.get(data["room_id"], ()))
            self._complain(f"version {version} of room {data['room_id']}, in which it is not: {trail} {now():.3f}")
        elif version > room.version:
            if version != room.version + 1:
                self._complain(f"room {data['room_id']}: version {version} after {room.version}")
            apply(room)
            room.version = version

    def _hear(self, room: Room, message: Frame, *, is_live: bool, is_new: bool = False) -> None:
        seq, known = message["seq"], room.messages.get(message["seq"])
        if is_new and known is not None:
            self._complain(f"room {message['room_id']}: seq {seq} is new a second time")
        if known is not None and known["id"] != message["id"]:
            self._complain(f"room {message['room_id']}: seq {seq} is message {message['id']}, was {known['id']}")
        if known is None or message["version"] >= known["version"]:
            room.messages[seq] = message
        recalled = message["recalled_at"] is not None
        where = (message["room_id"], seq, message["id"], message["version"])
        self.history.heard.append(
            Heard(self.name, self.person.id, *where, message["content"], is_recalled=recalled, is_live=is_live)
        )


def _nothing(room: Room) -> None:
    pass
