"""Pages of a room's messages. Without gaps in seq every page is a stretch of numbers."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, cast

import msgspec
from django.db import connection
from django.utils.translation import gettext_lazy as _

from accounts.authentication import Question
from accounts.models import NamesVersion
from accounts.public import senders_out
from chatsite.errors import ValidationFailed
from chatsite.gateway.events import encode
from messaging import recent
from messaging.models import Epoch, Message
from messaging.ready_pages import Stamp, ready_pages
from messaging.recent import Kept, Ready, Row
from messaging.rendering import Begins, messages_out, reactions_of
from messaging.schemas import MessageOut
from messaging.services.message_changes import message_for_member
from rooms.models import RoomCounter
from rooms.services.rooms import room_for_member


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where in the room; bounds are exclusive. Nothing set = the newest page."""

    before: int | None = None
    after: int | None = None
    around: int | None = None
    at: datetime | None = None


class Head(NamedTuple):
    """Where the room stands."""

    room_id: int
    last_seq: int
    version: int
    last_message_id: int | None
    begins_after: int  # which seq: what is older is deleted, or does not exist for this member
    names_version: int | None
    epoch: str | None

    @property
    def stamp(self) -> Stamp:
        """The same for as long as every message of the room looks the same to this member."""
        return self.version, self.last_message_id, self.names_version, self.epoch, self.begins_after

    @property
    def begins(self) -> Begins:
        return {self.room_id: self.begins_after}


class Stretch(NamedTuple):
    """From `first` to `last`, both included; empty when first > last."""

    first: int
    last: int


def parse_time(name: str, text: str) -> datetime:
    """ISO 8601; without an offset it is UTC."""
    try:
        time = msgspec.convert(text, datetime)
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (msgspec.ValidationError, OverflowError):
        raise ValidationFailed({name: [_("This is not a time.")]}) from None


def history(*, user_id: int, room_id: int, place: Place, limit: int, standing: tuple[Any, ...] | None = None) -> bytes:
    """A page of the room's messages, for its members. -> a HistoryPage, encoded.

    `standing`: what `standing_question` found, if the caller has just asked.
    """
    head = Head(*standing) if standing else _head_for_member(user_id, room_id)
    _require_one_bound(place)
    stretch = _stretch(place, head, limit)
    results = _results(head, stretch)
    has_before, has_after = encode(stretch.first > head.begins_after + 1), encode(stretch.last < head.last_seq)
    return b'{"results":[%b],"has_before":%b,"has_after":%b}' % (results, has_before, has_after)


# One statement for what nearly every call asks: is this a member, and where does the room stand?
_HEAD = """
SELECT c.room_id, c.last_seq, c.version, c.last_message_id,
    CASE WHEN c.purged_seq > m.history_after_seq THEN c.purged_seq ELSE m.history_after_seq END,
    names.value, epoch.value
FROM rooms_membership m JOIN rooms_roomcounter c ON c.room_id = m.room_id
LEFT JOIN accounts_namesversion names ON names.id = 1 LEFT JOIN messaging_epoch epoch ON epoch.id = 1
"""
_OF_MEMBER = "m.room_id = %s AND m.user_id = %s AND m.left_at IS NULL AND NOT m.is_hidden"


def standing_question(user_id: int, room_id: int) -> Question:
    """Finds a row, the fields of a Head, for members only."""
    return Question(_HEAD, _OF_MEMBER, (room_id, user_id))


def _head_for_member(user_id: int, room_id: int) -> Head:
    with connection.cursor() as cursor:
        cursor.execute(f"{_HEAD} WHERE {_OF_MEMBER}", [room_id, user_id])
        row = cursor.fetchone()
    if row is not None:
        return Head(*row)
    _room, me = room_for_member(user_id, room_id)  # raises what this one is to be told
    counter = RoomCounter.objects.get(pk=room_id)  # unless they have come in this very moment
    begins_after = max(counter.purged_seq, me.history_after_seq)
    names, epoch = NamesVersion.current(), Epoch.current()
    return Head(room_id, counter.last_seq, counter.version, counter.last_message_id, begins_after, names, epoch)


