"""Who was called by name: the count behind each room's mark, and the inbox over all rooms."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from chatsite.api.pagination import from_cursor, page
from messaging.after_marks import AfterMarks
from messaging.models import Mention, Message
from messaging.rendering import messages_out
from messaging.schemas import MessageId, MessagePage
from rooms.models import Membership
from rooms.slots import Mark, UnreadMentions

MARKS_MAX = 2_500  # a statement; MariaDB gives up on using the index somewhere above 5,000 conditions


def unread_mentions(marks: Collection[Mark]) -> dict[tuple[int, int], UnreadMentions]:
    """-> {(room id, user id): others' mentions of the member after their mark}; missing = none.

    One query for up to MARKS_MAX marks, of whomever they are.
    """
    found: dict[tuple[int, int], UnreadMentions] = {}
    all_marks = list(marks)
    for start in range(0, len(all_marks), MARKS_MAX):
        own = all_marks[start : start + MARKS_MAX]
        calls = _calls(own)
        found |= {(m.room_id, m.user_id): unread for m in own if (unread := _unread(m, calls))}
    return found


def _calls(marks: Collection[Mark]) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """-> {(room id, user id or ALL): (seq, sender) of each call, ascending}"""
    calls: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
    rows = Mention.objects.filter(AfterMarks(marks)).order_by().values_list("room_id", "user_id", "seq", "sender_id")
    for room_id, user_id, seq, sender_id in rows:
        calls[room_id, user_id].append((seq, sender_id))
    for own in calls.values():
        own.sort()
    return calls


def _unread(mark: Mark, calls: Mapping[tuple[int, int], list[tuple[int, int]]]) -> UnreadMentions | None:
    mine = calls.get((mark.room_id, mark.user_id), ())
    all_of_us = calls.get((mark.room_id, Mention.ALL), ())
    seqs = {*_after(mark, mine), *_after(mark, all_of_us)}
    return UnreadMentions(len(seqs), min(seqs)) if seqs else None


def _after(mark: Mark, calls: Sequence[tuple[int, int]]) -> Iterable[int]:
    start = bisect_right(calls, mark.last_read_seq, key=lambda call: call[0])
    return (seq for seq, sender_id in calls[start:] if sender_id != mark.user_id)


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
    in_sight = _in_sight(user_id, [messages[i] for i in newest])
    return MessagePage(results=messages_out(in_sight), next=following)


def _in_sight(user_id: int, messages: Sequence[Message]) -> list[Message]:
    """Without what was said before the member's history begins: all were called, but not they."""
    rows = Membership.objects.filter(user_id=user_id, room_id__in={m.room_id for m in messages})
    begins = dict(rows.values_list("room_id", "history_after_seq"))
    return [m for m in messages if m.seq > begins[m.room_id]]
