"""Who may know of whom: friends, members of one room, both sides of a direct room that both know of."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Block, Friendship
from rooms.models import Membership, MembershipQuerySet, Room


@dataclass
class Audience:
    """To whom one user's presence goes. Direct rooms count as `peers`: on screen or not, it flows."""

    rooms: set[int] = field(default_factory=set)
    friends: set[int] = field(default_factory=set)
    peers: set[int] = field(default_factory=set)
    blocked: set[int] = field(default_factory=set)  # in either direction: they are told nothing


def audiences(user_ids: Collection[int]) -> dict[int, Audience]:
    """-> {user id: their audience, themselves included}; four queries however many."""
    found: dict[int, Audience] = defaultdict(Audience)
    for user_id in user_ids:
        found[user_id].friends.add(user_id)
    members = Membership.objects.current().filter(user_id__in=user_ids)
    rooms = {room.id: room for room in _known_rooms(members)}
    for user_id, room_id in members.values_list("user_id", "room_id"):
        if room := rooms.get(room_id):
            _add_room(found[user_id], room, user_id)
    for user_id, friend_id in _both_ways(_friendships(user_ids)):
        found[user_id].friends.add(friend_id)
    for user_id, other_id in _both_ways(_blocks(user_ids)):
        found[user_id].blocked.add(other_id)
    return found


def known_to(user_id: int) -> set[int]:
    """-> oneself, and all whose presence one may see; two queries."""
    mine = Membership.objects.current().filter(user_id=user_id)
    fellows = Membership.objects.current().filter(room_id__in=_known_rooms(mine).values("id")).values_list("user_id")
    friendships = Friendship.objects.filter(accepted_at__isnull=False)
    known = fellows.union(
        friendships.filter(low_id=user_id).values_list("high_id"),
        friendships.filter(high_id=user_id).values_list("low_id"),
    )
    return ({known_id for (known_id,) in known} | {user_id}) - blocked_with(user_id)


def blocked_with(user_id: int) -> set[int]:
    """-> whom the user has blocked, and who has blocked them."""
    return {other_id for one_id, other_id in _both_ways(_blocks([user_id])) if one_id == user_id}


def is_known_to_both(room: Room) -> bool:
    """A direct room connects nobody while its other side has not heard of it."""
    return not Membership.objects.filter(room_id=room.id, is_hidden=True).exists()


def _known_rooms(memberships: MembershipQuerySet) -> QuerySet[Room]:
    hidden = Exists(Membership.objects.filter(room_id=OuterRef("id"), is_hidden=True))
    return Room.objects.filter(~Q(kind=Room.DIRECT) | ~hidden, id__in=memberships.values("room_id"))


def _add_room(audience: Audience, room: Room, user_id: int) -> None:
    peer_id = room.peer_id(user_id)
    if peer_id is None:
        audience.rooms.add(room.id)
    else:
        audience.peers.add(peer_id)


def _friendships(user_ids: Collection[int]) -> Iterable[tuple[int, int]]:
    friends = Friendship.objects.filter(accepted_at__isnull=False)
    return friends.filter(Q(low_id__in=user_ids) | Q(high_id__in=user_ids)).values_list("low_id", "high_id")


def _blocks(user_ids: Collection[int]) -> Iterable[tuple[int, int]]:
    blocks = Block.objects.filter(Q(user_id__in=user_ids) | Q(blocked_id__in=user_ids))
    return blocks.values_list("user_id", "blocked_id")


def _both_ways(pairs: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    for one_id, other_id in pairs:
        yield one_id, other_id
        yield other_id, one_id
