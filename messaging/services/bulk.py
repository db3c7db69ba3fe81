"""What was said elsewhere or earlier: many messages at their own times. Nobody is told of them."""

from collections import Counter as Counts
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec
from django.db import transaction
from django.db.models import F
from django.utils.timezone import now

from chatsite.transactions import repeated_on_conflict
from messaging.models import Message, Reaction
from messaging.rows import MessageRow
from messaging.schemas import SendBody
from messaging.services import statements
from messaging.services.batch import insert_mentions, spoken_of
from messaging.services.send import fingerprint
from messaging.services.statements import Counter, Key, Spoken
from rooms.models import Membership, RoomCounter


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """Something that a member or former member of a room has said there."""

    room_id: int
    sender_id: int
    content: str
    nonce: str
    created_at: datetime
    answers: tuple[int, str] | None = None  # sender and nonce of what it replies to
    mentions: list[int] = []
    reactions: list[tuple[int, str]] = []  # (user, emoji)
    is_pinned: bool = False

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
    new_lines = [line for line in lines if line.key not in known]
    fresh = [_append(counters[line.room_id], line) for line in new_lines]
    if fresh:
        statements.insert_messages(fresh)
        insert_mentions(fresh)
        _connect(new_lines, fresh)
        _react(new_lines, fresh)
        if are_read:
            _keep_read(counters, before)
        statements.move_marks(_with_the_others(fresh, counters, before) if are_read else spoken_of(fresh))
        _save_counters(counters, {message.room_id: message for message in fresh})
    return fresh


def _connect(lines: Sequence[Line], messages: Sequence[MessageRow]) -> None:
    """Replies, which may stand in the same batch as what they answer: ids are known only now."""
    keys = {(line.room_id, *line.answers): None for line in lines if line.answers}
    if not keys:
        return
    ids = {(m.room_id, m.sender_id or 0, m.nonce): m.id for m in messages}
    ids |= {key: known.id for key, known in statements.find_known(sorted(keys - ids.keys())).items()}
    pairs = [(line, message) for line, message in zip(lines, messages, strict=True) if line.answers]
    statements.reply((message.id, ids[(line.room_id, *line.answers)]) for line, message in pairs if line.answers)


def _react(lines: Sequence[Line], messages: Sequence[MessageRow]) -> None:
    reactions = [
        Reaction(room_id=m.room_id, message_id=m.id, user_id=user_id, emoji=emoji, created_at=m.created_at)
        for line, m in zip(lines, messages, strict=True)
        for user_id, emoji in line.reactions
    ]
    Reaction.objects.bulk_create(reactions, batch_size=1_000)
    pinned = [m.id for line, m in zip(lines, messages, strict=True) if line.is_pinned]
    Message.objects.filter(pk__in=pinned).update(pinned_at=F("created_at"))


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
    """A version for the message, and one for each thing that people have done with it since."""
    counter.last_seq += 1
    counter.version += 1 + len(line.reactions) + line.is_pinned
    counter.message_count += 1
    return MessageRow(
        room_id=line.room_id,
        seq=counter.last_seq,
        version=counter.version,
        number=counter.message_count,
        sender_id=line.sender_id,
        content=line.content,
        nonce=line.nonce,
        fingerprint=fingerprint(SendBody(content=line.content, mentions=line.mentions)),
        reply_to_id=None,
        mentions=line.mentions,
        mention_all=False,
        created_at=line.created_at,
    )


@transaction.atomic
def read_everything(*, room_id: int, user_ids: Collection[int]) -> None:
    """These members have seen the room up to its newest message."""
    end = RoomCounter.objects.select_for_update().get(room_id=room_id)
    mine = Membership.objects.filter(room_id=room_id, user_id__in=user_ids)
    mine.update(last_read_seq=end.last_seq, read_number=end.message_count, own_after_mark=0)
