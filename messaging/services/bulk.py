"""What was said elsewhere or earlier: many messages at their own times. Nobody is told of them."""

from collections import Counter as Counts
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

import msgspec
from django.db import transaction
from django.utils.timezone import now

from chatsite.transactions import repeated_on_conflict
from messaging.rows import MessageRow
from messaging.schemas import SendBody
from messaging.services import statements
from messaging.services.batch import insert_mentions, spoken_of
from messaging.services.send import fingerprint
from messaging.services.statements import Counter, Key, Spoken
from rooms.models import RoomCounter


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a member or former member of a room has said there."""

    room_id: int
    sender_id: int
    content: str
    nonce: str
    created_at: datetime
    reply_to: int | None = None
    mentions: list[int] = []

    @property
    def key(self) -> Key:
        return (self.room_id, self.sender_id, self.nonce)


@repeated_on_conflict
@transaction.atomic
def add_lines(*, lines: Sequence[Line], are_read: bool = True) -> list[MessageRow]:
    """Writes what is not there yet, in this order -> the new messages.

    `are_read`: whoever had nothing unread before has nothing unread afterwards. Else it counts as any other sending.
    """
    if not lines:
        return []
    counters = statements.lock_counters({line.room_id for line in lines})
    before = {counter.room_id: counter.message_count for counter in counters.values()}
    known = statements.find_known(sorted({line.key for line in lines}))
    fresh = [_append(counters[line.room_id], line) for line in lines if line.key not in known]
    if fresh:
        statements.insert_messages(fresh)
        insert_mentions(fresh)
        if are_read:
            _keep_read(counters, before)
        statements.move_marks(_with_the_others(fresh, counters, before) if are_read else spoken_of(fresh))
        _save_counters(counters, {message.room_id: message for message in fresh})
    return fresh


def _keep_read(counters: Mapping[int, Counter], before: Mapping[int, int]) -> None:
    grown = [c for c in counters.values() if c.message_count > before[c.room_id]]
    statements.read_all((c.room_id, before[c.room_id], c.last_seq, c.message_count) for c in grown)


def _with_the_others(
    messages: Sequence[MessageRow], counters: Mapping[int, Counter], before: Mapping[int, int]
) -> Iterator[Spoken]:
    """Senders stand at the end like everybody else, or where they were, with so many own messages more behind them."""
    for (room_id, sender_id), total in Counts((m.room_id, m.sender_id or 0) for m in messages).items():
        end = counters[room_id]
        yield Spoken(room_id, sender_id, before[room_id], end.last_seq, end.message_count, 0, total)


def _save_counters(counters: Mapping[int, Counter], newest: Mapping[int, MessageRow]) -> None:
    for room_id, message in newest.items():
        counters[room_id].last_message_id = message.id
    statements.save_counters([counters[room_id] for room_id in newest], now())
    for room_id, message in newest.items():
        RoomCounter.objects.filter(room_id=room_id).update(last_message_at=message.created_at)


def _append(counter: Counter, line: Line) -> MessageRow:
    counter.last_seq += 1
    counter.version += 1
    counter.message_count += 1
    body = SendBody(content=line.content, reply_to=line.reply_to, mentions=line.mentions)
    return MessageRow(
        room_id=line.room_id,
        seq=counter.last_seq,
        version=counter.version,
        number=counter.message_count,
        sender_id=line.sender_id,
        content=line.content,
        nonce=line.nonce,
        fingerprint=fingerprint(body),
        reply_to_id=line.reply_to,
        mentions=line.mentions,
        mention_all=False,
        created_at=line.created_at,
    )
