"""The send transaction: a batch over many rooms, one COMMIT, exact answers for each of its drafts."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import msgspec
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext_lazy as _

from chatsite.errors import ChatError, Unavailable, ValidationFailed
from chatsite.gateway.events import Attach, Envelope, publish, to_room, to_user
from chatsite.transactions import is_lock_conflict, repeated_on_conflict
from messaging import recent
from messaging.rendering import messages_out
from messaging.rows import AnyMessage
from messaging.schemas import MessageOut, NewMessage, SendAck, SendBody
from messaging.services.batch import Batch
from messaging.services.statements import Key, find_known
from messaging.words import Verdict
from presence.services import online_people_ids
from rooms.models import Membership, Room, RoomCounter, pair_key
from rooms.rendering import room_added
from rooms.services.direct import find_or_make

_pack = msgspec.msgpack.Encoder().encode


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

    message: AnyMessage
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
        raise ValidationFailed({"room_id": [_("Give room_id or receiver_id, one of them.")]})
    if not body.content.strip():
        raise ValidationFailed({"content": [_("This field is required.")]})
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
    parts: tuple[Any, ...] = (
        body.content,
        body.reply_to,
        sorted(set(body.mentions)),
        body.mention_all,
        body.attachment_ids,
    )
    if body.mention_here:  # not among the others: what was sent before there was such a thing keeps its fingerprint
        parts = (*parts, True)
    return hashlib.blake2b(_pack(parts), digest_size=8, key=_fingerprint_key(settings.SECRET_KEY)).digest()


@cache
def _fingerprint_key(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def send_one(*, user_id: int, room_id: int, body: SendBody) -> Sent:
    """The REST door: one draft, sent and announced."""
    (result,) = send([draft(user_id=user_id, room_id=room_id, body=body)])
    if isinstance(result, ChatError):
        raise result
    announce([result])
    return result


def answer(sent: Sent) -> MessageOut:
    """The message as its sender sees it. Who repeats from outside the room hears nothing of what became of it there."""
    message = sent.message
    within = Membership.objects.current().filter(room_id=message.room_id, user_id=message.sender_id or 0)
    if sent.duplicate and not within.filter(history_after_seq__lt=message.seq).exists():
        (out,) = messages_out([message], reactions={}, begins={message.room_id: message.seq})
        return msgspec.structs.replace(out, pinned_at=None)
    (out,) = messages_out([message])
    return out


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
        room, _is_new = find_or_make(one.user_id, one.receiver_id)
    except ChatError as error:
        return _stored(one) or error
    return msgspec.structs.replace(one, room_id=room.id)


def _stored(one: Draft) -> Draft | None:
    """Who may not write any more may still repeat what they could: an error would say that it is not stored."""
    room = Room.objects.filter(pair_key=pair_key(one.user_id, one.receiver_id)).first()
    if room is None or one.body.nonce is None:
        return None
    addressed = msgspec.structs.replace(one, room_id=room.id)
    return addressed if find_known([addressed.key]) else None


def _commit(drafts: Sequence[Draft]) -> list[Result]:
    try:
        return _transaction(drafts)
    except (OperationalError, InterfaceError) as error:
        if not is_lock_conflict(error):
            return [Unavailable() for _draft in drafts]
    return _room_by_room(drafts)


def _room_by_room(drafts: Sequence[Draft]) -> list[Result]:
    """After a deadlock or a lock timeout: one slow room must not hold up the others."""
    results: dict[int, Result] = {}
    for room_id in sorted({d.room_id for d in drafts}):
        own = [i for i, d in enumerate(drafts) if d.room_id == room_id]
        try:
            answers = repeated_on_conflict(_transaction)([drafts[i] for i in own])
        except (OperationalError, InterfaceError):
            answers = [Unavailable() for _draft in own]
        results |= dict(zip(own, answers, strict=True))
    return [results[i] for i in range(len(drafts))]


def _transaction(drafts: Sequence[Draft]) -> list[Result]:
    """One transaction, a constant number of statements. The counters come first: the other order deadlocks."""
    online = online_people_ids() if any(d.body.mention_here for d in drafts) else frozenset()  # asked without a lock
    with transaction.atomic():
        batch = Batch.locked(drafts, online)
        results = [_judge(batch, d) for d in drafts]
        if batch.fresh:
            batch.save()
    return results


def _judge(batch: Batch, one: Draft) -> Result:
    """Accepted, refused or a duplicate: exact, because the room is locked."""
    if known := batch.known.get(one.key):
        if bytes(known.fingerprint) != one.fingerprint:
            return ChatError("conflict")
        return Sent(known, duplicate=True)
    try:
        batch.require_permission(one)
        verdict = batch.read(one)
    except ChatError as error:
        return error
    return _accept(batch, one, verdict)


def _accept(batch: Batch, one: Draft, verdict: Verdict) -> Sent:
    attach = _first_word(batch, one)
    return Sent(batch.append(one, verdict), duplicate=False, attach=attach)


def _first_word(batch: Batch, one: Draft) -> tuple[int, int] | None:
    """The peer of a direct room comes to know of it: -> (peer id, where their stream starts)."""
    peer_id, counter = batch.room(one.room_id).peer_id(one.user_id), batch.counters[one.room_id]
    if peer_id is None or peer_id == one.user_id or counter.last_seq:
        return None
    batch.woken.append((one.room_id, peer_id))
    return peer_id, counter.version


def announce(results: Iterable[Result]) -> None:
    """After COMMIT: render once, keep the newest rows at hand, tell every process. May be lost without harm."""
    fresh = [r for r in results if isinstance(r, Sent) and not r.duplicate]
    if not fresh:
        return
    rows = [sent.message for sent in fresh]
    events: dict[int, list[NewMessage]] = {}
    for out in messages_out(rows, reactions={}):
        events.setdefault(out.room_id, []).append(NewMessage(room_id=out.room_id, version=out.version, message=out))
    welcomes = [_welcome(sent) for sent in fresh if sent.attach]
    publish(*welcomes, *(to_room(room_id, own[0].version, own) for room_id, own in events.items()))
    recent.append(rows)


def _welcome(sent: Sent) -> Envelope:
    """The room as it stood before its first message, which follows as an event of its own."""
    assert sent.attach is not None
    peer_id, version = sent.attach
    room = Room.objects.get(pk=sent.message.room_id)
    before = RoomCounter(room_id=room.id, version=version, member_count=2)
    frame = room_added(room, before, peer_id).frame()
    return to_user(peer_id, attach=Attach(room.id, version, frame))
