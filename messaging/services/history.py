"""Pages of a room's messages. Without gaps in seq every page is a stretch of numbers."""

from datetime import UTC, datetime
from typing import NamedTuple

import msgspec
from django.utils.translation import gettext_lazy as _

from chatsite.errors import ValidationFailed
from messaging import recent
from messaging.models import Message
from messaging.recent import Recent
from messaging.rendering import messages_out, reactions_of
from messaging.schemas import HistoryPage, MessageOut
from messaging.services.message_changes import room_of
from rooms.models import RoomCounter
from rooms.services.rooms import room_for_member


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where in the room; bounds are exclusive. Nothing set = the newest page."""

    before: int | None = None
    after: int | None = None
    around: int | None = None
    at: datetime | None = None


class Stretch(NamedTuple):
    """From `first` to `last`, both included; empty when first > last."""

    first: int
    last: int

    def __contains__(self, seq: object) -> bool:
        return isinstance(seq, int) and self.first <= seq <= self.last


def parse_time(name: str, text: str) -> datetime:
    """ISO 8601; without an offset it is UTC."""
    try:
        time = msgspec.convert(text, datetime)
        return time.replace(tzinfo=UTC) if time.tzinfo is None else time.astimezone(UTC)
    except (msgspec.ValidationError, OverflowError):
        raise ValidationFailed({name: [_("This is not a time.")]}) from None


def history(*, user_id: int, room_id: int, place: Place, limit: int) -> HistoryPage:
    """A page of the room's messages, for its members."""
    room_for_member(user_id, room_id)
    _require_one_bound(place)
    counter = RoomCounter.objects.get(pk=room_id)
    stretch = _stretch(place, counter, limit)
    found = _recent(counter, stretch) or _stored(counter, stretch)
    return HistoryPage(
        results=messages_out(found.messages, reactions=found.reactions),
        has_before=stretch.first > 1,
        has_after=stretch.last < counter.last_seq,
    )


def _require_one_bound(place: Place) -> None:
    given = [name for name in place.__struct_fields__ if getattr(place, name) is not None]
    if len(given) > 1:
        raise ValidationFailed({name: [_("Give one of before, after, around and at.")] for name in given})


def _stretch(place: Place, counter: RoomCounter, limit: int) -> Stretch:
    newest = counter.last_seq
    if place.before is not None:
        last = min(place.before - 1, newest)
        return Stretch(max(last - limit + 1, 1), max(last, 0))
    if place.after is not None:
        first = min(place.after, newest) + 1
        return Stretch(first, min(first + limit - 1, newest))
    middle = _first_since(counter, place.at) if place.at is not None else place.around
    if middle is None:
        return Stretch(max(newest - limit + 1, 1), newest)
    first = max(min(middle - limit // 2, newest - limit + 1), 1)
    return Stretch(first, min(first + limit - 1, newest))


def _first_since(counter: RoomCounter, at: datetime) -> int | None:
    """-> seq of the first message at or after that time; None = all are older."""
    rows = Message.objects.in_room(counter.room_id).filter(created_at__gte=at).order_by("created_at", "seq")
    return rows.values_list("seq", flat=True).first()


def _recent(counter: RoomCounter, stretch: Stretch) -> Recent | None:
    """From Redis, if all of the stretch is there."""
    if stretch.first <= counter.last_seq - recent.ROWS or stretch.first > stretch.last:
        return None
    kept = recent.read(counter)
    if kept is None or not kept.messages or kept.messages[0].seq > stretch.first:
        return None
    return Recent([m for m in kept.messages if m.seq in stretch], kept.reactions)


def _stored(counter: RoomCounter, stretch: Stretch) -> Recent:
    rows = Message.objects.in_room(counter.room_id).filter(seq__gte=stretch.first, seq__lte=stretch.last)
    messages = list(rows.order_by("seq"))
    found = Recent(messages, reactions_of(messages))
    if stretch.last == counter.last_seq:
        newest = [m for m in messages if m.seq > counter.last_seq - recent.ROWS]
        recent.fill(counter, Recent(newest, found.reactions))
    return found


def get_message(*, user_id: int, message_id: int) -> MessageOut:
    """One message, for the members of its room."""
    room_for_member(user_id, room_of(message_id))
    (out,) = messages_out([Message.objects.get(pk=message_id)])
    return out
