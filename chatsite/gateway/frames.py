"""Frames of the WebSocket protocol and the codes a connection is closed with."""

from datetime import UTC, datetime
from enum import IntEnum
from typing import Annotated, Any, Literal

import msgspec
from django.utils.translation import gettext_lazy as _
from msgspec import Meta

from chatsite.errors import ErrorOut, ValidationFailed
from chatsite.gateway.events import Event, encode


class Close(IntEnum):
    """Close codes of the contract."""

    RESTART = 1012
    MALFORMED = 4400  # not a JSON object with a string type
    UNAUTHENTICATED = 4401  # not, or no longer
    SILENT = 4408  # no first frame or no heartbeat in time
    SLOW = 4409  # come back and sync
    TOO_LARGE = 4413
    TOO_MANY = 4429


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One frame from a client; `data` stays raw until the router knows its type."""

    type: str
    id: str | None = None
    data: msgspec.Raw = msgspec.Raw(b"{}")


class Schema(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of everything that clients send: unknown fields are refused."""


Moment = Annotated[datetime, Meta(tz=True)]


class Dated(Schema):
    """What has times in it. Those at the ends of the calendar that UTC cannot tell are refused."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, datetime):
                _require_tellable(name, value)


def _require_tellable(name: str, value: datetime) -> None:
    try:
        value.astimezone(UTC)
    except OverflowError:
        raise ValidationFailed({name: [_("This is out of range.")]}) from None


RoomKey = Annotated[str, Meta(pattern="^[0-9]{1,16}$")]  # what every database takes as a number
Version = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class Authenticate(Schema):
    """`rooms`: {room id: the version I have}; `epoch`: that of my last `ready`."""

    token: str
    rooms: dict[RoomKey, Version] = {}
    epoch: str | None = None

    def versions(self) -> dict[int, int]:
        return {int(room): version for room, version in self.rooms.items()}


class ReadyLimits(msgspec.Struct, frozen=True, kw_only=True):
    """`keep_days`: messages stay no longer in any room; null = as long as each room wants."""

    content_chars: int
    frame_bytes: int
    upload_bytes: int
    recall_seconds: int
    keep_days: int | None


class ServerOut(msgspec.Struct, frozen=True, kw_only=True):
    """`message`: what an administrator tells everybody; may be empty. `edit_seconds` 0 = at any time."""

    name: str
    message: str
    edit_seconds: int
    registration: Literal["open", "invite", "approval", "closed"]
    email_verification: Literal["off", "required"]


class Ready(Event):
    """Who I am, and where the stream of each of my rooms starts."""

    user: Annotated[Any, Meta(extra_json_schema={"$ref": "#/components/schemas/UserOut"})]
    session_id: int
    protocol: int
    epoch: str
    server_time: datetime
    heartbeat_seconds: int
    limits: ReadyLimits
    server: ServerOut
    rooms: list[Annotated[Any, Meta(extra_json_schema={"$ref": "#/components/schemas/RoomHead"})]]


class ServerUpdated(Event):
    """An administrator has changed what `ready` says of the server."""

    server: ServerOut
    limits: ReadyLimits


class Reconnect(Event):
    """The server is about to restart, or too many arrive at once: come back after `retry_after` seconds."""

    retry_after: float


class SessionRevoked(Event):
    """Followed by close 4401."""

    reason: str


def ack(reply_to: str, data: Any) -> bytes:
    return b'{"type":"ack","id":' + encode(reply_to) + b',"data":' + encode(data) + b"}"


def error(reply_to: str | None, data: ErrorOut) -> bytes:
    answer = b',"id":' + encode(reply_to) if reply_to is not None else b""
    return b'{"type":"error"' + answer + b',"data":' + encode(data) + b"}"
