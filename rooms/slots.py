"""What the floor of messages knows of a room and this one must show. Filled in messaging's AppConfig.ready()."""

from collections.abc import Collection
from typing import NamedTuple, Protocol

from rooms.changes import RoomChange
from rooms.models import RoomCounter


class UnreadMentions(NamedTuple):
    count: int  # type: ignore[assignment]
    first_seq: int | None


class Mark(NamedTuple):
    """How far a member has read, and up to which message the room was counted for them."""

    room_id: int
    user_id: int
    last_read_seq: int
    counted_seq: int


class Timeline(Protocol):
    def last_messages(self, counters: Collection[RoomCounter]) -> dict[int, bytes]:
        """-> {room id: its newest message, encoded}; one constant set of queries."""

    def unread_mentions(self, marks: Collection[Mark]) -> dict[tuple[int, int], UnreadMentions]:
        """-> {(room id, user id): others' mentions after the mark}; one query for many; missing = none."""

    def has_spoken(self, room_id: int, user_id: int) -> bool:
        """Has this person said anything in the room?"""

    def add_line(
        self, change: RoomChange, event: str, *, actor_id: int, target_id: int | None = None, value: str | None = None
    ) -> None:
        """Writes a system line under the lock: takes a seq and a version of its own, and adds its event."""


class _NoMessages:
    def last_messages(self, counters: Collection[RoomCounter]) -> dict[int, bytes]:
        return {}

    def unread_mentions(self, marks: Collection[Mark]) -> dict[tuple[int, int], UnreadMentions]:
        return {}

    def has_spoken(self, room_id: int, user_id: int) -> bool:
        return False

    def add_line(
        self, change: RoomChange, event: str, *, actor_id: int, target_id: int | None = None, value: str | None = None
    ) -> None:
        return None


timeline: Timeline = _NoMessages()
