"""Where rooms stand: what `ready`, a welcome and the tailer are made of. Constant in queries."""

from collections.abc import Collection
from datetime import datetime

from accounts.models import Session, User
from accounts.public import user_out
from chatsite.gateway.pull import Head, Moved, Ready, Recent
from messaging.models import Epoch
from messaging.schemas import RoomHead
from messaging.services.pull import farewell
from rooms import slots
from rooms.models import Membership, Room, RoomCounter
from rooms.rendering import NO_MENTIONS, room_added
from rooms.slots import UnreadMentions


def ready(user_id: int) -> Ready:
    """Who I am and where each of my rooms stands."""
    rooms = set(Room.objects.of(user_id).values_list("id", flat=True))
    # Heads first: who is a member after them may read up to them.
    counters = RoomCounter.objects.in_bulk(list(rooms))
    memberships = list(Membership.objects.current().filter(user_id=user_id, room_id__in=rooms))
    mentions = slots.timeline.unread_mentions(memberships) if memberships else {}
    me = User.objects.get(pk=user_id)
    # Presence hears of this connection only after `ready`; oneself one sees as one chose to be.
    user = user_out(me, status=me.status)
    rows = [_head(m, counters[m.room_id], mentions.get((m.room_id, user_id), NO_MENTIONS)) for m in memberships]
    return Ready(Epoch.current(), user, rows)


def _head(membership: Membership, counter: RoomCounter, mentions: UnreadMentions) -> Head:
    unread = membership.unread_count(counter.message_count)
    row = RoomHead(counter.room_id, counter.version, counter.last_seq, membership.last_read_seq, unread, mentions.count)
    return Head(counter.room_id, counter.version, row)


def heads(room_ids: Collection[int]) -> dict[int, int]:
    """-> {room id: version}"""
    return dict(RoomCounter.objects.filter(room_id__in=room_ids).values_list("room_id", "version"))


def welcome(user_id: int, room_id: int) -> tuple[int, bytes] | None:
    """-> (version, room_added frame) of a room the user is in and may know of."""
    counter = RoomCounter.objects.filter(room_id=room_id).first()
    room = Room.objects.of(user_id).filter(pk=room_id).first()
    if counter is None or room is None:
        return None
    return counter.version, room_added(room, counter, user_id).frame()


def recent(since: datetime) -> Recent:
    """All that changed since a moment: three indexed ranges."""
    rooms = RoomCounter.objects.filter(changed_at__gte=since).values_list("room_id", "version")
    sessions = Session.objects.filter(revoked_at__gte=since).values_list("id", "revoke_reason")
    members = [_moved(m) for m in Membership.objects.filter(changed_at__gte=since)]
    return Recent(dict(rooms), members, dict(sessions))


def _moved(membership: Membership) -> Moved:
    gone = None if membership.is_current else farewell(membership.room_id, membership.left_reason)
    return Moved(membership.room_id, membership.user_id, membership.version, gone)
