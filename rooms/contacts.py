"""Who knows whom by the rooms they share; fills the slots that accounts keeps for that."""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q

from accounts import preferences
from accounts.models import Friendship, User
from accounts.preferences import Audience
from accounts.relations import is_blocked_between, relations
from accounts.slots import Circle, Ties
from chatsite.errors import ChatError, NotFound
from rooms import slots
from rooms.models import Membership, Room
from rooms.permissions import require


def circle_of(user_id: int) -> Circle:
    """The rooms a user is in, their peers and their friends; two queries."""
    rooms = list(Room.objects.of(user_id))
    peers = {peer_id for room in rooms if (peer_id := room.peer_id(user_id)) is not None}
    return Circle([room.id for room in rooms], sorted(peers | _friend_ids(user_id)))


def _friend_ids(user_id: int) -> set[int]:
    pairs = Friendship.objects.filter(Q(low_id=user_id) | Q(high_id=user_id), accepted_at__isnull=False)
    return {high if low == user_id else low for low, high in pairs.values_list("low_id", "high_id")}


def ties_of(user_id: int, other_ids: Collection[int]) -> Ties:
    """Which of the others are in rooms of the user's; one query."""
    known = Membership.objects.current().filter(is_hidden=False)
    direct = Exists(Room.objects.filter(id=OuterRef("room_id"), kind=Room.DIRECT))
    shared = known.filter(user_id__in=other_ids, room_id__in=known.filter(user_id=user_id).values("room_id"))
    found = set(shared.annotate(is_direct=direct).values_list("user_id", "is_direct").distinct())
    return Ties(
        {other for other, is_direct in found if not is_direct}, {other for other, is_direct in found if is_direct}
    )


def contacts_among(pairs: Collection[tuple[int, int]]) -> set[tuple[int, int]]:
    """-> those of these (one, other) who are friends or share a room that others could enter too; two queries."""
    people = {user_id for pair in pairs for user_id in pair}
    friends = Friendship.objects.filter(low_id__in=people, high_id__in=people, accepted_at__isnull=False)
    befriended = set(friends.values_list("low_id", "high_id"))
    rooms: dict[int, set[int]] = {user_id: set() for user_id in people}
    direct = Exists(Room.objects.filter(id=OuterRef("room_id"), kind=Room.DIRECT))
    known = Membership.objects.current().filter(~direct, user_id__in=people, is_hidden=False)
    for user_id, room_id in known.values_list("user_id", "room_id"):
        rooms[user_id].add(room_id)
    return {(a, b) for a, b in pairs if (min(a, b), max(a, b)) in befriended or rooms[a] & rooms[b]}


def person(user_id: int) -> User:
    """Somebody one can write to or bring into a room."""
    user = User.objects.filter(pk=user_id, is_active=True, deleted_at=None).first()
    if user is None:
        raise NotFound
    return user


def require_unblocked(one: int, other: int) -> None:
    if is_blocked_between(one, other):
        raise ChatError("blocked")


def require_may_reach(room: Room, user_id: int) -> None:
    """In a direct room: no block, and a peer who lets them write, or has let themselves in for it."""
    peer_id = room.peer_id(user_id)
    if peer_id is None or peer_id == user_id:
        return
    require_unblocked(user_id, peer_id)
    stored = User.objects.values_list("preferences", flat=True).get(pk=peer_id)
    audience = preferences.read(stored).message_me
    if audience != "everyone" and not takes_part(room, peer_id):
        require_welcome(audience, peer_id, user_id)


def takes_part(room: Room, user_id: int) -> bool:
    """Who opened the conversation or has said something in it wants it; being written to is not enough."""
    return room.created_by_id == user_id or slots.timeline.has_spoken(room.id, user_id)


def require_welcome(audience: Audience, user_id: int, by_id: int) -> None:
    """`audience` is whom `user_id` lets do what `by_id` is about to do."""
    require(relations(by_id, [user_id]).is_admitted(user_id, audience))
