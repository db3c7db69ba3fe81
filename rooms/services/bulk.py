"""Rooms and members that come from elsewhere, with their own times. Nobody is told of them: the tailer finds them."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.timezone import now

from chatsite.transactions import repeated_on_conflict
from rooms.models import Membership, Room, RoomCounter, pair_key
from rooms.services.memberships import hide_history
from rooms.services.rooms import new_code


class Place(NamedTuple):
    """Somebody's place in a room; `left_at`: of a former member."""

    user_id: int
    joined_at: datetime
    role: str = Membership.MEMBER
    left_at: datetime | None = None


@transaction.atomic
def found(*, room: Room, places: Iterable[Place]) -> None:
    """Stores a new room with its members; a public one without a code gets one."""
    room.version = 1
    if room.kind == Room.PUBLIC and not room.code:
        room.code = free_code()
    room.save(force_insert=True)
    counter = RoomCounter(room_id=room.id, version=1)
    _admit(counter, room, places)
    counter.save(force_insert=True)


@repeated_on_conflict
@transaction.atomic
def add_places(*, room_id: int, places: Collection[Place]) -> set[int]:
    """Makes these people members, unless they are or were -> the ids of those who were not."""
    counter = RoomCounter.objects.select_for_update().get(room_id=room_id)
    known = set(Membership.objects.filter(room_id=room_id).values_list("user_id", flat=True))
    fresh = [place for place in places if place.user_id not in known]
    if fresh:
        _admit(counter, Room.objects.get(pk=room_id), fresh)
        counter.save()
    return {place.user_id for place in fresh}


@repeated_on_conflict
def find_or_found_direct(*, one: int, other: int, at: datetime) -> Room:
    """The conversation of two people, which both know of: something was said in it."""
    key = pair_key(one, other)
    with transaction.atomic():
        room = Room.objects.filter(pair_key=key).first()
        if room is None:
            room = Room(kind=Room.DIRECT, pair_key=key, created_by_id=one, created_at=at)
            found(room=room, places=[Place(user_id, at) for user_id in dict.fromkeys((other, one))])
        else:
            hidden = Membership.objects.filter(room_id=room.id, is_hidden=True)
            hidden.update(is_hidden=False, changed_at=now())
        return room


def free_code() -> str:
    while Room.objects.filter(code=(code := new_code())).exists():
        pass
    return code


def _admit(counter: RoomCounter, room: Room, places: Iterable[Place]) -> None:
    """With nothing unread, as everybody who comes in."""
    memberships = []
    for place in places:
        membership = Membership(room_id=counter.room_id, user_id=place.user_id, role=place.role)
        membership.joined_at, membership.left_at = place.joined_at, place.left_at
        membership.left_reason = "" if place.left_at is None else "left"
        membership.last_read_seq, membership.read_number = counter.last_seq, counter.message_count
        hide_history(room, membership, counter.last_seq)
        membership.version, membership.changed_at = counter.next_version(access=True), counter.changed_at
        counter.member_count += place.left_at is None
        memberships.append(membership)
    Membership.objects.bulk_create(memberships)
