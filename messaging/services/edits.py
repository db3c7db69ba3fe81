"""Changing what one wrote."""

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from chatsite.errors import PermissionDenied, ValidationFailed
from chatsite.transactions import repeated_on_conflict
from messaging import words
from messaging.permissions import (
    is_own,
    require_edit_window,
    require_length,
    require_links,
    require_not_recalled,
    require_right_to_post,
)
from messaging.schemas import MessageOut
from messaging.services.message_changes import changing_message
from messaging.services.reports import flag


@repeated_on_conflict
def edit(*, user_id: int, message_id: int, content: str) -> MessageOut:
    """Gives one's own message another text; whom it mentions stays as it was sent."""
    if not content.strip():
        raise ValidationFailed({"content": [_("This field is required.")]})
    with changing_message(user_id, message_id) as change:
        message = change.message
        if not is_own(message, change.membership):
            raise PermissionDenied
        require_right_to_post(change.room, change.membership)
        require_not_recalled(message)
        require_edit_window(change.room, message)
        require_length(content)
        require_links(change.room, change.membership, content)
        verdict = words.current().judge(content)
        if message.content == verdict.content:
            return change.unchanged()
        if verdict.flagged and not change.room.is_direct:
            flag([(message, verdict.flagged)])
        message.content, message.edited_at = verdict.content, now()
        return change.save()
