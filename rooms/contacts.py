"""Who knows whom, as far as friends and common rooms tell, and what that lets them do to each other."""

from django.db.models import Q, QuerySet

from accounts import preferences
from accounts.models import Block, Friendship, User
from accounts.slots import Circle
from chatsite.errors import ChatError, NotFound, PermissionDenied
from rooms.models import Membership, Room


def friend_ids(user_id: int) -> list[int]:
    """-> the user's friends; one query."""
    pairs = Friendship.objects.filter(Q(low_id=user_id) | Q(high_id=user_id), accepted_at__isnull=False)
    return [high if low == user_id else low for low, high in pairs.values_list("low_id", "high_id")]


def are_friends(one: int, other: int) -> bool:
    pairs = Friendship.objects.filter(low_id=min(one, other), high_id=max(one, other), accepted_at__isnull=False)
    return pairs.exists()


def share_a_room(one: int, other: int) -> bool:
    """A room that others could enter too: a direct message alone makes nobody a contact."""
    return _joint_rooms(one).filter(id__in=_joint_rooms(other).values("id")).exists()


def _joint_rooms(user_id: int) -> QuerySet[Room]:
    mine = Membership.objects.current().filter(user_id=user_id)
    return Room.objects.exclude(kind=Room.DIRECT).filter(id__in=mine.values("room_id"))


def circle_of(user_id: int) -> Circle:
    """The rooms a user is in, their peers and their friends; two queries."""
    rooms = list(Room.objects.of(user_id))
    peers = {peer_id for room in rooms if (peer_id := room.peer_id(user_id)) is not None}
    return Circle([room.id for room in rooms], sorted(peers | set(friend_ids(user_id))))


def person(user_id: int) -> User:
    """Somebody one can write to or bring into a room."""
    user = User.objects.filter(pk=user_id, is_active=True, deleted_at=None).first()
    if user is None:
        raise NotFound
    return user


def are_blocked(one: int, other: int) -> bool:
    return Block.objects.filter(Q(user_id=one, blocked_id=other) | Q(user_id=other, blocked_id=one)).exists()


def require_unblocked(one: int, other: int) -> None:
    if are_blocked(one, other):
        raise ChatError("blocked")


def require_welcome(allowed: preferences.Audience, user_id: int, by_id: int) -> None:
    """`allowed` is whom `user_id` lets do what `by_id` is about to do."""
    if allowed == "nobody":
        raise PermissionDenied
    if allowed == "contacts" and not (are_friends(user_id, by_id) or share_a_room(user_id, by_id)):
        raise PermissionDenied
