"""What administrators of the server may do with messages: take them back, and read those that were said in a group.

A direct conversation belongs to its two people. What was said there reaches an administrator only as one of the two
reports it; that somebody has asked for more is recorded, and refused.
"""

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import require_staff
from chatsite.audit.services import record
from chatsite.errors import NotFound, PermissionDenied, ValidationFailed
from chatsite.transactions import repeated_on_conflict
from messaging.models import Message
from messaging.permissions import require_text
from messaging.services.message_changes import MessageChange, room_of
from messaging.services.recall import recall_locked
from rooms.changes import changing
from rooms.models import Room

REASON_CHARS = 300


@repeated_on_conflict
def recall(*, by: User, message_id: int) -> None:
    """Empties a message for all, in any room and at any time; again changes nothing."""
    require_staff(by)
    with changing(room_of(message_id)) as change:
        message, room = Message.objects.get(pk=message_id), Room.objects.get(pk=change.room_id)
        require_text(message)
        if message.recalled_at is None:
            recall_locked(MessageChange(change, room, message), by_id=by.pk)


def readable(messages: Iterable[Message], rooms: Mapping[int, Room]) -> dict[int, str]:
    """-> {message id: its content} of those that administrators may read; `rooms`: where they were said."""
    return {m.id: m.content for m in messages if m.room_id in rooms and not rooms[m.room_id].is_direct}


def ask_for_direct(*, by: User, message_id: int, reason: str) -> None:
    """Records that somebody wanted to read what two people say to each other, and refuses it."""
    require_staff(by)
    if not (reason := reason.strip()):
        raise ValidationFailed({"reason": [_("This field is required.")]})
    message = Message.objects.filter(pk=message_id).first()
    room = Room.objects.filter(pk=message.room_id, kind=Room.DIRECT).first() if message else None
    if message is None or room is None:
        raise NotFound
    with transaction.atomic():
        details = {"room_id": room.pk, "sender_id": message.sender_id, "reason": reason[:REASON_CHARS]}
        record(actor=by, action="message.ask", target_type="message", target_id=message.pk, details=details)
    raise PermissionDenied(
        _("What two people say to each other is for nobody else to read. That you asked has been recorded.")
    )
