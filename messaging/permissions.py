"""Who may do what to a message. What holds for the room stands in rooms.permissions."""

from datetime import timedelta

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from chatsite.errors import ChatError, Conflict, NotFound, PermissionDenied, ValidationFailed
from chatsite.live import setting
from messaging.links import has_link
from messaging.models import Message
from rooms.contacts import require_may_reach
from rooms.models import Membership, Room
from rooms.permissions import can_recall_others, may, require_open, require_post


def require_right_to_post(room: Room, membership: Membership) -> None:
    """What editing, reacting and pinning need: not muted, not archived, and in direct rooms a peer who lets them."""
    require_post(room, membership)
    require_may_reach(room, membership.user_id)


def require_length(content: str) -> None:
    """What the server takes now; the contract's bound stands in the schema."""
    if len(content) > setting("CONTENT_CHARS"):
        raise ValidationFailed({"content": [_("This is too long.")]})


def require_links(room: Room, membership: Membership, content: str) -> None:
    """In rooms where not everyone may post links, texts of others hold none."""
    if room.rules.links != "everyone" and not may(room, membership, "links") and has_link(content):
        raise PermissionDenied(_("Only the room's admins may post links here."))


def require_in_sight(message: Message, membership: Membership) -> None:
    """What was said before a member's history begins does not exist for them."""
    if message.seq <= membership.history_after_seq:
        raise NotFound


def require_text(message: Message) -> None:
    """System lines are nobody's to change."""
    if message.kind != Message.TEXT:
        raise PermissionDenied


def require_not_recalled(message: Message) -> None:
    if message.recalled_at is not None:
        raise ChatError("conflict")


def is_own(message: Message, membership: Membership) -> bool:
    return message.sender_id == membership.user_id


def can_recall(message: Message, membership: Membership) -> bool:
    return is_own(message, membership) or can_recall_others(membership)


def require_recall(room: Room, message: Message, membership: Membership) -> None:
    """One's own for a while; owner and admins anybody's at any time."""
    require_open(room)
    if not can_recall_others(membership) and now() > message.created_at + recall_window(room):
        raise ChatError("recall_window_closed")


def recall_window(room: Room) -> timedelta:
    own = room.rules.recall_seconds
    return timedelta(seconds=setting("RECALL_WINDOW_SECONDS") if own is None else own)


def require_edit_window(room: Room, message: Message) -> None:
    own = room.rules.edit_seconds
    seconds = setting("EDIT_WINDOW_SECONDS") if own is None else own
    if seconds and now() > message.created_at + timedelta(seconds=seconds):
        raise Conflict(_("It is too late to edit this message."))
