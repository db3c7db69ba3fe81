"""How an export is asked for, and what stands in its files."""

from datetime import datetime
from typing import Literal

import msgspec

from accounts.schemas import GivenPassword, MeOut
from chatsite.gateway.frames import Schema


class AskExport(Schema):
    """POST /api/users/me/export"""

    password: GivenPassword


class ExportLinkOut(msgspec.Struct, frozen=True, kw_only=True):
    """Where the ZIP is fetched, without a Bearer: as long as this session stands, until `expires_at`."""

    url: str
    expires_at: datetime


class Profile(MeOut, frozen=True, kw_only=True):
    email_verified_at: datetime | None
    date_joined: datetime


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody else: what everybody may know of them."""

    id: int
    username: str
    display_name: str


class Friend(msgspec.Struct, frozen=True, kw_only=True):
    """`accepted_at` null = a request that waits."""

    user: Named | None
    asked_by: Literal["me", "them"]
    message: str
    created_at: datetime
    accepted_at: datetime | None


class Blocked(msgspec.Struct, frozen=True, kw_only=True):
    user: Named | None
    created_at: datetime


class Called(msgspec.Struct, frozen=True, kw_only=True):
    user: Named | None
    name: str


class OwnRoom(msgspec.Struct, frozen=True, kw_only=True):
    """`room` null = one I have left: its name is not mine to take along."""

    room_id: int
    room: str | None
    kind: str | None
    peer: Named | None
    role: str
    joined_at: datetime
    left_at: datetime | None
    notify: str
    pinned_at: datetime | None
    last_read_seq: int


class OwnMessage(msgspec.Struct, frozen=True, kw_only=True):
    """By me; in direct conversations also what was said to me."""

    id: int
    room_id: int
    seq: int
    sender_id: int | None
    content: str
    reply_to: int | None
    mentions: list[int]
    mention_all: bool
    mention_here: bool
    created_at: datetime
    edited_at: datetime | None
    recalled_at: datetime | None


class OwnReaction(msgspec.Struct, frozen=True, kw_only=True):
    room_id: int
    message_id: int
    emoji: str
    created_at: datetime


class OwnReport(msgspec.Struct, frozen=True, kw_only=True):
    user_id: int | None
    room_id: int | None
    message_id: int | None
    reason: str
    text: str
    created_at: datetime
