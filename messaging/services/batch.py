"""What a send transaction knows of its rooms while it holds their locks: read once for the whole batch."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from django.utils.timezone import now

from accounts.models import Block
from chatsite.errors import ChatError, NotAMember, NotFound, PermissionDenied, ValidationFailed
from chatsite.pairs import RowIn
from messaging.models import Message
from rooms.models import Membership, Room, RoomCounter
from rooms.permissions import can_mention_all, require_post
from rooms.services.rooms import visible_room

if TYPE_CHECKING:
    from messaging.services.send import Draft

Key = tuple[int, int, str]  # room, sender, nonce
Pair = tuple[int, int]  # room, user


class Batch:
    def __init__(self, drafts: Sequence[Draft], counters: dict[int, RoomCounter]) -> None:
        self.counters = counters
        self.woken: list[Pair] = []  # peers of direct rooms in which the first word was said
        self._moved: set[Pair] = set()
        rooms = list(counters)
        pairs = {(d.room_id, d.user_id) for d in drafts if d.room_id in counters}
        self.rooms = Room.objects.in_bulk(rooms)
        self.members = _memberships(pairs)
        self.known = _known(drafts)
        self._mentioned = _mentioned(drafts)
        self._replied = _replied(drafts)
        self._blocks = _blocks([r for r in self.rooms.values() if r.is_direct])

    @classmethod
    def locked(cls, drafts: Sequence[Draft]) -> Batch:
        """Locks the counters of the drafts' rooms, ids ascending, and reads what the drafts are judged by."""
        rooms = sorted({d.room_id for d in drafts})
        rows = RoomCounter.objects.select_for_update().filter(room_id__in=rooms).order_by("room_id")
        return cls(drafts, {c.room_id: c for c in rows})

    def require_permission(self, draft: Draft) -> None:
        """Raises the ChatError that refuses the draft."""
        room = self.rooms.get(draft.room_id)
        membership = self.members.get((draft.room_id, draft.user_id))
        if room is None or membership is None or not membership.is_current or membership.is_hidden:
            visible_room(draft.user_id, draft.room_id)
            raise NotAMember
        require_post(room, membership)
        self._require_no_block(room, draft)
        self._require_mentions(membership, draft)
        if draft.body.reply_to is not None and self._replied.get(draft.body.reply_to) != draft.room_id:
            raise NotFound

    def _require_no_block(self, room: Room, draft: Draft) -> None:
        peer_id = room.peer_id(draft.user_id)
        if peer_id is not None and frozenset((peer_id, draft.user_id)) in self._blocks:
            raise ChatError("blocked")

    def _require_mentions(self, membership: Membership, draft: Draft) -> None:
        if any((draft.room_id, user_id) not in self._mentioned for user_id in draft.body.mentions):
            raise ValidationFailed({"mentions": ["Only members of the room can be mentioned."]})
        if draft.body.mention_all and not can_mention_all(membership, self.counters[draft.room_id].member_count):
            raise PermissionDenied

    def move_mark(self, message: Message) -> None:
        """Sending moves the sender's mark only when nothing is unread; else it is one of their own after the mark."""
        assert message.sender_id is not None
        pair = (message.room_id, message.sender_id)
        membership = self.members[pair]
        if membership.unread_count(message.number - 1) == 0:
            membership.last_read_seq, membership.read_number = message.seq, message.number
            membership.own_after_mark = 0
        else:
            membership.own_after_mark += 1
        self._moved.add(pair)

    def save(self) -> None:
        moved = [self.members[pair] for pair in self._moved]
        Membership.objects.bulk_update(moved, ["last_read_seq", "read_number", "own_after_mark"])
        if self.woken:
            # The tailer finds the new room by this, where the publish was lost.
            peers = Membership.objects.filter(RowIn("room_id", "user_id", rows=self.woken))
            peers.update(changed_at=now(), is_hidden=False)
        changed = {room_id for room_id, _ in self._moved}
        RoomCounter.objects.bulk_update(
            [self.counters[room_id] for room_id in changed],
            ["last_seq", "message_count", "last_message_id", "version", "last_message_at", "changed_at"],
        )


def _memberships(pairs: Collection[Pair]) -> dict[Pair, Membership]:
    """Locked, because marking as read moves the same marks without the room's lock."""
    if not pairs:
        return {}
    rows = Membership.objects.select_for_update().filter(RowIn("room_id", "user_id", rows=sorted(pairs)))
    return {(m.room_id, m.user_id): m for m in rows}


def _known(drafts: Sequence[Draft]) -> dict[Key, Message]:
    keys = sorted({d.key for d in drafts})
    rows = Message.objects.filter(RowIn("room_id", "sender_id", "nonce", rows=keys))
    return {(m.room_id, m.sender_id or 0, m.nonce): m for m in rows}


def _mentioned(drafts: Sequence[Draft]) -> set[Pair]:
    pairs = {(d.room_id, user_id) for d in drafts for user_id in d.body.mentions}
    if not pairs:
        return set()
    rows = Membership.objects.current().filter(RowIn("room_id", "user_id", rows=sorted(pairs)))
    return set(rows.values_list("room_id", "user_id"))


def _replied(drafts: Sequence[Draft]) -> dict[int, int]:
    """-> {message id: its room}"""
    ids = {d.body.reply_to for d in drafts if d.body.reply_to is not None}
    return dict(Message.objects.filter(pk__in=ids).values_list("id", "room_id")) if ids else {}


def _blocks(direct: Sequence[Room]) -> set[frozenset[int]]:
    people = {int(part) for room in direct for part in (room.pair_key or "").split(":")}
    if not people:
        return set()
    rows = Block.objects.filter(user_id__in=people, blocked_id__in=people)
    return {frozenset(pair) for pair in rows.values_list("user_id", "blocked_id")}
