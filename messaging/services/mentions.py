"""Who was called by name: the count behind each room's mark, and the inbox over all rooms."""

from collections.abc import Collection

from django.db.models import BigIntegerField, Count, Min, OuterRef, QuerySet, Subquery

from chatsite.api.pagination import from_cursor, page
from messaging.models import Mention, Message
from messaging.rendering import messages_out
from messaging.schemas import MessageId, MessagePage
from rooms.models import Membership
from rooms.slots import UnreadMentions


def unread_mentions(memberships: Collection[Membership]) -> dict[tuple[int, int], UnreadMentions]:
    """-> {(room id, user id): others' mentions of the member after their mark}; one query; missing = none."""
    unread = Mention.objects.filter(
        room_id=OuterRef("room_id"),
        user_id__in=[OuterRef("user_id"), Mention.ALL],
        seq__gt=OuterRef("last_read_seq"),
    ).exclude(sender_id=OuterRef("user_id"))
    rows = (
        Membership.objects.filter(pk__in=[m.pk for m in memberships])
        .annotate(mention_count=_one(unread, Count("seq", distinct=True)), first_mention_seq=_one(unread, Min("seq")))
        .filter(mention_count__gt=0)
    )
    found = rows.values_list("room_id", "user_id", "mention_count", "first_mention_seq")
    return {(room_id, user_id): UnreadMentions(count, first) for room_id, user_id, count, first in found}


def _one(rows: QuerySet[Mention], total: Count | Min) -> Subquery:
    """`total` over all `rows`, as a column."""
    grouped = rows.order_by().values("room_id").annotate(total=total).values("total")
    return Subquery(grouped, output_field=BigIntegerField())


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
