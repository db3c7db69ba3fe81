"""Direct conversations: a room with two members and a unique pair key; with oneself, the note to self."""

from django.db import IntegrityError, transaction
from django.utils.timezone import now

from accounts import preferences
from accounts.models import User
from chatsite.transactions import repeated_on_conflict
from rooms.changes import changing, start_room
from rooms.contacts import person, require_unblocked, require_welcome, takes_part
from rooms.models import Membership, Room, pair_key
from rooms.rendering import room_added
from rooms.services.memberships import admit


@repeated_on_conflict
def find_or_make(user_id: int, peer_id: int) -> tuple[Room, bool]:
    """-> (the room of these two, whether it is new). Its maker sees it at once, the peer with its first message."""
    peer = person(peer_id)
    room = Room.objects.filter(pair_key=pair_key(user_id, peer_id)).first()
    if peer_id != user_id:
        _require_may_write(user_id, peer, room)
    if room is None:
        return _make(user_id, peer_id)
    _reveal(room, user_id)
    return room, False


def _require_may_write(user_id: int, peer: User, room: Room | None) -> None:
    require_unblocked(user_id, peer.pk)
    audience = preferences.read(peer.preferences).message_me
    if audience != "everyone" and (room is None or not takes_part(room, peer.pk)):
        require_welcome(audience, peer.pk, user_id)


def _make(user_id: int, peer_id: int) -> tuple[Room, bool]:
    key = pair_key(user_id, peer_id)
    try:
        with transaction.atomic():
            return _insert(key, user_id, peer_id), True
    except IntegrityError:  # the other side was faster
        room = Room.objects.get(pair_key=key)
        _reveal(room, user_id)
        return room, False


def _insert(key: str, user_id: int, peer_id: int) -> Room:
    room = Room.objects.create(kind=Room.DIRECT, pair_key=key, created_by_id=user_id, version=1)
    change = start_room(room)
    for member_id in dict.fromkeys((peer_id, user_id)):
        admit(change, room, member_id, hidden=member_id != user_id)
    change.finish()
    return room


def _reveal(room: Room, user_id: int) -> None:
    """The peer opens the conversation before anything was said in it."""
    silent = Membership.objects.filter(room_id=room.id, user_id=user_id, is_hidden=True)
    if silent.exists():
        with changing(room.id) as change:
            if silent.update(is_hidden=False, changed_at=now()):
                change.attach(user_id, room_added(room, change.counter, user_id))
