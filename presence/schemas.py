"""Presence on the wire."""

from datetime import datetime
from typing import Annotated

import msgspec
from msgspec import Meta

from accounts.schemas import Status, UserOut
from chatsite.gateway.events import Event
from chatsite.gateway.frames import Schema
from rooms.schemas import RoomId

STATUS_TEXT_CHARS = 100


class UserOnline(Event):
    """Their status is `online` unless a presence_changed follows."""

    user_id: int
    username: str


class UserOffline(Event):
    user_id: int
    last_seen_at: datetime | None


class PresenceChanged(Event):
    user_id: int
    status: Status
    status_text: str


class Typing(Event):
    """Somebody is writing; lasts 6 s."""

    room_id: int
    user_id: int


class Ping(Schema):
    """Keeps the connection; `idle`: nobody is at this device."""

    idle: bool = False


class Pong(msgspec.Struct, frozen=True):
    server_time: datetime


class SetStatus(Schema):
    """What others are to see: `offline` is invisible. Without a text the old one stays."""

    status: Status
    status_text: Annotated[str, Meta(max_length=STATUS_TEXT_CHARS)] | None = None


class ShowTyping(Schema):
    """The command `typing`."""

    room_id: RoomId


class OnlineOut(msgspec.Struct, frozen=True, kw_only=True):
    """Who is online among those I share something with, and me; `count` is of all, even of those beyond `results`."""

    count: int
    results: list[UserOut]
