"""Finding a room one may know of, and making one."""

import secrets
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.names import clean_line
from chatsite.errors import NotAMember, NotFound, PermissionDenied, Unavailable, ValidationFailed
from chatsite.transactions import repeated_on_conflict
from rooms import rules
from rooms.changes import start_room
from rooms.models import Ban, Membership, Room
from rooms.permissions import BANNED, require_member
from rooms.rendering import counters_of, rooms_out
from rooms.schemas import RoomOut
from rooms.services.memberships import admit
from rooms.services.quotas import require_another_room

T = TypeVar("T")
CODE_DIGITS = 6
CODE_ATTEMPTS = 50


def visible_room(user_id: int, room_id: int) -> tuple[Room, Membership | None]:
    """The room and the reader's place in it. Strangers may know public rooms, who was in a room knows of it."""
    membership = Membership.objects.filter(room_id=room_id, user_id=user_id).first()
    room = Room.objects.filter(id=room_id).first()
    if room is None or (room.kind != Room.PUBLIC and (membership is None or membership.is_hidden)):
        raise NotFound
    if membership is not None and membership.is_current:
        return room, membership
    if is_banned(user_id, room_id):
        raise PermissionDenied(BANNED)
    if room.kind != Room.PUBLIC:
        raise NotAMember
    return room, None


def room_for_member(user_id: int, room_id: int) -> tuple[Room, Membership]:
    """The same, for what only members may."""
    room, membership = visible_room(user_id, room_id)
    return room, require_member(membership)


def is_banned(user_id: int, room_id: int) -> bool:
    return Ban.objects.in_force().filter(room_id=room_id, user_id=user_id).exists()


def get_room(*, user_id: int, room_id: int) -> RoomOut:
    """The room as its reader sees it."""
    counters = counters_of([room_id])
    room, _membership = visible_room(user_id, room_id)
    (out,) = rooms_out([room], reader_id=user_id, counters=counters)
    return out


def room_of_member(*, user_id: int, room_id: int) -> RoomOut:
    """The same, for members only."""
    room = get_room(user_id=user_id, room_id=room_id)
    if room.membership is None:
        raise NotAMember
    return room


@repeated_on_conflict
def create_room(*, user_id: int, name: str, description: str = "", kind: str = Room.PUBLIC) -> Room:
    """Makes a room that its maker owns; public ones get a code."""
    name = clean_name(name)
    with transaction.atomic():
        require_another_room(user_id)
        room = _insert(
            name=name,
            description=description,
            kind=kind,
            created_by_id=user_id,
            own_rules=rules.of_new_room(kind),
            version=1,
        )
        change = start_room(room)
        admit(change, room, user_id, role=Membership.OWNER)
        change.finish()
    return room


def clean_name(name: str) -> str:
    if not (name := clean_line(name)):
        raise ValidationFailed({"name": [_("This field is required.")]})
    return name


def _insert(*, kind: str, **fields: Any) -> Room:
    if kind != Room.PUBLIC:
        return Room.objects.create(kind=kind, **fields)
    return with_free_code(lambda code: Room.objects.create(kind=kind, code=code, **fields))


def with_free_code(store: Callable[[str], T]) -> T:
    """Stores under one code after the other until one is free."""
    for _attempt in range(CODE_ATTEMPTS):
        try:
            with transaction.atomic():
                return store(new_code())
        except IntegrityError:  # the code is taken
            continue
    raise Unavailable


def new_code() -> str:
    return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
