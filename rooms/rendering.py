"""Rooms and their people as a reader sees them: in bulk, a constant number of queries however many."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from accounts.public import avatar_url, from_afar, users_by_id
from accounts.relations import blocked_pairs
from accounts.schemas import UserOut
from chatsite.errors import NotAMember
from chatsite.pairs import RowIn
from rooms import slots
from rooms.models import Membership, Room, RoomCounter
from rooms.schemas import MemberOut, MembershipOut, MembershipUpdated, RoomAdded, RoomOut
from rooms.slots import Mark, UnreadMentions

Counters = Mapping[int, RoomCounter]
NO_MENTIONS = UnreadMentions(0, None)


def counters_of(room_ids: Iterable[int]) -> dict[int, RoomCounter]:
    return RoomCounter.objects.in_bulk(list(room_ids))


def rooms_out(rooms: Collection[Room], *, reader_id: int | None, counters: Counters | None = None) -> list[RoomOut]:
    """-> in the given order. `reader_id` None: for many eyes, without membership and peer.

    `counters` must have been read before `rooms`, or be locked: a room is never older than the version it names.
    `last_seq` is as new as the reader's own counts, which may be newer.
    """
    counters = counters_of(r.id for r in rooms) if counters is None else counters
    mine = memberships_of(reader_id, [r.id for r in rooms])
    outs = _rooms_out(rooms, reader_id, counters, mine, memberships_out(mine.values()))
    return [
        msgspec.structs.replace(out, last_seq=_counted(mine[out.id]).last_seq) if out.membership else out
        for out in outs
    ]


def _rooms_out(
    rooms: Collection[Room],
    reader_id: int | None,
    counters: Counters,
    mine: Mapping[int, Membership],
    own: Mapping[int, MembershipOut],
) -> list[RoomOut]:
    readable = [counters[r.id] for r in rooms if _shows_newest(r, mine.get(r.id), counters[r.id], reader_id)]
    last_messages = slots.timeline.last_messages(readable)
    peers = _peers(rooms, reader_id)
    return [
        room_out(room, counters[room.id], last_messages.get(room.id), peers.get(room.id), own.get(room.id))
        for room in rooms
    ]


def _shows_newest(room: Room, mine: Membership | None, counter: RoomCounter, reader_id: int | None) -> bool:
    if reader_id is None:
        return counter.last_seq > room.history_after_seq
    return mine is not None and counter.last_seq > mine.history_after_seq


def room_out(
    room: Room,
    counter: RoomCounter,
    last_message: bytes | None = None,
    peer: UserOut | None = None,
    membership: MembershipOut | None = None,
) -> RoomOut:
    return RoomOut(
        id=room.id,
        code=room.code,
        name=room.name,
        description=room.description,
        announcement=room.announcement,
        announced_at=room.announced_at,
        kind=room.kind,  # type: ignore[arg-type]
        avatar_url=avatar_url(room.avatar),
        created_by=room.created_by_id,
        created_at=room.created_at,
        archived_at=room.archived_at,
        rules=room.rules,
        member_count=counter.member_count,
        version=counter.version,
        first_seq=counter.purged_seq + 1,
        last_seq=counter.last_seq,
        last_message=msgspec.Raw(last_message) if last_message else None,
        peer=peer,
        membership=membership,
    )


def room_added(room: Room, counter: RoomCounter, user_id: int) -> RoomAdded:
    """What tells `user_id`'s own connections of a room; the stream starts after the counter's version."""
    counters, mine = {room.id: counter}, memberships_of(user_id, [room.id])
    (out,) = _rooms_out([room], user_id, counters, mine, memberships_out(mine.values(), counters))
    return RoomAdded(room=out)


def memberships_of(user_id: int | None, room_ids: Collection[int]) -> dict[int, Membership]:
    """-> {room id: the user's current membership, counted}"""
    if user_id is None:
        return {}
    rows = Membership.objects.current().counted().filter(user_id=user_id, room_id__in=room_ids)
    return {m.room_id: m for m in rows}


def memberships_out(memberships: Collection[Membership], counters: Counters | None = None) -> dict[int, MembershipOut]:
    """One user's memberships -> {room id: as they see it}. They are `counted`, or `counters` are locked."""
    counted = {m.room_id: _counted(m) if counters is None else counters[m.room_id] for m in memberships}
    marks = [Mark(m.room_id, m.user_id, m.last_read_seq, counted[m.room_id].last_seq) for m in memberships]
    mentions = slots.timeline.unread_mentions(marks) if marks else {}
    return {
        m.room_id: membership_out(m, counted[m.room_id], mentions.get((m.room_id, m.user_id), NO_MENTIONS))
        for m in memberships
    }


class Counted(NamedTuple):
    """As far as a RoomCounter counts messages."""

    message_count: int
    last_seq: int


def _counted(membership: Any) -> Counted:
    return Counted(membership.counted_messages, membership.counted_seq)


def membership_updated(membership: Membership, counter: RoomCounter | None = None) -> MembershipUpdated:
    """What tells its person's own connections. Without a locked counter the membership is read anew."""
    room_id, user_id = membership.room_id, membership.user_id
    if counter is not None:
        own, last_seq = memberships_out([membership], {room_id: counter}), counter.last_seq
    elif mine := memberships_of(user_id, [room_id]):
        own, last_seq = memberships_out(mine.values()), _counted(mine[room_id]).last_seq
    else:  # taken out of the room meanwhile
        raise NotAMember
    return MembershipUpdated(room_id=room_id, membership=own[room_id], last_seq=last_seq)


def membership_out(
    membership: Membership, counter: RoomCounter | Counted, mentions: UnreadMentions = NO_MENTIONS
) -> MembershipOut:
    return MembershipOut(
        role=membership.role,  # type: ignore[arg-type]
        last_read_seq=membership.last_read_seq,
        unread_count=membership.unread_count(counter.message_count),
        mention_count=mentions.count,
        first_mention_seq=mentions.first_seq,
        notify="all" if membership.is_loud_again else membership.notify,  # type: ignore[arg-type]
        notify_until=None if membership.is_loud_again else membership.notify_until,
        muted_until=membership.muted_until,
        pinned_at=membership.pinned_at,
        announcement_read_at=membership.announcement_read_at,
        joined_at=membership.joined_at,
    )


def members_out(memberships: Collection[Membership], *, viewer_id: int | None = None) -> list[MemberOut]:
    """-> in the given order. `viewer_id` None: for many eyes, so only what all of them may see."""
    users = users_by_id([m.user_id for m in memberships], viewer_id=viewer_id) if memberships else {}
    shy = _shy(memberships) if viewer_id is None and memberships else set()
    return [
        member_out(m, from_afar(users[m.user_id]) if (m.room_id, m.user_id) in shy else users[m.user_id])
        for m in memberships
        if m.user_id in users
    ]


def _shy(memberships: Collection[Membership]) -> set[tuple[int, int]]:
    """-> (room, member) where somebody else in the room may not see when this one is there: one of them has blocked"""
    apart = defaultdict(set)
    for one, other in blocked_pairs([m.user_id for m in memberships]):
        apart[one].add(other)
        apart[other].add(one)
    across = [(m.room_id, m.user_id, other) for m in memberships for other in apart.get(m.user_id, ())]
    if not across:
        return set()
    rows = {(room_id, other) for room_id, _member, other in across}
    here = Membership.objects.current().filter(RowIn("room_id", "user_id", rows=rows))
    present = set(here.values_list("room_id", "user_id"))
    return {(room_id, member) for room_id, member, other in across if (room_id, other) in present}


def member_out(membership: Membership, user: UserOut) -> MemberOut:
    return MemberOut(
        user=user,
        role=membership.role if membership.is_current else None,  # type: ignore[arg-type]
        joined_at=membership.joined_at,
        muted_until=membership.muted_until,
        version=membership.version,
    )


def _peers(rooms: Collection[Room], reader_id: int | None) -> dict[int, UserOut]:
    """-> {direct room id: the person on its other side}"""
    if reader_id is None:
        return {}
    ids = {r.id: peer_id for r in rooms if (peer_id := r.peer_id(reader_id)) is not None}
    users = users_by_id(ids.values(), viewer_id=reader_id) if ids else {}
    return {room_id: users[peer_id] for room_id, peer_id in ids.items() if peer_id in users}
