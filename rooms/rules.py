"""What a room's people may do. Stored is only what differs from the defaults, which are those of the contract."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from chatsite.live import setting

Who = Literal["everyone", "admins"]  # of its members; the owner is one of the admins
WhoCalls = Literal["everyone", "admins", "by_size"]
Join = Literal["open", "approval"]  # of public rooms
History = Literal["all", "since_joining"]
SLOW_SECONDS_MAX = 6 * 3600
SlowSeconds = Annotated[int, Meta(ge=0, le=SLOW_SECONDS_MAX)]
WindowSeconds = Annotated[int, Meta(ge=0, le=10 * 365 * 86_400)]
KeepDays = Annotated[int, Meta(ge=1, le=36_500)]


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """`mention_all` and `mention_here` by_size: everyone in rooms of up to 50, admins in larger ones.

    `history`: what people who come in from now on may read; who is in keeps what they could read.
    Between two messages of one member lie `slow_seconds`, but for admins. One's own messages are recalled and edited
    within `recall_seconds` and `edit_seconds`; null = as the server has it, an edit_seconds of 0 = at any time.
    What is older than `keep_days` is deleted for good; null = as the server has it.
    """

    post: Who = "everyone"
    links: Who = "everyone"
    upload: Who = "everyone"
    mention_all: WhoCalls = "by_size"
    mention_here: WhoCalls = "by_size"
    react: Who = "everyone"
    pin: Who = "everyone"
    invite: Who = "everyone"
    add: Who = "everyone"
    rename: Who = "admins"
    announce: Who = "admins"
    join: Join = "open"
    history: History = "all"
    slow_seconds: SlowSeconds = 0
    recall_seconds: WindowSeconds | None = None
    edit_seconds: WindowSeconds | None = None
    keep_days: KeepDays | None = None


_OF_KIND: dict[str, Rules] = {"private": Rules(invite="admins", add="admins")}


def defaults(kind: str) -> Rules:
    return _OF_KIND.get(kind) or Rules()


def of_new_room(kind: str) -> dict[str, Any]:
    """-> what a room begins with, as stored: what this server's administrators have chosen."""
    chosen = {
        "join": setting("NEW_ROOM_JOIN"),
        "history": setting("NEW_ROOM_HISTORY"),
        "links": setting("NEW_ROOM_LINKS"),
        "upload": setting("NEW_ROOM_UPLOAD"),
        "pin": setting("NEW_ROOM_PIN"),
    }
    return to_store(kind, msgspec.structs.replace(defaults(kind), **chosen))


def read(kind: str, stored: Mapping[str, Any]) -> Rules:
    """The rules of a room of this kind."""
    return msgspec.structs.replace(defaults(kind), **stored)


def to_store(kind: str, rules: Rules) -> dict[str, Any]:
    """-> what differs from the defaults"""
    usual = defaults(kind)
    return {name: value for name, value in msgspec.structs.asdict(rules).items() if value != getattr(usual, name)}


def days_kept(rules: Rules) -> int | None:
    """For how long messages stay: as the room has it, never longer than the server. None = for ever."""
    return min(filter(None, (rules.keep_days, setting("RETENTION_DAYS"))), default=None)
