"""People, rooms and messages for tests, made the way the product makes them."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from accounts.models import User
    from rooms.models import Room

PASSWORD = "correct horse battery"
_numbers = count(1)


def make_user(name: str | None = None, *, password: str = PASSWORD, **fields: Any) -> User:
    """A person; without a name, one that nobody else has."""
    from accounts.models import User

    name = name or f"user{next(_numbers)}"
    fields.setdefault("email", f"{name}@example.com" if name.isascii() else "")
    return User.objects.create_user(name, password=password, **fields)


def sign_in(user: User) -> str:
    """-> an access token of a new session."""
    from accounts.services import Device, begin_session

    return begin_session(user=user, device=Device()).access


def make_room(owner: User, kind: str = "public", members: Any = (), name: str | None = None) -> Room:
    """`members` came in by themselves, or by being added where that is not possible."""
    from rooms.services.joining import join
    from rooms.services.members import add_member
    from rooms.services.rooms import create_room

    room = create_room(user_id=owner.pk, name=name or f"room {next(_numbers)}", kind=kind)
    for person in members:
        if kind == "public":
            join(user_id=person.pk, room_id=room.id)
        else:
            add_member(user_id=owner.pk, room_id=room.id, new_id=person.pk)
    return room


def make_message(room: Room, sender: User, content: str = "hello", **fields: Any) -> Any:
    raise NotImplementedError("messaging has no services yet")
