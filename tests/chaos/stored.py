"""What the database holds of the run's rooms."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Sequence
from typing import Any

from tests.chaos.invariants import Row
from tests.chaos.world import World


class Stored:
    def __init__(self, world: World, rooms: Sequence[int]) -> None:
        self._world, self._rooms = world, ",".join(map(str, rooms))

    def rows(self) -> list[Row]:
        sql = (
            "SELECT room_id, seq, id, sender_id, nonce, content, recalled_at IS NOT NULL, version"
            f" FROM messaging_message WHERE room_id IN ({self._rooms})"
        )
        return [
            Row(room, seq, message, sender, _text(nonce), content, bool(recalled), version)
            for room, seq, message, sender, nonce, content, recalled, version in self._query(sql)
        ]

    def heads(self) -> dict[int, tuple[int, int]]:
        """-> {room: (version, last seq)}"""
        sql = f"SELECT room_id, version, last_seq FROM rooms_roomcounter WHERE room_id IN ({self._rooms})"
        return {room: (version, seq) for room, version, seq in self._query(sql)}

    def members(self) -> dict[tuple[int, int], int]:
        """-> {(room, user): last read seq} of who is in."""
        sql = (
            "SELECT room_id, user_id, last_read_seq FROM rooms_membership"
            f" WHERE left_at IS NULL AND room_id IN ({self._rooms})"
        )
        return {(room, user): seq for room, user, seq in self._query(sql)}

    def unread(self) -> dict[tuple[int, int], int]:
        """-> {(room, user): unread messages} of who is in."""
        sql = (
            "SELECT own.room_id, own.user_id, room.message_count - own.read_number - own.own_after_mark"
            " FROM rooms_membership own JOIN rooms_roomcounter room ON room.room_id = own.room_id"
            f" WHERE own.left_at IS NULL AND own.room_id IN ({self._rooms})"
        )
        return {(room, user): count for room, user, count in self._query(sql)}

    def _query(self, sql: str) -> Sequence[Any]:
        if self._world.database is not None:
            return self._world.database.run(sql, "chat")
        with contextlib.closing(sqlite3.connect(self._world.nodes[0].var / "chat.sqlite3")) as link:
            return link.execute(sql).fetchall()


def _text(nonce: str | bytes) -> str:
    return nonce.decode() if isinstance(nonce, bytes) else nonce
