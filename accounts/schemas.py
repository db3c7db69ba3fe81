"""Accounts on the wire."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from chatsite.gateway.events import Event

Status = Literal["online", "away", "dnd", "offline"]


class UserOut(msgspec.Struct, frozen=True, kw_only=True):
    """The public user."""

    id: int
    username: str
    display_name: str
    avatar_url: str | None
    is_bot: bool
    status: Status
    status_text: str
    last_seen_at: datetime | None


class SenderOut(msgspec.Struct, frozen=True, kw_only=True):
    """The little of a user that a message carries."""

    id: int
    username: str
    display_name: str
    avatar_url: str | None
    is_bot: bool


class UserUpdated(Event):
    """Name or picture changed."""

    user: UserOut


UserId = Annotated[int, Meta(ge=1, le=2**53 - 1)]
