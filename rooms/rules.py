"""What a room's people may do. Stored is only what differs from the defaults, which are those of the contract."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

Who = Literal["everyone", "admins"]  # of its members; the owner is one of the admins
Join = Literal["open", "approval"]  # of public rooms
History = Literal["all", "since_joining"]
SLOW_SECONDS_MAX = 6 * 3600
SlowSeconds = Annotated[int, Meta(ge=0, le=SLOW_SECONDS_MAX)]
WindowSeconds = Annotated[int, Meta(ge=0, le=10 * 365 * 86_400)]


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """`mention_all` by_size: everyone in rooms of up to 50, admins in larger ones.

    `history`: what people who come in from now on may read; who is in keeps what they could read.
    Between two messages of one member lie `slow_seconds`, but for admins. One's own messages are recalled and edited
    within `recall_seconds` and `edit_seconds`; null = as the server has it, an edit_seconds of 0 = at any time.
    """

    post: Who = "everyone"
    links: Who = "everyone"
    upload: Who = "everyone"
    mention_all: Literal["everyone", "admins", "by_size"] = "by_size"
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


_OF_KIND: dict[str, Rules] = {"private": Rules(invite="admins", add="admins")}


def defaults(kind: str) -> Rules:
    return _OF_KIND.get(kind) or Rules()


def read(kind: str, stored: Mapping[str, Any]) -> Rules:
    """The rules of a room of this kind."""
    return msgspec.structs.replace(defaults(kind), **stored)


def to_store(kind: str, rules: Rules) -> dict[str, Any]:
    """-> what differs from the defaults"""
    usual = defaults(kind)
    return {name: value for name, value in msgspec.structs.asdict(rules).items() if value != getattr(usual, name)}
