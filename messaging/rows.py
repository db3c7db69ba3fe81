"""A message as the hot paths handle it: what the model holds, at a tenth of its weight."""

from datetime import datetime
from typing import Any

import msgspec

from messaging.models import Message


class MessageRow(msgspec.Struct, kw_only=True):
    """The fields of `Message` under the same names. New messages get their id with the INSERT."""

    id: int = 0
    room_id: int
    seq: int
    version: int
    number: int
    kind: str = Message.TEXT
    sender_id: int | None
    content: str
    nonce: str
    fingerprint: bytes
    reply_to_id: int | None
    mentions: list[int]
    mention_all: bool
    mention_here: bool = False
    system: dict[str, Any] | None = None
    pinned_at: datetime | None = None
    edited_at: datetime | None = None
    recalled_at: datetime | None = None
    created_at: datetime


AnyMessage = Message | MessageRow
