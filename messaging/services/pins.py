"""What a room keeps on top."""

from django.db.models import Q
from django.utils.timezone import now

from chatsite.api.pagination import from_cursor, page
from chatsite.gateway.frames import Moment
from chatsite.transactions import repeated_on_conflict
from messaging.models import Message
from messaging.permissions import require_not_recalled, require_right_to_post, require_text
from messaging.rendering import messages_out
from messaging.schemas import MessageId, MessagePage
from messaging.services.message_changes import MembersChange, changing_message
from rooms.permissions import may, require
from rooms.services.rooms import room_for_member


@repeated_on_conflict
def pin(*, user_id: int, message_id: int) -> None:
    """Pins a message; again changes nothing."""
    with changing_message(user_id, message_id) as change:
        _require_may_pin(change)
        require_not_recalled(change.message)
        if change.message.pinned_at is None:
            change.message.pinned_at = now()
            change.save()


@repeated_on_conflict
def unpin(*, user_id: int, message_id: int) -> None:
    """Takes a message off the pinned ones; again changes nothing."""
    with changing_message(user_id, message_id) as change:
        _require_may_pin(change)
        if change.message.pinned_at is not None:
            change.message.pinned_at = None
            change.save()


def _require_may_pin(change: MembersChange) -> None:
    require_right_to_post(change.room, change.membership)
    require_text(change.message)
    require(may(change.room, change.membership, "pin"))


def pins(*, user_id: int, room_id: int, cursor: str | None, limit: int) -> MessagePage:
    """The pinned messages of a room, the newest pin first."""
    _room, me = room_for_member(user_id, room_id)
    rows = (
        Message.objects.in_room(room_id)
        .filter(pinned_at__isnull=False, seq__gt=me.history_after_seq)
        .order_by("-pinned_at", "-id")
    )
    if key := from_cursor(cursor, tuple[Moment, MessageId]):
        rows = rows.filter(Q(pinned_at__lt=key[0]) | Q(pinned_at=key[0], id__lt=key[1]))
    found, following = page(list(rows[: limit + 1]), limit, lambda m: (m.pinned_at.isoformat(), m.id))
    return MessagePage(results=messages_out(found), next=following)
