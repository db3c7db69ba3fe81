"""Events: facts that go out to people. Encoded once here, then handed on untouched by every hub."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

import msgspec
from django.db import transaction

from chatsite.gateway import groups

_encoder = msgspec.json.Encoder()


def encode(value: Any) -> bytes:
    """-> JSON (UTF-8)."""
    return _encoder.encode(value)


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """The `data` of one event type; the type is the class name in snake case: NewMessage -> new_message."""

    type: ClassVar[str]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.type = re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()

    def frame(self, reply_to: str | None = None) -> bytes:
        """-> the JSON text of the frame; `reply_to` is the id of the command that it answers."""
        answer = b',"id":' + encode(reply_to) if reply_to is not None else b""
        return b'{"type":"' + self.type.encode() + b'"' + answer + b',"data":' + encode(self) + b"}"


class Detach(msgspec.Struct, frozen=True, array_like=True):
    """From `version` on this user is no longer in the room: gets `frame` and nothing after it."""

    user_id: int
    version: int
    frame: bytes


class Attach(msgspec.Struct, frozen=True, array_like=True):
    """This user's connections get `frame`, then the room's stream from `version` (exclusive) on."""

    room_id: int
    version: int
    frame: bytes


class Envelope(msgspec.Struct, frozen=True, array_like=True):
    """What travels between processes: ready frames and to whom they go.

    A room's stream: `room_id`, `first`, one frame per version. Everything else is unversioned (`first` 0):
    to one user, or to all who are in `rooms` or among `users`, `on_screen` limiting the rooms to open ones.
    """

    room_id: int = 0
    first: int = 0
    frames: list[bytes] = []
    detach: list[Detach] = []
    user_id: int = 0
    attach: Attach | None = None
    revoke: list[int] = []  # session ids of user_id; empty with revoke_all
    rooms: list[int] = []
    users: list[int] = []
    on_screen: bool = False
    except_users: list[int] = []

    @property
    def last(self) -> int:
        return self.first + len(self.frames) - 1

    @property
    def group(self) -> str:
        if self.first:
            return groups.room(self.room_id)
        return groups.user(self.user_id) if self.user_id else groups.HUBS


def to_room(room_id: int, first: int, events: Sequence[Event], detach: Sequence[Detach] = ()) -> Envelope:
    """The next versions of a room, `first` upwards, one event each, to every connection of every member."""
    return Envelope(room_id=room_id, first=first, frames=[e.frame() for e in events], detach=list(detach))


def to_user(user_id: int, *events: Event, attach: Attach | None = None, revoke: Sequence[int] = ()) -> Envelope:
    """To every connection of one user. `revoke`: the sessions whose connections are closed after it."""
    return Envelope(user_id=user_id, frames=[e.frame() for e in events], attach=attach, revoke=list(revoke))


def to_circle(
    *events: Event,
    rooms: Iterable[int] = (),
    users: Iterable[int] = (),
    on_screen: bool = False,
    except_users: Iterable[int] = (),
) -> Envelope:
    """Once to each connection of whoever is in one of `rooms` (has it `on_screen`) or among `users`."""
    return Envelope(
        frames=[e.frame() for e in events],
        rooms=sorted(set(rooms)),
        users=sorted(set(users)),
        on_screen=on_screen,
        except_users=list(except_users),
    )


def publish(*envelopes: Envelope) -> None:
    """Hands the envelopes to every process after COMMIT, as a hint: never waits, never fails, may be lost."""
    from chatsite.gateway.publisher import publisher

    transaction.on_commit(lambda: publisher().put(envelopes))
