"""What a user decides for themselves. Stored as JSON, read and written only through these structs."""

from typing import Annotated, Any, Literal

import msgspec
from django.utils.translation import gettext_lazy as _
from msgspec import UNSET, Meta, UnsetType

from chatsite.errors import ValidationFailed
from chatsite.gateway.frames import Schema

CLIENT_BYTES = 16 * 1024  # of JSON that clients keep here for themselves

Audience = Literal["everyone", "contacts", "nobody"]  # contacts: friends, and people one shares a room with
ClientKey = Annotated[str, Meta(min_length=1, max_length=64)]


class Preferences(msgspec.Struct, frozen=True, kw_only=True):
    """The first five are kept by the server; the others are the clients' and follow the user to every device."""

    message_me: Audience = "everyone"
    find_me: Audience = "everyone"
    add_to_rooms: Audience = "everyone"
    last_seen: Audience = "everyone"
    read_receipts: bool = True
    theme: Literal["system", "light", "dark"] = "system"
    density: Literal["comfortable", "compact"] = "comfortable"
    message_style: Literal["flat", "bubble"] = "flat"
    font_scale: Literal["small", "normal", "large", "larger"] = "normal"
    send_key: Literal["enter", "ctrl_enter"] = "enter"
    notifications: Literal["all", "mentions", "none"] = "all"
    notification_preview: bool = True
    sound: bool = True
    client: dict[str, Any] = {}


class PreferencesPatch(Schema, frozen=True, kw_only=True):
    """Only what is given changes. `client` is merged key by key; null removes a key."""

    message_me: Audience | UnsetType = UNSET
    find_me: Audience | UnsetType = UNSET
    add_to_rooms: Audience | UnsetType = UNSET
    last_seen: Audience | UnsetType = UNSET
    read_receipts: bool | UnsetType = UNSET
    theme: Literal["system", "light", "dark"] | UnsetType = UNSET
    density: Literal["comfortable", "compact"] | UnsetType = UNSET
    message_style: Literal["flat", "bubble"] | UnsetType = UNSET
    font_scale: Literal["small", "normal", "large", "larger"] | UnsetType = UNSET
    send_key: Literal["enter", "ctrl_enter"] | UnsetType = UNSET
    notifications: Literal["all", "mentions", "none"] | UnsetType = UNSET
    notification_preview: bool | UnsetType = UNSET
    sound: bool | UnsetType = UNSET
    client: dict[ClientKey, Any] | UnsetType = UNSET


def read(stored: dict[str, Any]) -> Preferences:
    """-> all of them, defaults filled in; a stored value that is no longer possible counts as not set."""
    try:
        return msgspec.convert(stored, Preferences)
    except msgspec.ValidationError:
        return msgspec.convert({k: v for k, v in stored.items() if _is_valid(k, v)}, Preferences)


def _is_valid(name: str, value: Any) -> bool:
    try:
        msgspec.convert({name: value}, Preferences)
    except msgspec.ValidationError:
        return False
    return True


def merge(stored: dict[str, Any], patch: PreferencesPatch) -> dict[str, Any]:
    """-> what to store."""
    given = {f: v for f in patch.__struct_fields__ if (v := getattr(patch, f)) is not UNSET}
    client = {**stored.get("client", {}), **given.pop("client", {})}
    client = {key: value for key, value in client.items() if value is not None}
    if len(msgspec.json.encode(client)) > CLIENT_BYTES:
        raise ValidationFailed({"preferences": [_("There is no room for this many client settings.")]})
    return {**stored, **given, "client": client}