def _require_one_bound(place: Place) -> None:
    given = [name for name in place.__struct_fields__ if getattr(place, name) is not None]
    if len(given) > 1:
        raise ValidationFailed({name: [_("Give one of before, after, around and at.")] for name in given})


def _stretch(place: Place, head: Head, limit: int) -> Stretch:
    oldest, newest = head.begins_after + 1, head.last_seq
    if place.before is not None:
        last = min(place.before - 1, newest)
        return Stretch(max(last - limit + 1, oldest), max(last, 0))
    if place.after is not None:
        first = max(min(place.after, newest) + 1, oldest)
        return Stretch(first, min(first + limit - 1, newest))
    middle = _first_since(head, place.at) if place.at is not None else place.around
    if middle is None:
        return Stretch(max(newest - limit + 1, oldest), newest)
    first = max(min(middle - limit // 2, newest - limit + 1), oldest)
    return Stretch(first, min(first + limit - 1, newest))


def _first_since(head: Head, at: datetime) -> int | None:
    """-> seq of the first message at or after that time; None = all are older."""
    rows = Message.objects.in_room(head.room_id).filter(created_at__gte=at).order_by("created_at", "seq")
    return rows.values_list("seq", flat=True).first()


def _results(head: Head, stretch: Stretch) -> bytes:
    """-> the messages, encoded, with commas between them"""
    is_recent = head.last_seq - recent.ROWS < stretch.first <= stretch.last
    if is_recent and (page := ready_pages.get(head.room_id, stretch, head.stamp)) is not None:
        return page
    messages = _recent(head, stretch) if is_recent else None
    results = _stored(head, stretch) if messages is None else b",".join(messages)
    if is_recent:
        ready_pages.put(head.room_id, stretch, head.stamp, results)
    return results


def _recent(head: Head, stretch: Stretch) -> list[bytes] | None:
    """From Redis, if all of the stretch is there. -> messages, encoded"""
    kept = recent.read(head.room_id, head.version, head.last_message_id)
    if kept is None or kept[0].seq > stretch.first:
        return None
    first, last = stretch
    return _encoded([one for one in kept if first <= one.seq <= last], head.begins)


def _encoded(kept: Sequence[Kept], begins: Begins) -> list[bytes]:
    """Names are joined now: into the gaps of what is ready, the usual way for the few others."""
    senders = senders_out({one.sender_id for one in kept})
    name = {user_id: encode(sender) for user_id, sender in senders.items()}.get
    others = [one for one in kept if type(one) is Row]
    if not others:
        return [b"".join((one.head, name(one.sender_id, b"null"), one.tail)) for one in cast("Sequence[Ready]", kept)]
    reactions = {one.id: one.reactions for one in others}
    rows = [one.message() for one in others]
    outs = iter(messages_out(rows, senders=senders, reactions=reactions, begins=begins))
    return [
        b"".join((one.head, name(one.sender_id, b"null"), one.tail)) if isinstance(one, Ready) else encode(next(outs))
        for one in kept
    ]


def _stored(head: Head, stretch: Stretch) -> bytes:
    """-> messages, encoded, with commas between them"""
    rows = Message.objects.in_room(head.room_id).filter(seq__gte=stretch.first, seq__lte=stretch.last)
    messages = list(rows.order_by("seq"))
    reactions = reactions_of(messages)
    if stretch.last == head.last_seq:
        newest = [m for m in messages if m.seq > head.last_seq - recent.ROWS]
        recent.fill(head.room_id, head.version, newest, reactions)
    return encode(messages_out(messages, reactions=reactions, begins=head.begins))[1:-1]


def get_message(*, user_id: int, message_id: int) -> MessageOut:
    """One message, for the members of its room."""
    (out,) = messages_out([message_for_member(user_id, message_id)])
    return out
