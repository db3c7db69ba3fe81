"""Who was called by name: the count behind each room's mark, and the inbox over all rooms."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from chatsite.api.pagination import from_cursor, page
from messaging.after_marks import AfterMarks
from messaging.models import Mention, Message
from messaging.rendering import messages_out
from messaging.schemas import MessageId, MessagePage
from rooms.models import Membership
from rooms.slots import Mark, UnreadMentions

_seq = attrgetter("seq")
MARKS_MAX = 2_500  # a statement; MariaDB gives up on using the index somewhere above 5,000 conditions


class Call(NamedTuple):
    """`here`: whom a call to all who were there has reached; None = whomever it names."""

    seq: int
    sender_id: int
    here: frozenset[int] | None

    def reaches(self, user_id: int) -> bool:
        return self.here is None or user_id in self.here


Calls = Mapping[tuple[int, int], Sequence[Call]]  # (room id, user id, ALL or HERE) -> ascending


def unread_mentions(marks: Collection[Mark]) -> dict[tuple[int, int], UnreadMentions]:
    """-> {(room id, user id): others' mentions of the member after their mark}; missing = none.

    What came after the room was counted is left out: whoever hears of it counts it then.
    One query for up to MARKS_MAX marks, of whomever they are.
    """
    found: dict[tuple[int, int], UnreadMentions] = {}
    all_marks = list(marks)
    for start in range(0, len(all_marks), MARKS_MAX):
        own = all_marks[start : start + MARKS_MAX]
        calls = _calls(own)
        found |= {(m.room_id, m.user_id): unread for m in own if (unread := _unread(m, calls))}
    return found


def _calls(marks: Collection[Mark]) -> Calls:
    calls: dict[tuple[int, int], list[Call]] = defaultdict(list)
    rows = Mention.objects.filter(AfterMarks(marks)).order_by()
    for room_id, called, seq, sender_id, here in rows.values_list("room_id", "user_id", "seq", "sender_id", "here"):
        calls[room_id, called].append(Call(seq, sender_id, None if here is None else frozenset(here)))
    for own in calls.values():
        own.sort(key=_seq)
    return calls


def _unread(mark: Mark, calls: Calls) -> UnreadMentions | None:
    whom = (mark.user_id, Mention.ALL, Mention.HERE)
    seqs = {seq for called in whom for seq in _after(mark, calls.get((mark.room_id, called), ()))}
    return UnreadMentions(len(seqs), min(seqs)) if seqs else None


def _after(mark: Mark, calls: Sequence[Call]) -> Iterable[int]:
    start, end = (bisect_right(calls, seq, key=_seq) for seq in (mark.last_read_seq, mark.counted_seq))
    return (call.seq for call in calls[start:end] if call.sender_id != mark.user_id and call.reaches(mark.user_id))


def my_mentions(*, user_id: int, cursor: str | None, limit: int) -> MessagePage:
    """Messages of my rooms that name me, all, or all who were there when I was; newest first."""
    rooms = Membership.objects.current().filter(user_id=user_id).values("room_id")
    key = from_cursor(cursor, tuple[MessageId])
    found: dict[int, bool] = {}  # id of a message: whether it reaches me
    for called in (user_id, Mention.ALL, Mention.HERE):  # one index range each: together they could use none
        rows = Mention.objects.filter(user_id=called, room_id__in=rooms).exclude(sender_id=user_id)
        if key:
            rows = rows.filter(message_id__lt=key[0])
        for message_id, here in rows.order_by("-message_id").values_list("message_id", "here")[: limit + 1]:
            found[message_id] = found.get(message_id, False) or here is None or user_id in here
    newest, following = page(sorted(found, reverse=True)[: limit + 1], limit, lambda message_id: (message_id,))
    messages = Message.objects.in_bulk([message_id for message_id in newest if found[message_id]])
    in_sight = _in_sight(user_id, [messages[i] for i in newest if i in messages])
    return MessagePage(results=messages_out(in_sight), next=following)


def _in_sight(user_id: int, messages: Sequence[Message]) -> list[Message]:
    """Without what was said before the member's history begins: all were called, but not they."""
    rows = Membership.objects.filter(user_id=user_id, room_id__in={m.room_id for m in messages})
    begins = dict(rows.values_list("room_id", "history_after_seq"))
    return [m for m in messages if m.seq > begins[m.room_id]]
