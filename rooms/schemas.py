"""Rooms on the wire."""

from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from accounts.schemas import RemarkOut, SenderOut, UserId, UserOut
from chatsite.gateway.events import Event
from chatsite.gateway.frames import Dated, Moment, Schema
from rooms.rules import History, Join, KeepDays, Rules, SlowSeconds, Who, WhoCalls, WindowSeconds

Kind = Literal["public", "private", "direct"]
Role = Literal["owner", "admin", "member"]
Notify = Literal["all", "mentions", "none"]
RoomId = Annotated[int, Meta(ge=1, le=2**53 - 1)]
Version = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Name = Annotated[str, Meta(min_length=1, max_length=80)]
Description = Annotated[str, Meta(max_length=500)]
Announcement = Annotated[str, Meta(max_length=2_000)]
# A message, encoded by the floor that knows what it is.
_MESSAGE_OR_NULL = {"anyOf": [{"$ref": "#/components/schemas/MessageOut"}, {"type": "null"}]}
MessageJson = Annotated[Any, Meta(extra_json_schema=_MESSAGE_OR_NULL)]


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
    announcement_read_at: datetime | None
    joined_at: datetime


class RoomOut(msgspec.Struct, frozen=True, kw_only=True):
    """A room; `membership` and `peer` are the reader's own, and null in what goes to many.

    Messages before `first_seq` are deleted for good: clients drop them, too, and blank what quotes them.
    """

    id: int
    code: str | None
    name: str
    description: str
    announcement: str
    announced_at: datetime | None
    kind: Kind
    avatar_url: str | None
    created_by: int | None
    created_at: datetime
    archived_at: datetime | None
    rules: Rules
    member_count: int
    version: int
    first_seq: int
    last_seq: int
    last_message: MessageJson
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
    """To my own connections. The membership's counts know of messages up to `last_seq`, which may be on their way."""

    room_id: int
    membership: MembershipOut
    last_seq: int


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


class JoinRequested(Event):
    """Somebody asks to be let in; to the room's admins."""

    room_id: int
    user: UserOut
    message: str


class JoinedRoom(Event):
    """Answers join_room: the room is on screen."""

    room_id: int
    room: RoomOut
    version: int


class LeftRoom(Event):
    """Answers leave_room: off screen; the membership stays."""

    room_id: int


class RoomPage(msgspec.Struct, frozen=True, kw_only=True):
    results: list[RoomOut]
    next: str | None = None


class MemberPage(msgspec.Struct, frozen=True, kw_only=True):
    """`remarks`: what I call those of them for whom I have a name."""

    results: list[MemberOut]
    next: str | None
    remarks: list[RemarkOut] = []


class BanOut(msgspec.Struct, frozen=True, kw_only=True):
    """`until` null = for good."""

    user: UserOut
    until: datetime | None
    created_by: int
    created_at: datetime


class BanPage(msgspec.Struct, frozen=True, kw_only=True):
    results: list[BanOut]
    next: str | None


class JoinRequestOut(msgspec.Struct, frozen=True, kw_only=True):
    user: UserOut
    message: str
    created_at: datetime


class JoinRequestPage(msgspec.Struct, frozen=True, kw_only=True):
    results: list[JoinRequestOut]
    next: str | None


class AnnouncementOut(msgspec.Struct, frozen=True, kw_only=True):
    """`read` and `unread` are without its author and without those who keep their read receipts to themselves."""

    announcement: str
    announced_at: datetime | None
    announced_by: int | None
    read: list[UserOut]
    unread: list[UserOut]


class InviteOut(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    token: str
    url: str
    expires_at: datetime | None
    max_uses: int | None
    uses: int
    created_by: int
    created_at: datetime


class InvitePage(msgspec.Struct, frozen=True, kw_only=True):
    results: list[InviteOut]
    next: str | None


class InvitePreviewOut(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever holds a link is shown before they sign in."""

    name: str
    description: str
    kind: Kind
    avatar_url: str | None
    member_count: int
    invited_by: SenderOut | None


class CreateRoom(Schema):
    """POST /api/rooms/"""

    name: Name
    description: Description = ""
    kind: Literal["public", "private"] = "public"


class ChangeRules(Schema):
    """Some of a room's rules."""

    post: Who | UnsetType = UNSET
    links: Who | UnsetType = UNSET
    upload: Who | UnsetType = UNSET
    mention_all: WhoCalls | UnsetType = UNSET
    mention_here: WhoCalls | UnsetType = UNSET
    react: Who | UnsetType = UNSET
    pin: Who | UnsetType = UNSET
    invite: Who | UnsetType = UNSET
    add: Who | UnsetType = UNSET
    rename: Who | UnsetType = UNSET
    announce: Who | UnsetType = UNSET
    join: Join | UnsetType = UNSET
    history: History | UnsetType = UNSET
    slow_seconds: SlowSeconds | UnsetType = UNSET
    recall_seconds: WindowSeconds | UnsetType | None = UNSET
    edit_seconds: WindowSeconds | UnsetType | None = UNSET
    keep_days: KeepDays | UnsetType | None = UNSET

    def wanted(self) -> dict[str, Any]:
        """-> the values that are to change, by name"""
        return {name: value for name in self.__struct_fields__ if (value := getattr(self, name)) is not UNSET}


class ChangeRoom(Schema):
    """PATCH /api/rooms/{id}; `archived` is the owner's, `rules` the admins', the rest as the rules say."""

    name: Name | UnsetType = UNSET
    description: Description | UnsetType = UNSET
    announcement: Announcement | UnsetType = UNSET
    rules: ChangeRules | UnsetType = UNSET
    archived: bool | UnsetType = UNSET


class MakeGroup(Schema):
    """POST /api/groups: a private room of these people and me; without a name it bears theirs."""

    user_ids: Annotated[list[UserId], Meta(min_length=1, max_length=200)]
    name: Name | None = None


class AskToJoin(Schema):
    """POST /api/rooms/{id}/join: `message` is for those who decide, where somebody does."""

    message: Annotated[str, Meta(max_length=200)] = ""


class EnterRoom(AskToJoin):
    """POST /api/rooms/join: by code or by id."""

    code: str | None = None
    room_id: RoomId | None = None


class Person(Schema):
    """Whom it is about."""

    user_id: UserId


class CreateInvite(Dated):
    max_uses: Annotated[int, Meta(ge=1, le=1_000_000)] | None = None
    expires_at: Moment | None = None


class ChangeMember(Dated):
    """PATCH /api/rooms/{id}/members/{user_id}; `muted_until` null lets them speak again."""

    role: Literal["admin", "member"] | UnsetType = UNSET
    muted_until: Moment | UnsetType | None = UNSET


class BanPerson(Dated):
    """`until` null = for good."""

    until: Moment | None = None


class ChangeMembership(Dated):
    """PATCH /api/rooms/{id}/membership; `notify` holds until `notify_until`, then it is "all" again."""

    notify: Notify | UnsetType = UNSET
    notify_until: Moment | UnsetType | None = UNSET
    pinned: bool | UnsetType = UNSET


class JoinRoom(Schema):
    """join_room: `version` is what the client has of the room."""

    room_id: RoomId
    version: Version | None = None


class LeaveRoom(Schema):
    """leave_room"""

    room_id: RoomId
