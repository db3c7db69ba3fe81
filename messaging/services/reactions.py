"""Answering with an emoji."""

from django.utils.translation import gettext_lazy as _

from chatsite.errors import Conflict, ValidationFailed
from chatsite.transactions import repeated_on_conflict
from messaging.emoji import is_emoji
from messaging.models import Reaction
from messaging.permissions import require_not_recalled, require_right_to_post, require_text
from messaging.schemas import MessageOut
from messaging.services.message_changes import MembersChange, changing_message
from rooms.permissions import may, require

EMOJI_CHARS = 32
KINDS_MAX = 50  # different emoji on one message


@repeated_on_conflict
def add_reaction(*, user_id: int, message_id: int, emoji: str) -> MessageOut:
    """Reacts to a message; the same again changes nothing."""
    _require_emoji(emoji)
    with changing_message(user_id, message_id) as change:
        _require_may_react(change)
        require(may(change.room, change.membership, "react"))
        given = Reaction.objects.filter(message_id=message_id)
        if given.filter(user_id=user_id, emoji=emoji).exists():
            return change.unchanged()
        kinds = set(given.values_list("emoji", flat=True).distinct())
        if emoji not in kinds and len(kinds) >= KINDS_MAX:
            raise Conflict(_("This message has as many different reactions as there can be."))
        Reaction.objects.create(room_id=change.room.id, message_id=message_id, user_id=user_id, emoji=emoji)
        return change.save()


@repeated_on_conflict
def remove_reaction(*, user_id: int, message_id: int, emoji: str) -> MessageOut:
    """Takes one's reaction back; one that is not there changes nothing."""
    _require_emoji(emoji)
    with changing_message(user_id, message_id) as change:
        _require_may_react(change)
        gone, _rows = Reaction.objects.filter(message_id=message_id, user_id=user_id, emoji=emoji).delete()
        return change.save() if gone else change.unchanged()


def _require_emoji(emoji: str) -> None:
    if len(emoji) > EMOJI_CHARS or not is_emoji(emoji):
        raise ValidationFailed({"emoji": [_("This is not an emoji.")]})


def _require_may_react(change: MembersChange) -> None:
    require_right_to_post(change.room, change.membership)
    require_text(change.message)
    require_not_recalled(change.message)
