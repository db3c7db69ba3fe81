"""Live settings on the wire."""

from datetime import datetime

import msgspec

from chatsite.gateway.frames import Schema

Value = bool | int | str


class SettingOut(msgspec.Struct, frozen=True, kw_only=True):
    """`default` is the environment's value; without an override it holds."""

    name: str
    value: Value
    default: Value
    is_overridden: bool
    changed_at: datetime | None
    changed_by: int | None


class SettingPage(msgspec.Struct, frozen=True, kw_only=True):
    results: list[SettingOut]
    next: str | None = None


class ChangeSettings(Schema):
    """All of these, or none."""

    values: dict[str, Value]
