"""Catching up, many at once: after a cut most readers of a room have the same version, and get the same frames.

Who may read what is asked for each of them; rows are read, and frames encoded, once for all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from chatsite.errors import ChatError
from chatsite.gateway.pull import Changes, Wanted
from messaging.services.pull import ROOM_ROWS_MAX, TOTAL_ROWS_MAX, Row, changes, in_sight, rows_of, stretches
from rooms.models import Membership, Room, RoomCounter

PORTION_ROWS_MAX = 5_000  # rows in memory at once, give or take those of one reader


class Stretch(NamedTuple):
    """What a reader is to get of a room: all `rows` after `since`, or, with too many, only where it stands."""

    room_id: int
    since: int
    rows: int
    is_whole: bool
    begins: int  # after which seq the room's history does, for this reader


Readers = Mapping[tuple[int, int], int]  # (room, reader) of who is in a room they ask for -> Stretch.begins
Plan = list[Stretch] | None  # of one reader; None = not so simple, they are read alone


def changes_for(wanted: Sequence[Wanted]) -> list[dict[int, Changes] | ChatError]:
    """For each reader the changes of the rooms they are in; the queries do not grow with readers or rooms."""
    counters = RoomCounter.objects.in_bulk({room_id for one in wanted for room_id in one.since})
    readers = _readers(wanted, counters)  # after the heads: who is a member now may read up to them
    plans = [_plan(one, counters, readers) for one in wanted]
    found: list[dict[int, Changes] | ChatError] = []
    for portion in _portions(plans):
        shared = _read({stretch for plan in portion for stretch in plan or ()}, counters)
        for plan in portion:
            found.append(_alone(wanted[len(found)]) if plan is None else _own(plan, shared))
    return found


def _readers(wanted: Sequence[Wanted], counters: Mapping[int, RoomCounter]) -> Readers:
    people = {one.reader_id for one in wanted}
    members = Membership.objects.current().filter(user_id__in=people, room_id__in=list(counters))
    rows = members.values_list("room_id", "user_id", "history_after_seq")
    return {(room_id, user_id): begins for room_id, user_id, begins in rows}


def _plan(one: Wanted, counters: Mapping[int, RoomCounter], readers: Readers) -> Plan:
    planned: list[Stretch] = []
    total = 0
    for room_id, since in one.since.items():
        if room_id not in counters or (room_id, one.reader_id) not in readers:
            continue
        rows = counters[room_id].version - since
        if rows > ROOM_ROWS_MAX:
            return None  # versions may be many and rows few: they are counted
        is_whole = one.same_epoch and rows >= 0 and total + rows <= TOTAL_ROWS_MAX
        total += rows if is_whole else 0
        begins = readers[room_id, one.reader_id]
        planned.append(Stretch(room_id, since, rows if is_whole else 0, is_whole, begins))
    return planned


def _portions(plans: Sequence[Plan]) -> Iterator[list[Plan]]:
    """In order; each of rows that fit into memory."""
    portion: list[Plan] = []
    seen: set[Stretch] = set()
    rows = 0
    for plan in plans:
        fresh = set(plan or ()) - seen
        if portion and rows + sum(s.rows for s in fresh) > PORTION_ROWS_MAX:
            yield portion
            portion, seen, rows, fresh = [], set(), 0, set(plan or ())
        portion.append(plan)
        seen |= fresh
        rows += sum(s.rows for s in fresh)
    if portion:
        yield portion


def _read(wanted: set[Stretch], counters: Mapping[int, RoomCounter]) -> dict[Stretch, Changes]:
    oldest: dict[int, int] = {}
    for s in wanted:
        if s.is_whole:
            oldest[s.room_id] = min(s.since, oldest.get(s.room_id, s.since))
    rows: dict[int, list[Row]] = defaultdict(list)
    rows |= rows_of({room_id: (since, counters[room_id].version) for room_id, since in oldest.items()})
    rooms = Room.objects.in_bulk({s.room_id for s in wanted})
    return {s: _changes(s, rooms[s.room_id], counters[s.room_id], rows[s.room_id]) for s in wanted}


def _changes(stretch: Stretch, room: Room, counter: RoomCounter, rows: Sequence[Row]) -> Changes:
    own = in_sight([r for r in rows if r.version > stretch.since], stretch.begins) if stretch.is_whole else []
    syncs = list(stretches(room, counter, stretch.since, own, stretch.is_whole))
    return Changes(syncs[-1].version, [sync.frame() for sync in syncs], [])


def _own(planned: Sequence[Stretch], shared: Mapping[Stretch, Changes]) -> dict[int, Changes]:
    return {s.room_id: shared[s] for s in planned}


def _alone(one: Wanted) -> dict[int, Changes] | ChatError:
    try:
        return changes(one.since, reader_id=one.reader_id, same_epoch=one.same_epoch)
    except ChatError as error:
        return error
