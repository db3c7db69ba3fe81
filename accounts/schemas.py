"""Accounts on the wire."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from accounts.models import Remark
from accounts.preferences import Preferences, PreferencesPatch
from chatsite.gateway.events import Event
from chatsite.gateway.frames import Dated, Moment, Schema

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


class MeUpdated(Event):
    """To my own connections: what I alone see of myself changed, preferences say; GET /api/users/me has it."""


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


class ResetLinkOut(msgspec.Struct, frozen=True, kw_only=True):
    """For an administrator to hand over: it sets a new password, once, within a day."""

    url: str


class ChangePassword(Schema):
    old_password: GivenPassword
    new_password: NewPassword


class RequestPasswordReset(Schema):
    email: Annotated[str, Meta(max_length=254)]


class ConfirmPasswordReset(Schema):
    token: Token
    new_password: NewPassword


class ConfirmEmail(Schema):
    token: Token


class SessionOut(msgspec.Struct, frozen=True, kw_only=True):
    """A signed-in device; `current` is the one that asks."""

    id: int
    name: str
    user_agent: str
    ip: str | None
    created_at: datetime
    last_used_at: datetime
    current: bool


class SessionPage(msgspec.Struct, frozen=True, kw_only=True):
    results: list[SessionOut]
    next: str | None = None


class NewSession(Event):
    """A device has signed in: to my own connections. Whose `ready` names this session is that device."""

    session: SessionOut


class CreateRegistrationInvite(Dated):
    """`max_uses` null: any number of people."""

    max_uses: Annotated[int, Meta(ge=1, le=100_000)] | None = 1
    expires_at: Moment | None = None


class RegistrationInviteOut(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    token: str
    url: str
    created_at: datetime
    expires_at: datetime | None
    max_uses: int | None
    uses: int


class RegistrationInvitePage(msgspec.Struct, frozen=True, kw_only=True):
    results: list[RegistrationInviteOut]
    next: str | None = None


class MePatch(Schema):
    """Only what is given changes."""

    display_name: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET
    bio: Annotated[str, Meta(max_length=500)] | UnsetType = UNSET
    locale: Literal["zh-CN", "en"] | UnsetType = UNSET
    timezone: Annotated[str, Meta(max_length=64)] | UnsetType = UNSET
    status_text: Annotated[str, Meta(max_length=100)] | UnsetType = UNSET
    preferences: PreferencesPatch | UnsetType = UNSET


class DeleteMe(Schema):
    password: GivenPassword


class RemarkOut(msgspec.Struct, frozen=True, kw_only=True):
    """What I call somebody."""

    user_id: int
    name: str


class UserPage(msgspec.Struct, frozen=True, kw_only=True):
    """`remarks`: what I call those of them for whom I have a name."""

    results: list[UserOut]
    next: str | None = None
    remarks: list[RemarkOut] = []


class RemarkPage(msgspec.Struct, frozen=True, kw_only=True):
    results: list[RemarkOut]
    next: str | None = None


class SetRemark(Schema):
    """PUT /api/users/{id}/remark"""

    name: Annotated[str, Meta(min_length=1, max_length=Remark.CHARS)]


class RemarkUpdated(Event):
    """To my own connections: what I call somebody from now on; null = what they are called by all."""

    user_id: int
    name: str | None


class BlockUpdated(Event):
    """To my own connections: whether I block somebody from now on."""

    user_id: int
    is_blocked: bool


class AskFriend(Schema):
    message: Annotated[str, Meta(max_length=200)] = ""


class FriendRequestOut(msgspec.Struct, frozen=True, kw_only=True):
    """`direction`: "in" waits for my answer, "out" for theirs."""

    user: UserOut
    direction: Literal["in", "out"]
    message: str
    created_at: datetime


class FriendRequestPage(msgspec.Struct, frozen=True, kw_only=True):
    results: list[FriendRequestOut]
    next: str | None = None


class FriendRequest(Event):
    """Somebody asks to be friends."""

    user: UserOut
    message: str


class FriendRequestSent(Event):
    """I have asked somebody to be friends: to my own connections, for those who list what waits."""

    user: UserOut
    message: str


class FriendRequestAccepted(Event):
    """We are friends now."""

    user: UserOut


class FriendRemoved(Event):
    """A friendship ended, or a request was declined or withdrawn."""

    user: UserOut
