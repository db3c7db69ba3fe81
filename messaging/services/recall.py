"""Taking a message back: nothing of what it said stays anywhere."""

from django.utils.timezone import now

from chatsite.audit.services import record
from chatsite.errors import PermissionDenied
from chatsite.transactions import repeated_on_conflict
from messaging.models import Mention, Message, Reaction
from messaging.permissions import can_recall, require_recall, require_text
from messaging.schemas import MessageOut
from messaging.services.message_changes import MessageChange, changing_message


@repeated_on_conflict
def recall(*, user_id: int, message_id: int) -> MessageOut:
    """Empties a message for all, and leaves its place; again changes nothing."""
    with changing_message(user_id, message_id) as change:
        message = change.message
        require_text(message)
        if not can_recall(message, change.membership):
            raise PermissionDenied
        if message.recalled_at is not None:
            return change.unchanged()
        require_recall(change.room, message, change.membership)
        return recall_locked(change, by_id=user_id)


def recall_locked(change: MessageChange, *, by_id: int) -> MessageOut:
    """Under the room's lock, whoever may."""
    empty(change.message)
    if change.message.sender_id != by_id:
        _record(change.message, by=by_id)
    return change.save()


def _record(message: Message, *, by: int) -> None:
    details = {"room_id": message.room_id, "sender_id": message.sender_id}
    record(actor=by, action="message.recall", target_type="message", target_id=message.pk, details=details)


def empty(message: Message) -> None:
    """Still to be saved; what hangs on it is deleted."""
    called = [*message.mentions, Mention.ALL, Mention.HERE]  # by whom the index goes
    Mention.objects.filter(room_id=message.room_id, user_id__in=called, seq=message.seq).delete()
    Reaction.objects.filter(message_id=message.id).delete()
    message.content = ""
    message.mentions, message.mention_all, message.mention_here = [], False, False
    message.pinned_at = None
    message.recalled_at = now()
