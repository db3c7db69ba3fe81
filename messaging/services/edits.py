"""Changing what one wrote."""

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from chatsite.errors import PermissionDenied, ValidationFailed
from chatsite.transactions import repeated_on_conflict
from messaging.permissions import (
    is_own,
    require_edit_window,
    require_links,
    require_not_recalled,
    require_right_to_post,
)
from messaging.schemas import MessageOut
from messaging.services.message_changes import changing_message


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
        require_links(change.room, change.membership, content)
        if message.content == content:
            return change.unchanged()
        message.content, message.edited_at = content, now()
        return change.save()
