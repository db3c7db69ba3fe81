"""State since a version: what room_sync, the hub's gaps and GET …/changes are made of. Constant in queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from django.db.models import Count, Q

from accounts.public import from_afar
from chatsite.errors import NotFound
from chatsite.gateway.events import encode
from chatsite.gateway.pull import Changes, Gone, Place
from messaging.models import Message
from messaging.rendering import messages_out
from messaging.schemas import MessageOut, RoomSync
from rooms.models import Membership, Room, RoomCounter
from rooms.permissions import require_member
from rooms.rendering import members_out, room_out
from rooms.schemas import MemberOut, RoomRemoved
from rooms.services.rooms import visible_room

ROOM_ROWS_MAX = 500  # more changed rows of a room than this: page by REST
TOTAL_ROWS_MAX = 2_000
FRAME_ROWS_MAX = 100
FRAME_BYTES_MAX = 250 * 1024  # of rows; the frame's own text and the room fit into the rest of 256 KiB
CONDITIONS_MAX = 200  # OR-ed conditions a statement; SQLite refuses expressions 1,000 deep

Spans = Mapping[int, tuple[int, int]]  # room id: (since, head]; rows with a version in it


class Row(NamedTuple):
    """A changed row as it is now."""

    version: int
    out: MemberOut | MessageOut


def changes(since: Mapping[int, int], *, reader_id: int | None, same_epoch: bool = True) -> dict[int, Changes]:
    """What changed after the given versions, as frames; for a reader only of rooms they are in."""
    syncs = room_syncs(since, reader_id=reader_id, same_epoch=same_epoch)
    gone = _gone({r: (since[r], own[-1].version) for r, own in syncs.items()}) if reader_id is None else {}
    return {
        room_id: Changes(own[-1].version, [sync.frame() for sync in own], gone.get(room_id, []))
        for room_id, own in syncs.items()
    }


def room_changes(*, user_id: int, room_id: int, since: int) -> RoomSync:
    """The same in one piece, for a member."""
    _, membership = visible_room(user_id, room_id)
    require_member(membership)
    syncs = room_syncs({room_id: since}, reader_id=user_id).get(room_id)
    if not syncs:
        raise NotFound
    return RoomSync(
        room_id=room_id,
        from_version=since,
        version=syncs[-1].version,
        complete=syncs[-1].complete,
        room=syncs[-1].room,
        members=[member for sync in syncs for member in sync.members],
        messages=[message for sync in syncs for message in sync.messages],
    )


def room_syncs(
    since: Mapping[int, int], *, reader_id: int | None, same_epoch: bool = True
) -> dict[int, list[RoomSync]]:
    """-> {room id: its stretches, each beginning where the former ends}; the last one reaches the head."""
    counters = RoomCounter.objects.in_bulk(list(since))
    rooms = Room.objects.in_bulk(list(counters))
    begins = _begins(rooms, reader_id)
    counters = {r: counter for r, counter in counters.items() if r in begins}
    spans = {r: (since[r], c.version) for r, c in counters.items() if same_epoch and since[r] <= c.version}
    complete = _within_limits(spans)
    found = rows_of(complete)
    rows = {room_id: in_sight(own, begins[room_id]) for room_id, own in found.items()}
    if reader_id is None:  # what some may not read goes to nobody unasked
        complete = {r: span for r, span in complete.items() if len(rows.get(r, ())) == len(found.get(r, ()))}
    return {
        room_id: list(
            stretches(rooms[room_id], counters[room_id], since[room_id], rows.get(room_id, []), room_id in complete)
        )
        for room_id in counters
    }


def _begins(rooms: Mapping[int, Room], reader_id: int | None) -> dict[int, int]:
    """-> {room the reader is in: after which seq its history begins for them}; for all: after which for everyone.

    Asked after the heads: who is a member now may read up to a head read before.
    """
    if reader_id is None:
        return {room.id: room.history_after_seq for room in rooms.values()}
    mine = Membership.objects.current().filter(user_id=reader_id, room_id__in=list(rooms))
    return dict(mine.values_list("room_id", "history_after_seq"))


def in_sight(rows: Sequence[Row], begins: int) -> list[Row]:
    """Without the messages up to this seq."""
    return [row for row in rows if not isinstance(row.out, MessageOut) or row.out.seq > begins]


def _within_limits(spans: Spans) -> Spans:
    """The spans that are given out whole: a room's rows and all of them together are bounded."""
    long = {r: s for r, s in spans.items() if s[1] - s[0] > ROOM_ROWS_MAX}
    counted = _count(long)
    whole, total = {}, 0
    for room_id, (since, head) in spans.items():
        rows = counted[room_id] if room_id in long else head - since
        if rows <= ROOM_ROWS_MAX and total + rows <= TOTAL_ROWS_MAX:
            whole[room_id] = (since, head)
            total += rows
    return whole


