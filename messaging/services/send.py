"""The send transaction: a batch over many rooms, one COMMIT, exact answers for each of its drafts."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence

import msgspec
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction

from chatsite.errors import ChatError, NotFound, Unavailable, ValidationFailed
from chatsite.gateway.events import Attach, Envelope, publish, to_room, to_user
from chatsite.transactions import is_lock_conflict, repeated_on_conflict
from messaging import recent
from messaging.models import Mention, Message
from messaging.rendering import messages_out
from messaging.schemas import NewMessage, SendAck, SendBody
from messaging.services.batch import Batch, Key
from rooms.models import Room, RoomCounter
from rooms.rendering import room_added
from rooms.services.direct import find_or_make


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody wants to say: in a room, or to a person."""

    user_id: int
    body: SendBody
    nonce: str
    fingerprint: bytes
    room_id: int = 0
    receiver_id: int = 0

    @property
    def key(self) -> Key:
        return (self.room_id, self.user_id, self.nonce)


class Sent(msgspec.Struct):
    """A committed message; `duplicate` when a former try had stored it."""

    message: Message
    duplicate: bool
    attach: tuple[int, int] | None = None  # (peer id, version): hears of a direct room by its first message

    def ack(self) -> SendAck:
        return SendAck(
            nonce=self.message.nonce,
            room_id=self.message.room_id,
            message_id=self.message.id,
            seq=self.message.seq,
            version=self.message.version,
            created_at=self.message.created_at,
            duplicate=self.duplicate,
        )


Result = Sent | ChatError


def draft(*, user_id: int, body: SendBody, room_id: int | None = None, receiver_id: int | None = None) -> Draft:
    """A checked draft; what is wrong with it by itself raises ValidationFailed."""
    if (room_id is None) == (receiver_id is None):
        raise ValidationFailed({"room_id": ["Give room_id or receiver_id, one of them."]})
    if not body.content.strip():
        raise ValidationFailed({"content": ["This field is required."]})
    if body.attachment_ids:
        raise NotFound
    return Draft(
        user_id=user_id,
        body=body,
        nonce=body.nonce or f"server-{secrets.token_urlsafe(16)}",
        fingerprint=fingerprint(body),
        room_id=room_id or 0,
        receiver_id=receiver_id or 0,
    )


def fingerprint(body: SendBody) -> bytes:
    """-> 8 bytes that name the send as first made: an honest retry has the same, even after an edit."""
    parts = (body.content, body.reply_to, sorted(set(body.mentions)), body.mention_all, body.attachment_ids)
    key = hashlib.sha256(settings.SECRET_KEY.encode()).digest()
    return hashlib.blake2b(msgspec.msgpack.encode(parts), digest_size=8, key=key).digest()


def send_one(*, user_id: int, room_id: int, body: SendBody) -> Sent:
    """The REST door: one draft, sent and announced."""
    (result,) = send([draft(user_id=user_id, room_id=room_id, body=body)])
    if isinstance(result, ChatError):
        raise result
    announce([result])
    return result


def send(drafts: Sequence[Draft]) -> list[Result]:
    """Commits what may be sent, in order; the rest is refused one by one. Announce the results afterwards."""
    addressed = [_address(d) for d in drafts]
    valid = [d for d in addressed if isinstance(d, Draft)]
    answers = iter(_commit(valid) if valid else [])
    return [next(answers) if isinstance(d, Draft) else d for d in addressed]


def _address(one: Draft) -> Draft | ChatError:
    """Finds or makes the direct room of a draft to a person, in a transaction of its own."""
    if one.room_id:
        return one
    try:
        room, _ = find_or_make(one.user_id, one.receiver_id)
    except ChatError as error:
        return error
    return msgspec.structs.replace(one, room_id=room.id)


def _commit(drafts: Sequence[Draft]) -> list[Result]:
    try:
        return _transaction(drafts)
    except (OperationalError, InterfaceError) as error:
        if not is_lock_conflict(error):
            return [Unavailable() for _ in drafts]
    return _room_by_room(drafts)


def _room_by_room(drafts: Sequence[Draft]) -> list[Result]:
    """After a deadlock or a lock timeout: one slow room must not hold up the others."""
    results: dict[int, Result] = {}
    for room_id in sorted({d.room_id for d in drafts}):
        own = [i for i, d in enumerate(drafts) if d.room_id == room_id]
        try:
            answers = repeated_on_conflict(_transaction)([drafts[i] for i in own])
        except (OperationalError, InterfaceError):
            answers = [Unavailable() for _ in own]
        results |= dict(zip(own, answers, strict=True))
    return [results[i] for i in range(len(drafts))]


