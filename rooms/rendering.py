"""Rooms and their people as a reader sees them: in bulk, a constant number of queries however many."""

from collections.abc import Collection, Iterable, Mapping

import msgspec

from accounts.public import avatar_url, users_by_id
from accounts.schemas import UserOut
from rooms import slots
from rooms.models import Membership, Room, RoomCounter
from rooms.schemas import MemberOut, MembershipOut, RoomAdded, RoomOut
from rooms.slots import UnreadMentions

Counters = Mapping[int, RoomCounter]
NO_MENTIONS = UnreadMentions(0, None)


def counters_of(room_ids: Iterable[int]) -> dict[int, RoomCounter]:
    return RoomCounter.objects.in_bulk(list(room_ids))


def rooms_out(rooms: Collection[Room], *, reader_id: int | None, counters: Counters | None = None) -> list[RoomOut]:
    """-> in the given order. `reader_id` None: for many eyes, without membership and peer.

    `counters` must have been read before `rooms`, or be locked: a room is never older than the version it names.
    """
    counters = counters_of(r.id for r in rooms) if counters is None else counters
    mine = memberships_of(reader_id, [r.id for r in rooms])
    readable = [counters[r.id] for r in rooms if _shows_newest(r, mine.get(r.id), counters[r.id], reader_id)]
    last_messages = slots.timeline.last_messages(readable)
    own = memberships_out(mine.values(), counters)
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
        last_seq=counter.last_seq,
        last_message=msgspec.Raw(last_message) if last_message else None,
        peer=peer,
        membership=membership,
    )


def room_added(room: Room, counter: RoomCounter, user_id: int) -> RoomAdded:
    """What tells `user_id`'s own connections of a room; the stream starts after the counter's version."""
    (out,) = rooms_out([room], reader_id=user_id, counters={room.id: counter})
    return RoomAdded(room=out)


def memberships_of(user_id: int | None, room_ids: Collection[int]) -> dict[int, Membership]:
    """-> {room id: the user's current membership}"""
    if user_id is None:
        return {}
    rows = Membership.objects.current().filter(user_id=user_id, room_id__in=room_ids)
    return {m.room_id: m for m in rows}


def memberships_out(memberships: Collection[Membership], counters: Counters) -> dict[int, MembershipOut]:
    """One user's memberships -> {room id: as they see it}"""
    mentions = slots.timeline.unread_mentions(memberships) if memberships else {}
    return {
        m.room_id: membership_out(m, counters[m.room_id], mentions.get((m.room_id, m.user_id), NO_MENTIONS))
        for m in memberships
    }


def membership_out(
    membership: Membership, counter: RoomCounter, mentions: UnreadMentions = NO_MENTIONS
) -> MembershipOut:
    return MembershipOut(
        role=membership.role,  # type: ignore[arg-type]
        last_read_seq=membership.last_read_seq,
        unread_count=membership.unread_count(counter.message_count),
        mention_count=mentions.count,
        first_mention_seq=mentions.first_seq,
        notify=membership.notify,  # type: ignore[arg-type]
        notify_until=membership.notify_until,
        muted_until=membership.muted_until,
        pinned_at=membership.pinned_at,
        announcement_read_at=membership.announcement_read_at,
        joined_at=membership.joined_at,
    )


def members_out(memberships: Collection[Membership], *, viewer_id: int | None = None) -> list[MemberOut]:
    """-> in the given order. `viewer_id` None: for many eyes."""
    users = users_by_id([m.user_id for m in memberships], viewer_id=viewer_id) if memberships else {}
    return [member_out(m, users[m.user_id]) for m in memberships if m.user_id in users]


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
