"""People, rooms and messages for tests, made the way the product makes them."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any

from accounts.models import User
from accounts.services import Device, begin_session
from messaging.models import Message
from messaging.schemas import SendBody
from messaging.services.send import send_one
from rooms.models import Room
from rooms.services.direct import find_or_make
from rooms.services.joining import join
from rooms.services.members import add_member
from rooms.services.rooms import create_room

PASSWORD = "correct horse battery"
_numbers = count(1)


def make_user(name: str | None = None, *, password: str = PASSWORD, **fields: Any) -> User:
    """A person; without a name, one that nobody else has."""
    name = name or f"user{next(_numbers)}"
    fields.setdefault("email", f"{name}@example.com" if name.isascii() else "")
    return User.objects.create_user(name, password=password, **fields)


def sign_in(user: User) -> str:
    """-> an access token of a new session."""
    return begin_session(user=user, device=Device(name="test")).access


def make_room(owner: User, kind: str = "public", members: Iterable[User] = (), name: str = "Room") -> Room:
    """A room with its owner and `members`; a direct one with its two people."""
    if kind == Room.DIRECT:
        (peer,) = members
        return find_or_make(owner.pk, peer.pk)[0]
    room = create_room(user_id=owner.pk, name=name, kind=kind)
    for member in members:
        if kind == Room.PUBLIC:
            join(user_id=member.pk, room_id=room.id)
        else:
            add_member(user_id=owner.pk, room_id=room.id, new_id=member.pk)
    return room


def make_message(room: Room, sender: User, content: str = "hello", **fields: Any) -> Message:
    """`fields`: reply_to, mentions, mention_all, nonce."""
    return send_one(user_id=sender.pk, room_id=room.id, body=SendBody(content=content, **fields)).message
