"""Who was called by name: the count behind each room's mark, and the inbox over all rooms."""

from collections.abc import Collection, Sequence

from django.db.models import Count, Min

from chatsite.api.pagination import from_cursor, page
from messaging.after_marks import AfterMarks
from messaging.models import Mention, Message
from messaging.rendering import messages_out
from messaging.schemas import MessageId, MessagePage
from rooms.models import Membership
from rooms.slots import UnreadMentions

ROOMS_MAX = 1_000  # a statement


def unread_mentions(memberships: Collection[Membership]) -> dict[tuple[int, int], UnreadMentions]:
    """-> {(room id, user id): others' mentions of the member after their mark}; missing = none.

    One query for one user's memberships, up to ROOMS_MAX of them.
    """
    found: dict[tuple[int, int], UnreadMentions] = {}
    for user_id in {m.user_id for m in memberships}:
        own = [m for m in memberships if m.user_id == user_id]
        for start in range(0, len(own), ROOMS_MAX):
            found |= _unread(user_id, own[start : start + ROOMS_MAX])
    return found


def _unread(user_id: int, own: Sequence[Membership]) -> dict[tuple[int, int], UnreadMentions]:
    rows = Mention.objects.filter(AfterMarks(own)).exclude(sender_id=user_id).values("room_id").order_by()
    totals = rows.annotate(total=Count("seq", distinct=True), first=Min("seq"))
    return {(row["room_id"], user_id): UnreadMentions(row["total"], row["first"]) for row in totals}


def my_mentions(*, user_id: int, cursor: str | None, limit: int) -> MessagePage:
    """Messages of my rooms that name me or all, newest first."""
    rooms = Membership.objects.current().filter(user_id=user_id).values("room_id")
    key = from_cursor(cursor, tuple[MessageId])
    ids: set[int] = set()
    for called in (user_id, Mention.ALL):  # one index range each: together they could use none
        rows = Mention.objects.filter(user_id=called, room_id__in=rooms).exclude(sender_id=user_id)
        if key:
            rows = rows.filter(message_id__lt=key[0])
        ids |= set(rows.order_by("-message_id").values_list("message_id", flat=True)[: limit + 1])
    newest, following = page(sorted(ids, reverse=True)[: limit + 1], limit, lambda message_id: (message_id,))
    messages = Message.objects.in_bulk(newest)
    return MessagePage(results=messages_out([messages[i] for i in newest]), next=following)
