"""Rooms on the wire."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from accounts.schemas import UserOut
from chatsite.gateway.events import Event

Kind = Literal["public", "private", "direct"]
Role = Literal["owner", "admin", "member"]
Notify = Literal["all", "mentions", "none"]
RoomId = Annotated[int, Meta(ge=1, le=2**53 - 1)]
# A message, encoded by the floor that knows what it is.
MessageJson = Annotated[msgspec.Raw, Meta(extra_json_schema={"$ref": "#/components/schemas/MessageOut"})]


class MembershipOut(msgspec.Struct, frozen=True, kw_only=True):
    """My own place in a room."""

    role: Role
    last_read_seq: int
    unread_count: int
    mention_count: int
    first_mention_seq: int | None
    notify: Notify
    notify_until: datetime | None
    muted_until: datetime | None
    pinned_at: datetime | None
    joined_at: datetime


class RoomOut(msgspec.Struct, frozen=True, kw_only=True):
    """A room; `membership` and `peer` are the reader's own, and null in what goes to many."""

    id: int
    code: str | None
    name: str
    description: str
    announcement: str
    kind: Kind
    avatar_url: str | None
    created_by: int | None
    created_at: datetime
    archived_at: datetime | None
    member_count: int
    version: int
    last_seq: int
    last_message: MessageJson | None
    peer: UserOut | None
    membership: MembershipOut | None


class MemberOut(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody in a room; `role: null` = no longer."""

    user: UserOut
    role: Role | None
    joined_at: datetime
    muted_until: datetime | None
    version: int


class MemberJoined(Event):
    room_id: int
    version: int
    member: MemberOut


class MemberLeft(Event):
    room_id: int
    version: int
    member: MemberOut


class MemberUpdated(Event):
    room_id: int
    version: int
    member: MemberOut


class MembershipUpdated(Event):
    """To my own connections."""

    room_id: int
    membership: MembershipOut


class RoomUpdated(Event):
    room_id: int
    version: int
    room: RoomOut


class RoomAdded(Event):
    """Its `version` is that of my own member_joined: the stream starts after it."""

    room: RoomOut


class RoomRemoved(Event):
    room_id: int
    reason: Literal["left", "kicked", "banned"]
