"""Where rooms stand: what `ready`, a welcome and the tailer are made of. Constant in queries."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import connection

from accounts.gateway import locale_of, standing
from accounts.models import Session, User
from accounts.public import user_out
from chatsite.errors import ChatError
from chatsite.gateway.pull import Claims, Moved, Place, Ready, Recent
from messaging.models import Epoch, Message
from messaging.schemas import RoomHead
from messaging.services.pull import farewell, farewells
from rooms import slots
from rooms.models import Membership, Room, RoomCounter
from rooms.rendering import NO_MENTIONS, room_added
from rooms.slots import Mark

# One statement sees one moment: who is a member in it may read up to the head in it.
_STANDINGS = """
SELECT own.user_id, own.room_id, counter.version, counter.last_seq, own.last_read_seq,
    counter.message_count - own.read_number - own.own_after_mark
FROM rooms_membership own JOIN rooms_roomcounter counter ON counter.room_id = own.room_id
WHERE own.user_id IN ({}) AND own.left_at IS NULL AND NOT own.is_hidden
"""


def admit(claims: Sequence[Claims]) -> list[Ready | ChatError]:
    """Who has come, and where each of their rooms stands; the queries grow neither with people nor with rooms."""
    users = standing(claims)
    rooms = heads_of({user.pk for user in users if user})
    gone = [_gone(one, rooms.get(one.user_id, [])) for one in claims]
    frames = farewells(set().union(*gone))
    epoch = Epoch.current()
    return [
        _ready(epoch, user, rooms, [frames[place] for place in places])
        for user, places in zip(users, gone, strict=True)
    ]


def _ready(epoch: str, user: User | None, rooms: Mapping[int, list[RoomHead]], gone: list[bytes]) -> Ready | ChatError:
    if user is None:
        return ChatError("authentication_failed")
    # Presence hears of this connection only after `ready`; oneself one sees as one chose to be.
    me = user_out(user, status=user.status)
    return Ready(epoch, me, locale_of(user), rooms.get(user.pk, []), gone)


def _gone(claims: Claims, rooms: Sequence[RoomHead]) -> set[Place]:
    """The rooms that a client has and its user is not in."""
    return {(claims.user_id, room_id) for room_id in claims.rooms.difference(head.room_id for head in rooms)}


def heads_of(user_ids: Collection[int]) -> dict[int, list[RoomHead]]:
    """-> {user id: where each of their rooms stands}; two queries."""
    rows = _standings(user_ids) if user_ids else []
    mentions = slots.timeline.unread_mentions([Mark(r[1], r[0], r[4], r[3]) for r in rows if r[5] > 0])
    found: dict[int, list[RoomHead]] = defaultdict(list)
    for user_id, room_id, version, last_seq, last_read_seq, unread in rows:
        calls = mentions.get((room_id, user_id), NO_MENTIONS).count if unread > 0 else 0
        found[user_id].append(RoomHead(room_id, version, last_seq, last_read_seq, max(0, unread), calls))
    return found


def _standings(user_ids: Collection[int]) -> list[tuple[int, int, int, int, int, int]]:
    with connection.cursor() as cursor:
        cursor.execute(_STANDINGS.format(", ".join(["%s"] * len(user_ids))), list(user_ids))
        rows: list[tuple[int, int, int, int, int, int]] = cursor.fetchall()
        return rows


def heads(room_ids: Collection[int]) -> dict[int, int]:
    """-> {room id: version}"""
    return dict(RoomCounter.objects.filter(room_id__in=room_ids).values_list("room_id", "version"))


def welcome(user_id: int, room_id: int) -> tuple[int, bytes] | None:
    """-> (version, room_added frame) of a room the user is in and may know of, as it stood when they came in.

    What happened since is still to come, as the stream of the room: of a direct one that is its first message. Where
    something was said before the membership changed once more, as the room stands now: the stream would leave it out.
    """
    counter = RoomCounter.objects.filter(room_id=room_id).first()
    room = Room.objects.of(user_id).filter(pk=room_id).first()
    mine = Membership.objects.current().filter(room_id=room_id, user_id=user_id).first()
    if counter is None or room is None or mine is None:
        return None
    said = Message.objects.in_room(room_id).filter(seq__gt=mine.last_read_seq, version__lte=mine.version).exists()
    entered = counter if said else _as_entered(counter, mine)
    return entered.version, room_added(room, entered, user_id).frame()


def _as_entered(counter: RoomCounter, mine: Membership) -> RoomCounter:
    """Newcomers have read everything up to their coming."""
    newest = Message.objects.filter(room_id=counter.room_id, seq=mine.last_read_seq).values_list("id", flat=True)
    return RoomCounter(
        room_id=counter.room_id,
        version=mine.version,
        member_count=counter.member_count,
        last_seq=mine.last_read_seq,
        message_count=mine.read_number + mine.own_after_mark,
        last_message_id=newest.first(),
        purged_seq=counter.purged_seq,
    )


def recent(since: datetime) -> Recent:
    """All that changed since a moment: three indexed ranges."""
    rooms = RoomCounter.objects.filter(changed_at__gte=since).values_list("room_id", "version")
    sessions = Session.objects.filter(revoked_at__gte=since).values_list("id", "revoke_reason")
    members = [_moved(m) for m in Membership.objects.filter(changed_at__gte=since, is_hidden=False)]
    return Recent(dict(rooms), members, dict(sessions))


def _moved(membership: Membership) -> Moved:
    gone = None if membership.is_current else farewell(membership.room_id, membership.left_reason)
    return Moved(membership.room_id, membership.user_id, membership.version, gone)
