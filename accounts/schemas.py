"""Accounts on the wire."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from accounts.preferences import Preferences
from chatsite.gateway.events import Event
from chatsite.gateway.frames import Schema

Status = Literal["online", "away", "dnd", "offline"]
UserId = Annotated[int, Meta(ge=1, le=2**53 - 1)]


class UserOut(msgspec.Struct, frozen=True, kw_only=True):
    """The public user. A deleted account has no name: `username` and `display_name` are empty."""

    id: int
    username: str
    display_name: str
    avatar_url: str | None
    is_bot: bool
    status: Status
    status_text: str
    last_seen_at: datetime | None


class MeOut(UserOut, frozen=True, kw_only=True):
    """Oneself."""

    email: str
    bio: str
    locale: str
    timezone: str
    is_staff: bool
    preferences: Preferences


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


Username = Annotated[str, Meta(min_length=2, max_length=32)]
Email = Annotated[str, Meta(min_length=3, max_length=254)]
NewPassword = Annotated[str, Meta(min_length=8, max_length=128)]
GivenPassword = Annotated[str, Meta(max_length=1024)]
DeviceName = Annotated[str, Meta(max_length=100)]
Token = Annotated[str, Meta(max_length=2048)]


class Register(Schema):
    """`invite` where registration is by invite; `admin_code` is what the terminal shows of an empty server."""

    username: Username
    email: Email
    password: NewPassword
    display_name: Annotated[str, Meta(max_length=64)] = ""
    device: DeviceName = ""
    cookie: bool = False
    invite: Token | None = None
    admin_code: Token | None = None


class Login(Schema):
    """`username` may be an e-mail address; `cookie`: keep the refresh token in an HttpOnly cookie."""

    username: Annotated[str, Meta(max_length=254)]
    password: GivenPassword
    device: DeviceName = ""
    cookie: bool = False


class SignedInOut(msgspec.Struct, frozen=True, kw_only=True):
    """Both tokens are null while the new account waits for approval or for its e-mail to be confirmed (202)."""

    user: MeOut
    access: str | None
    refresh: str | None
    waits_for: Literal["approval", "email"] | None = None


class VerifyOut(msgspec.Struct, frozen=True, kw_only=True):
    user: MeOut


class Refresh(Schema):
    """Without `refresh` the cookie counts."""

    refresh: Token | None = None


class TokensOut(msgspec.Struct, frozen=True, kw_only=True):
    access: str
    refresh: str | None
