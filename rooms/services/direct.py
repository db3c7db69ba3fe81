"""Direct conversations: a room with two members and a unique pair key; with oneself, the note to self."""

from django.db import IntegrityError, transaction

from accounts import preferences
from chatsite.transactions import repeated_on_conflict
from rooms.changes import start_room
from rooms.contacts import person, require_unblocked, require_welcome
from rooms.models import Room, RoomCounter, pair_key
from rooms.rendering import room_added
from rooms.services.memberships import admit


@repeated_on_conflict
def find_or_make(user_id: int, peer_id: int) -> tuple[Room, bool]:
    """-> (the room of these two, whether it is new). Its maker sees it at once, the peer with its first message."""
    peer = person(peer_id)
    if peer_id != user_id:
        require_unblocked(user_id, peer_id)
    room = Room.objects.filter(pair_key=pair_key(user_id, peer_id)).first()
    if peer_id != user_id and not (room and _peer_has_spoken_or_asked(room, peer_id)):
        require_welcome(preferences.read(peer.preferences).message_me, peer_id, user_id)
    return (room, False) if room else _make(user_id, peer_id)


def _peer_has_spoken_or_asked(room: Room, peer_id: int) -> bool:
    """Who made the room, or has one with messages in it, wants to be written to."""
    return room.created_by_id == peer_id or RoomCounter.objects.filter(room_id=room.id, last_seq__gt=0).exists()


def _make(user_id: int, peer_id: int) -> tuple[Room, bool]:
    key = pair_key(user_id, peer_id)
    try:
        with transaction.atomic():
            return _insert(key, user_id, peer_id), True
    except IntegrityError:  # the other side was faster
        return Room.objects.get(pair_key=key), False


def _insert(key: str, user_id: int, peer_id: int) -> Room:
    room = Room.objects.create(kind=Room.DIRECT, pair_key=key, created_by_id=user_id, version=1)
    change = start_room(room)
    for member_id in sorted({user_id, peer_id}):
        admit(change, room, member_id, attach=False)
    change.attach(user_id, room_added(room, change.counter, user_id))
    change.finish()
    return room
