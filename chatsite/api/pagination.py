"""Cursors: opaque to clients, the last row's sort key to us."""

import base64
import binascii
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec
from django.utils.translation import gettext_lazy as _

from chatsite.errors import ValidationFailed

T = TypeVar("T")


def to_cursor(*key: int | str) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode().rstrip("=")


def from_cursor(text: str | None, kind: type[T]) -> T | None:
    """`text` back to its key, a tuple type such as tuple[str, int]; garbage is a validation_error."""
    if not text:
        return None
    try:
        key = msgspec.json.decode(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), type=kind)
        _require_tellable(key)
    except (msgspec.DecodeError, binascii.Error, UnicodeDecodeError, ValueError, OverflowError):
        raise ValidationFailed({"cursor": [_("This cursor is not valid.")]}) from None
    return key


def _require_tellable(key: Any) -> None:
    """Raises OverflowError for times at the ends of the calendar that UTC cannot tell."""
    for part in key if isinstance(key, Iterable) else ():
        if isinstance(part, datetime):
            part.astimezone(UTC)


def page(rows: Sequence[T], limit: int, key: Any) -> tuple[Sequence[T], str | None]:
    """`rows` fetched with one more than `limit` -> (the page, the next page's cursor or None)."""
    if len(rows) <= limit:
        return rows, None
    rows = rows[:limit]
    return rows, to_cursor(*key(rows[-1]))