def _count(spans: Spans) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for model in (Message, Membership):
        for condition in _conditions(spans):
            rows = model.objects.filter(condition).values("room_id").annotate(rows=Count("pk"))
            for room_id, number in rows.values_list("room_id", "rows"):
                found[room_id] += number
    return found


def _conditions(spans: Spans) -> Iterator[Q]:
    rooms = list(spans)
    for start in range(0, len(rooms), CONDITIONS_MAX):
        condition = Q()
        for room_id in rooms[start : start + CONDITIONS_MAX]:
            since, head = spans[room_id]
            condition |= Q(room_id=room_id, version__gt=since, version__lte=head)
        yield condition


def _fetch(model: type[Message | Membership], spans: Spans) -> list[Any]:
    return [row for condition in _conditions(spans) for row in model.objects.filter(condition)]


def rows_of(spans: Spans) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = defaultdict(list)
    memberships: list[Membership] = _fetch(Membership, spans)
    for membership, member in zip(memberships, members_out(memberships), strict=True):
        found[membership.room_id].append(
            Row(membership.version, member if membership.is_current else _gone_out(member))
        )
    for message in messages_out(_fetch(Message, spans)):
        found[message.room_id].append(Row(message.version, message))
    for rows in found.values():
        rows.sort(key=lambda row: row.version)
    return found


def _gone_out(member: MemberOut) -> MemberOut:
    """Who has left may share nothing any more with those who read this later."""
    return msgspec.structs.replace(member, user=from_afar(member.user))


def _gone(spans: Spans) -> dict[int, list[Gone]]:
    """Who left within the spans and is still out."""
    found: dict[int, list[Gone]] = defaultdict(list)
    for condition in _conditions(spans):
        for row in Membership.objects.filter(condition).exclude(left_at=None):
            found[row.room_id].append(Gone(row.user_id, farewell(row.room_id, row.left_reason)))
    return found


def farewells(gone: Collection[Place]) -> dict[Place, bytes]:
    """-> {place: the room_removed frame}; how that membership ended, "left" where there was none. One query if any.

    It names people only: of rooms a client may name more than a statement takes.
    """
    if not gone:
        return {}
    ended = Membership.objects.exclude(left_at=None).filter(user_id__in={user_id for user_id, _room_id in gone})
    reasons = {
        (user_id, room_id): why for user_id, room_id, why in ended.values_list("user_id", "room_id", "left_reason")
    }
    return {place: farewell(place[1], reasons.get(place, "")) for place in gone}


def farewell(room_id: int, reason: str) -> bytes:
    """-> the room_removed frame."""
    return RoomRemoved(room_id=room_id, reason=reason or "left").frame()  # type: ignore[arg-type]


def stretches(
    room: Room, counter: RoomCounter, since: int, rows: Sequence[Row], is_complete: bool
) -> Iterator[RoomSync]:
    chunks = list(_chunks(rows)) if is_complete else []
    start = since
    for chunk in chunks[:-1]:
        yield _sync(room.id, start, chunk[-1].version, chunk)
        start = chunk[-1].version
    changed = not is_complete or room.version > since
    out = room_out(room, counter) if changed else None
    yield _sync(room.id, start, counter.version, chunks[-1] if chunks else [], complete=is_complete, room=out)


def _chunks(rows: Sequence[Row]) -> Iterator[list[Row]]:
    chunk: list[Row] = []
    size = 0
    for row in rows:
        length = len(encode(row.out))
        if chunk and (len(chunk) == FRAME_ROWS_MAX or size + length > FRAME_BYTES_MAX):
            yield chunk
            chunk, size = [], 0
        chunk.append(row)
        size += length
    if chunk:
        yield chunk


def _sync(
    room_id: int, start: int, end: int, rows: Sequence[Row], *, complete: bool = True, room: Any = None
) -> RoomSync:
    return RoomSync(
        room_id=room_id,
        from_version=start,
        version=end,
        complete=complete,
        room=room,
        members=[row.out for row in rows if isinstance(row.out, MemberOut)],
        messages=[row.out for row in rows if isinstance(row.out, MessageOut)],
    )