def _transaction(drafts: Sequence[Draft]) -> list[Result]:
    """One transaction, a constant number of statements. The counters come first: the other order deadlocks."""
    with transaction.atomic():
        batch = Batch.locked(drafts)
        results = [_judge(batch, d) for d in drafts]
        fresh = list({id(r.message): r for r in results if isinstance(r, Sent) and not r.duplicate}.values())
        if fresh:
            _insert(batch, fresh)
    return results


def _judge(batch: Batch, one: Draft) -> Result:
    """Accepted, refused or a duplicate: exact, because the room is locked."""
    if known := batch.known.get(one.key):
        if bytes(known.fingerprint) != one.fingerprint:
            return ChatError("conflict")
        return Sent(known, duplicate=True)
    try:
        batch.require_permission(one)
    except ChatError as error:
        return error
    return _accept(batch, one)


def _accept(batch: Batch, one: Draft) -> Sent:
    """Takes seq, version and number, and remembers the row for the one INSERT."""
    room, counter = batch.rooms[one.room_id], batch.counters[one.room_id]
    attach = _first_word(batch, room, counter, one)
    counter.last_seq += 1
    counter.message_count += 1
    message = Message(
        room_id=one.room_id,
        seq=counter.last_seq,
        version=counter.next_version(),
        number=counter.message_count,
        sender_id=one.user_id,
        content=one.body.content,
        nonce=one.nonce,
        fingerprint=one.fingerprint,
        reply_to_id=one.body.reply_to,
        mentions=sorted(set(one.body.mentions)),
        mention_all=one.body.mention_all,
        created_at=counter.changed_at,
    )
    counter.last_message_at = message.created_at
    batch.known[one.key] = message
    batch.move_mark(message)
    return Sent(message, duplicate=False, attach=attach)


def _first_word(batch: Batch, room: Room, counter: RoomCounter, one: Draft) -> tuple[int, int] | None:
    """The peer of a direct room comes to know of it: -> (peer id, where their stream starts)."""
    peer_id = room.peer_id(one.user_id)
    if peer_id is None or peer_id == one.user_id or counter.last_seq:
        return None
    batch.woken.append((room.id, peer_id))
    return peer_id, counter.version


def _insert(batch: Batch, fresh: Sequence[Sent]) -> None:
    messages = [sent.message for sent in fresh]
    Message.objects.bulk_create(messages)
    _read_back_ids(messages)
    for message in messages:
        batch.counters[message.room_id].last_message_id = message.id
    if mentions := [mention for m in messages for mention in _mentions(m)]:
        Mention.objects.bulk_create(mentions)
    batch.save()


def _read_back_ids(messages: Sequence[Message]) -> None:
    """MySQL returns no ids from a multi-row INSERT (MariaDB and SQLite do)."""
    missing = {(m.room_id, m.seq): m for m in messages if m.pk is None}
    if missing:
        rooms = {room_id for room_id, _ in missing}
        first = min(m.version for m in missing.values())
        rows = Message.objects.filter(room_id__in=rooms, version__gte=first)
        for pk, room_id, seq in rows.values_list("id", "room_id", "seq"):
            if message := missing.get((room_id, seq)):
                message.pk = pk


def _mentions(message: Message) -> Iterable[Mention]:
    targets = [*message.mentions, *([Mention.ALL] if message.mention_all else [])]
    for user_id in targets:
        yield Mention(
            room_id=message.room_id,
            user_id=user_id,
            seq=message.seq,
            message_id=message.id,
            sender_id=message.sender_id or 0,
        )


def announce(results: Iterable[Result]) -> None:
    """After COMMIT: render once, keep the newest rows at hand, tell every process. May be lost without harm."""
    fresh = [r for r in results if isinstance(r, Sent) and not r.duplicate]
    if not fresh:
        return
    outs = messages_out([sent.message for sent in fresh])
    events: dict[int, list[NewMessage]] = {}
    for out in outs:
        events.setdefault(out.room_id, []).append(NewMessage(room_id=out.room_id, version=out.version, message=out))
    welcomes = [_welcome(sent) for sent in fresh if sent.attach]
    publish(*welcomes, *(to_room(room_id, own[0].version, own) for room_id, own in events.items()))
    for room_id in events:
        recent.append(room_id, [sent.message for sent in fresh if sent.message.room_id == room_id])


def _welcome(sent: Sent) -> Envelope:
    """The room as it stood before its first message, which follows as an event of its own."""
    assert sent.attach is not None
    peer_id, version = sent.attach
    room = Room.objects.get(pk=sent.message.room_id)
    before = RoomCounter(room_id=room.id, version=version, member_count=2)
    frame = room_added(room, before, peer_id).frame()
    return to_user(peer_id, attach=Attach(room.id, version, frame))
