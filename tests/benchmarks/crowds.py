"""Who connects: each place is one connection, the rooms it is in, and whether it sends or stops reading."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Place(NamedTuple):
    rooms: list[int]  # numbers from 0
    flags: str = "-"  # s = sends, q = stops reading


Crowd = Sequence[Place]


def rooms_of(rooms: int, members: int, *, senders: int, slow: int = 0) -> Crowd:
    """Everybody in one room; `senders` of each room send, the last `slow` of all stop reading."""
    count = rooms * members
    return [
        Place([i % rooms], "s" if i // rooms < senders else "q" if i >= count - slow else "-") for i in range(count)
    ]


def circle(people: int, rooms: int, rooms_each: int, *, senders: int) -> Crowd:
    """Everybody in `rooms_each` of the rooms, evenly spread; the first `senders` send to all of theirs in turn."""
    step = max(1, rooms // rooms_each)
    return [
        Place([(i + step * k) % rooms for k in range(rooms_each)], "s" if i < senders else "-") for i in range(people)
    ]


def members_of(crowd: Crowd) -> list[list[int]]:
    """-> for each room the places in it"""
    rooms: list[list[int]] = [[] for _ in range(1 + max(room for place in crowd for room in place.rooms))]
    for number, place in enumerate(crowd):
        for room in place.rooms:
            rooms[room].append(number)
    return rooms


def write(crowd: Crowd, tokens: Sequence[str], room_ids: Sequence[int], path: Path) -> Path:
    """The load's list of people."""
    lines = (
        f"{token} {place.flags} {','.join(str(room_ids[room]) for room in place.rooms)}\n"
        for place, token in zip(crowd, tokens, strict=True)
    )
    path.write_text("".join(lines))
    return path
