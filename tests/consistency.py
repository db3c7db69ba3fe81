"""What holds of every database that people have chatted in, whoever wrote it. -> sentences about what does not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from accounts.models import Friendship, User
from accounts.names import fold
from messaging.models import Mention, Message, Reaction
from rooms.models import Membership, Room, RoomCounter


def violations() -> list[str]:
    return [*_of_people(), *(wrong for room in Room.objects.all() for wrong in _of_room(room)), *_of_strays()]


def _of_people() -> Iterator[str]:
    for user in User.objects.filter(deleted_at=None):
        if (user.username_key, user.email_key) != (fold(user.username), fold(user.email) or None):
            yield f"user {user.pk}: keys do not follow from the names"
    for row in Friendship.objects.all():
        if row.low_id >= row.high_id or row.requested_by_id not in (row.low_id, row.high_id):
            yield f"friendship {row.pk}: not low < high, or asked for by a third"


def _of_room(room: Room) -> Iterator[str]:
    counter = RoomCounter.objects.get(room_id=room.id)
    members = list(Membership.objects.filter(room_id=room.id))
    messages = list(Message.objects.filter(room_id=room.id).order_by("seq"))
    yield from (f"room {room.id}: {wrong}" for wrong in _of_kind(room, members))
    yield from (f"room {room.id}: {wrong}" for wrong in _of_counter(room, counter, members, messages))
    yield from (f"room {room.id}: {wrong}" for wrong in _of_messages(counter, members, messages))
    for member in members:
        if wrong := _of_marks(counter, member, messages):
            yield f"room {room.id}, user {member.user_id}: {wrong}"


def _of_kind(room: Room, members: list[Membership]) -> Iterator[str]:
    current = [m for m in members if m.left_at is None]
    owners = [m for m in current if m.role == Membership.OWNER]
    if (room.kind == Room.PUBLIC) != (room.code is not None):
        yield "a code belongs to public rooms, and to all of them"
    if room.kind == Room.DIRECT:
        if {m.user_id for m in members} != set(map(int, (room.pair_key or "0").split(":"))) or owners:
            yield "a direct room has its two people, and no owner"
    elif len(owners) != (1 if room.archived_at is None or current else 0):
        yield f"{len(owners)} owners"
    if any(m.role != Membership.MEMBER for m in members if m.left_at is not None):
        yield "a former member has a role"
    if User.objects.filter(pk__in=[m.user_id for m in members]).count() != len(members):
        yield "a member is nobody"


def _of_counter(room: Room, counter: RoomCounter, members: list[Membership], messages: list[Message]) -> Iterator[str]:
    versions = [*(m.version for m in members), *(m.version for m in messages)]
    newest_version = max([room.version, *versions])
    if len(set(versions)) != len(versions) or min(versions, default=1) < 1 or newest_version > counter.version:
        yield "versions are not each row's own, up to the counter's"
    if counter.access_version < max((m.version for m in members), default=0):
        yield "a member changed after the access version"
    texts = [m for m in messages if m.kind == Message.TEXT]
    newest = messages[-1] if messages else None
    seq, number = counter.purged_seq + len(messages), counter.purged_number + len(texts)
    expected = (seq, number, sum(m.left_at is None for m in members), newest.id if newest else None)
    found = (counter.last_seq, counter.message_count, counter.member_count, counter.last_message_id)
    if found != expected:
        yield f"counter {found}, rows {expected}"
    if newest and counter.last_message_at is None:
        yield "no time of the newest message"


def _of_messages(counter: RoomCounter, members: list[Membership], messages: list[Message]) -> Iterator[str]:
    first = counter.purged_seq + 1
    if [m.seq for m in messages] != list(range(first, first + len(messages))):
        yield "seqs are not 1, 2, 3 … after the deleted ones"
    if [m.id for m in messages] != sorted(m.id for m in messages):
        yield "ids do not follow the seqs"
    number, people, seqs = counter.purged_number, {m.user_id for m in members}, {m.id: m.seq for m in messages}
    for message in messages:
        number += message.kind == Message.TEXT
        if message.number != number:
            yield f"seq {message.seq}: number {message.number} instead of {number}"
        if message.kind == Message.TEXT and message.sender_id not in people:
            yield f"seq {message.seq}: its sender was never in the room"
        if message.reply_to_id is not None and not _stands_before(message, seqs, counter):
            yield f"seq {message.seq}: answers nothing that stands before it"
        if message.kind == Message.TEXT and message.recalled_at is None and not message.content.strip():
            yield f"seq {message.seq}: empty"
        if not set(message.mentions) <= people:
            yield f"seq {message.seq}: mentions a stranger"
    if messages:
        yield from _of_mentions(messages)
        yield from _of_reactions(messages, people)


def _stands_before(message: Message, seqs: dict[int, int], counter: RoomCounter) -> bool:
    """What it answers; or that is deleted."""
    answered = message.reply_to_id or 0
    if counter.purged_seq and answered not in seqs:
        return answered < message.id and not Message.objects.filter(pk=answered).exists()
    return seqs.get(answered, 2**63) < message.seq


def _of_mentions(messages: list[Message]) -> Iterator[str]:
    stored: dict[int, set[int]] = defaultdict(set)
    for mention in Mention.objects.filter(room_id=messages[0].room_id):
        stored[mention.message_id].add(mention.user_id)
    for message in messages:
        wanted = set() if message.recalled_at else {*message.mentions, *([Mention.ALL] if message.mention_all else [])}
        if stored.get(message.id, set()) != wanted:
            yield f"seq {message.seq}: its mentions are not those stored"


def _of_reactions(messages: list[Message], people: set[int]) -> Iterator[str]:
    ids = {m.id for m in messages if m.kind == Message.TEXT and m.recalled_at is None}
    for reaction in Reaction.objects.filter(room_id=messages[0].room_id):
        if reaction.message_id not in ids or reaction.user_id not in people:
            yield f"reaction {reaction.pk}: of a stranger, or to nothing"


def _of_marks(counter: RoomCounter, member: Membership, messages: list[Message]) -> str | None:
    """The mark's numbers are what the rows say."""
    read = [m for m in messages if m.seq <= member.last_read_seq]
    own = [m for m in messages if m.seq > member.last_read_seq and m.sender_id == member.user_id]
    if not counter.purged_seq <= member.last_read_seq <= counter.last_seq:
        return "has read what is not there"
    found = (member.read_number, member.own_after_mark)
    expected = (read[-1].number if read else counter.purged_number, len(own))
    return None if found == expected else f"mark {found}, rows {expected}"


def _of_strays() -> Iterator[str]:
    rooms = set(Room.objects.values_list("id", flat=True))
    for model in (RoomCounter, Membership, Message, Reaction, Mention):
        if found := set(model.objects.values_list("room_id", flat=True).distinct()) - rooms:  # type: ignore[attr-defined]
            yield f"{model.__name__}: rooms that do not exist: {sorted(found)}"
