"""Messages on the wire."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from accounts.schemas import SenderOut, UserId, UserOut
from chatsite.api.schema import component
from chatsite.gateway.events import Event
from chatsite.gateway.frames import Schema
from messaging.models import FilteredWord
from rooms.schemas import MemberOut, RoomId, RoomOut

CONTENT_CHARS = 8_000
MENTIONS_MAX = 50
REACTION_USERS_MAX = 200
REPORT_CHARS = 500
MessageId = Annotated[int, Meta(ge=1, le=2**53 - 1)]
Seq = Annotated[int, Meta(ge=0, le=2**53 - 1)]
Content = Annotated[str, Meta(max_length=CONTENT_CHARS)]
Nonce = Annotated[str, Meta(pattern=r"^[A-Za-z0-9._:-]{1,64}$(?!\n)")]
Emoji = Annotated[str, Meta(min_length=1, max_length=32)]
Version = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class ReplyOut(msgspec.Struct, frozen=True, kw_only=True):
    """What a message answers; the excerpt is read afresh and empty once that is recalled. seq 0: deleted for good.

    "…" is an excerpt that some who get it may not read.
    """

    id: int
    seq: int
    sender: SenderOut | None
    excerpt: str


class ReactionOut(msgspec.Struct, frozen=True, kw_only=True):
    emoji: str
    count: int
    user_ids: list[int]


class SystemOut(msgspec.Struct, frozen=True, kw_only=True):
    """A line that clients word: joined, left, kicked, banned, renamed …; actor and target are users."""

    event: str
    actor: SenderOut | None
    target: SenderOut | None
    value: str | None


class AttachmentOut(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    name: str
    size: int
    content_type: str
    width: int | None
    height: int | None
    url: str
    thumbnail_url: str | None


class MessageOut(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    room_id: int
    seq: int
    version: int
    kind: Literal["text", "system"]
    sender: SenderOut | None
    content: str
    nonce: str
    reply_to: ReplyOut | None
    mentions: list[int]
    mention_all: bool
    mention_here: bool
    attachments: list[AttachmentOut]
    reactions: list[ReactionOut]
    system: SystemOut | None
    pinned_at: datetime | None
    edited_at: datetime | None
    recalled_at: datetime | None
    created_at: datetime


class NewMessage(Event):
    room_id: int
    version: int
    message: MessageOut


class MessageUpdated(Event):
    """Edited, recalled, reacted to, pinned."""

    room_id: int
    version: int
    message: MessageOut


class RoomSync(Event):
    """All rows of a room changed in (from_version, version], as they are now; `room` null = unchanged."""

    room_id: int
    from_version: int
    version: int
    complete: bool
    room: RoomOut | None
    members: list[MemberOut]
    messages: list[MessageOut]

    @classmethod
    def unsaid(cls, room: RoomOut, *, since: int) -> "RoomSync":
        """Stands for changes that are to be asked for."""
        return cls(
            room_id=room.id,
            from_version=since,
            version=room.version,
            complete=False,
            room=room,
            members=[],
            messages=[],
        )


@component
class RoomHead(msgspec.Struct, frozen=True, gc=False):
    """A row of `ready`."""

    room_id: int
    version: int
    last_seq: int
    last_read_seq: int
    unread_count: int
    mention_count: int


class ReadUpdated(Event):
    room_id: int
    user_id: int
    last_read_seq: int


class SendBody(Schema):
    """POST /api/rooms/{id}/messages; `mention_here` calls the members who are online at that moment."""

    content: Content
    nonce: Nonce | None = None
    reply_to: MessageId | None = None
    mentions: Annotated[list[UserId], Meta(max_length=MENTIONS_MAX)] = []
    mention_all: bool = False
    mention_here: bool = False
    attachment_ids: Annotated[list[MessageId], Meta(max_length=20)] = []


class SendMessage(SendBody):
    """send_message: into a room, or to a person."""

    room_id: RoomId | None = None
    receiver_id: UserId | None = None


class SendAck(msgspec.Struct, frozen=True, kw_only=True):
    nonce: str
    room_id: int
    message_id: int
    seq: int
    version: int
    created_at: datetime
    duplicate: bool


class EditBody(Schema):
    """PATCH /api/messages/{id}"""

    content: Content


class EditMessage(EditBody):
    message_id: MessageId


class RecallMessage(Schema):
    message_id: MessageId


class React(Schema):
    """add_reaction and remove_reaction"""

    message_id: MessageId
    emoji: Emoji


class SeqBody(Schema):
    """POST /api/rooms/{id}/read and …/unread"""

    seq: Seq


class MarkRead(SeqBody):
    room_id: RoomId


class SyncRoom(Schema):
    room_id: RoomId
    version: Version


class VersionAck(msgspec.Struct, frozen=True, kw_only=True):
    """The version of the room at which the message is as wanted."""

    version: int


class ReadOut(msgspec.Struct, frozen=True, kw_only=True):
    last_read_seq: int


class ReadersOut(msgspec.Struct, frozen=True, kw_only=True):
    """Without the sender and those who keep their read receipts to themselves."""

    read: list[UserOut]
    unread: list[UserOut]


class HistoryPage(msgspec.Struct, frozen=True, kw_only=True):
    """Ascending by seq."""

    results: list[MessageOut]
    has_before: bool
    has_after: bool


class MessagePage(msgspec.Struct, frozen=True, kw_only=True):
    results: list[MessageOut]
    next: str | None


class MakeReport(Schema):
    """POST /api/messages/{id}/report and /api/users/{id}/report"""

    reason: Literal["spam", "abuse", "illegal", "other"]
    text: Annotated[str, Meta(max_length=REPORT_CHARS)] = ""


class CloseReport(Schema):
    note: Annotated[str, Meta(max_length=REPORT_CHARS)] = ""


class ReportOut(msgspec.Struct, frozen=True, kw_only=True):
    """`reporter` null = the word filter; `message` null = it is about the person `user`."""

    id: int
    reason: Literal["spam", "abuse", "illegal", "other", "words"]
    text: str
    reporter: SenderOut | None
    user: SenderOut | None
    room_id: int | None
    room_name: str | None
    message: MessageOut | None
    created_at: datetime
    closed_at: datetime | None
    closed_by: SenderOut | None
    note: str


class ReportPage(msgspec.Struct, frozen=True, kw_only=True):
    results: list[ReportOut]
    next: str | None


Action = Literal["block", "mask", "flag"]


class AddWords(Schema):
    """POST /api/words: words that are on a list already move to this one."""

    words: Annotated[
        list[Annotated[str, Meta(min_length=1, max_length=FilteredWord.CHARS)]], Meta(min_length=1, max_length=1_000)
    ]
    action: Action


class WordOut(msgspec.Struct, frozen=True, kw_only=True):
    """What the word filter looks for: block refuses the message, mask covers the word, flag reports the message."""

    id: int
    word: str
    action: Action
    created_at: datetime


class WordPage(msgspec.Struct, frozen=True, kw_only=True):
    results: list[WordOut]
    next: str | None
