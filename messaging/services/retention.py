"""What is older than a room may keep is deleted for good, the oldest first: what is left is a stretch up to the newest.

A batch is one change of the room, at a version of its own, and says in `first_seq` where the room begins now. Whoever
goes on, after whatever broke it off or beside another process, goes on at that place under the room's lock.
"""

import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import takewhile
from typing import NamedTuple

from django.db import connection, transaction
from django.db.models import F, Min, OuterRef, Subquery
from django.utils.timezone import now

from chatsite.errors import NotFound
from chatsite.live import setting
from chatsite.live.overrides import refresh
from chatsite.transactions import repeated_on_conflict
from messaging import recent
from messaging.models import Mention, Message, Reaction
from messaging.services.mentions import unread_mentions
from rooms.changes import RoomChange, changing
from rooms.models import Membership, Room, RoomCounter
from rooms.rendering import NO_MENTIONS, membership_out
from rooms.rules import days_kept
from rooms.schemas import MembershipUpdated
from rooms.services.settings import save_room
from rooms.slots import Mark

BATCH = 500  # messages a transaction: for so long others wait for the room
BREATH_SECONDS = 0.02  # between two batches, for those who wait
ROOMS_AT_ONCE = 1_000  # looked at in one query


class Due(NamedTuple):
    """A room that has messages older than it may keep."""

    room: Room
    days: int

    @property
    def before(self) -> datetime:
        return now() - timedelta(days=self.days)


class Batch(NamedTuple):
    deleted: int
    is_last: bool


def due() -> Iterator[Due]:
    """The rooms in which something is to be deleted; two queries for every thousand rooms."""
    refresh()  # what an old setting would delete is gone for good
    rooms = Room.objects.all() if setting("RETENTION_DAYS") else Room.objects.filter(own_rules__has_key="keep_days")
    last_id = 0
    while some := list(rooms.filter(id__gt=last_id).order_by("id")[:ROOMS_AT_ONCE]):
        last_id = some[-1].id
        yield from _due_among(some)


def _due_among(rooms: Sequence[Room]) -> Iterator[Due]:
    oldest = _oldest([room.id for room in rooms])
    for room in rooms:
        days = days_kept(room.rules)
        if days and room.id in oldest and oldest[room.id] < (found := Due(room, days)).before:
            yield found


def _oldest(room_ids: Sequence[int]) -> dict[int, datetime]:
    """-> {room id: time of its oldest message}"""
    first = Message.objects.filter(room_id=OuterRef("room_id"), seq=OuterRef("purged_seq") + 1)
    counters = RoomCounter.objects.filter(room_id__in=room_ids, last_seq__gt=F("purged_seq"))
    found = counters.annotate(oldest_at=Subquery(first.values("created_at")[:1]))
    return {room_id: at for room_id, at in found.values_list("room_id", "oldest_at") if at is not None}


def count(one: Due) -> int:
    """-> how many messages would be deleted now; for the operator, who waits for it."""
    counter = RoomCounter.objects.get(pk=one.room.id)
    kept = Message.objects.in_room(one.room.id).filter(created_at__gte=one.before)
    first_kept = kept.aggregate(seq=Min("seq"))["seq"] or counter.last_seq + 1
    return int(first_kept - counter.purged_seq - 1)


def delete_old() -> int:
    """Everything that is due, batch by batch -> how many messages."""
    return sum(delete_old_of(one.room.id) for one in due())


def delete_old_of(room_id: int) -> int:
    """One room's -> how many messages."""
    deleted = 0
    while True:
        batch = delete_batch(room_id)
        deleted += batch.deleted
        if batch.is_last:
            return deleted
        time.sleep(BREATH_SECONDS)


@repeated_on_conflict
def delete_batch(room_id: int) -> Batch:
    """The next few, in one transaction that ends with all members knowing of it."""
    try:
        with changing(room_id) as change:
            room = Room.objects.get(pk=room_id)
            messages = _next(change.counter, days_kept(room.rules))
            is_last = len(messages) < BATCH
            if messages:
                _move_marks(room_id, messages[-1])
                _delete(messages)
                _begin_after(change.counter, messages[-1])
                save_room(change, room)
                transaction.on_commit(partial(recent.forget, [room_id]))
            if is_last and change.counter.purged_seq:  # also where the batch before took the last ones
                _tell_readers(change)
    except NotFound:
        return Batch(0, is_last=True)
    return Batch(len(messages), is_last)


def _next(counter: RoomCounter, days: int | None) -> list[Message]:
    if days is None:
        return []
    fields = ("id", "room_id", "seq", "number", "mentions", "mention_all", "created_at")
    rows = Message.objects.in_room(counter.room_id).filter(seq__gt=counter.purged_seq).order_by("seq").only(*fields)
    before = now() - timedelta(days=days)
    return list(takewhile(lambda message: message.created_at < before, rows[:BATCH]))


def _delete(messages: Sequence[Message]) -> None:
    """With all that hangs on them: whatever else does one day goes here, in this transaction."""
    room_id, ids = messages[0].room_id, [m.id for m in messages]
    called = {user_id for m in messages for user_id in m.mentions} | {Mention.ALL, Mention.HERE}
    Mention.objects.filter(room_id=room_id, user_id__in=called, seq__lte=messages[-1].seq).delete()
    Reaction.objects.filter(message_id__in=ids).delete()
    Message.objects.filter(id__in=ids).delete()


def _begin_after(counter: RoomCounter, last: Message) -> None:
    counter.purged_seq, counter.purged_number = last.seq, last.number
    if counter.purged_seq == counter.last_seq:
        counter.last_message_id = None


# MySQL assigns from left to right: own_after_mark comes first, while the mark is still where it was.
_MOVE_MARKS = """
UPDATE rooms_membership SET own_after_mark = own_after_mark - (
    SELECT COUNT(*) FROM messaging_message own
    WHERE own.room_id = rooms_membership.room_id AND own.sender_id = rooms_membership.user_id
        AND own.seq > rooms_membership.last_read_seq AND own.seq <= %s
), last_read_seq = %s, read_number = %s
WHERE room_id = %s AND last_read_seq < %s
"""


def _move_marks(room_id: int, last: Message) -> None:
    """Nobody's mark stands among what goes: that would count it as unread. Before it goes: own ones are looked up."""
    with connection.cursor() as cursor:
        cursor.execute(_MOVE_MARKS, [last.seq, last.seq, last.number, room_id, last.seq])


def _tell_readers(change: RoomChange) -> None:
    """Those whose mark was moved, in this batch or one before: they have less to read now."""
    counter = change.counter
    moved = Membership.objects.current().filter(
        room_id=change.room_id, last_read_seq=counter.purged_seq, is_hidden=False
    )
    members = list(moved)
    marks = [Mark(m.room_id, m.user_id, m.last_read_seq, counter.last_seq) for m in members]
    mentions = unread_mentions(marks) if marks else {}
    for me in members:
        own = membership_out(me, counter, mentions.get((me.room_id, me.user_id), NO_MENTIONS))
        change.tell(me.user_id, MembershipUpdated(room_id=me.room_id, membership=own, last_seq=counter.last_seq))
