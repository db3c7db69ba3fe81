"""What a send transaction knows of its rooms while it holds their locks: read once for the whole batch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from chatsite.errors import ChatError, NotAMember, NotFound, ValidationFailed
from chatsite.pairs import RowIn
from messaging import words
from messaging.models import Mention, Message
from messaging.permissions import require_length, require_links
from messaging.rows import AnyMessage, MessageRow
from messaging.services import statements
from messaging.services.reports import flag
from messaging.services.statements import Counter, Key, Spoken
from messaging.services.welcome import unwelcome
from messaging.words import Verdict
from rooms.models import Membership, Room
from rooms.permissions import can_manage, may, may_call, require, require_post
from rooms.services.rooms import visible_room
from rooms.standing import Pair, Standing, standings

if TYPE_CHECKING:
    from messaging.services.send import Draft


class Batch:
    def __init__(self, drafts: Sequence[Draft], counters: dict[int, Counter], online: Collection[int] = ()) -> None:
        self.at = now()
        self._online = online
        self.counters = counters
        self.fresh: list[MessageRow] = []
        self.flagged: list[tuple[MessageRow, list[str]]] = []
        self._words = words.at(next((c.words_mark for c in counters.values()), None) or words.NOTHING)
        self.woken: list[Pair] = []  # peers of direct rooms in which the first word was said
        pairs = {(d.room_id, d.user_id) for d in drafts if d.room_id in counters}
        self._standings = standings.of({c.room_id: c.access_version for c in counters.values()}, pairs)
        self.known: dict[Key, AnyMessage] = dict(_known(drafts))
        self._last_said = statements.last_said(slow) if (slow := _slow(pairs, self._standings)) else {}
        self._mentioned = _mentioned(drafts)
        self._replied = _replied(drafts)
        direct = {room_id: s.room for room_id, s in self._standings.items() if s.room.is_direct}
        people = {int(part) for room in direct.values() for part in (room.pair_key or "").split(":")}
        self._blocks, wishes = statements.wishes_of(people) if people else (set(), {})
        self._unwelcome = unwelcome(pairs, direct, wishes) if wishes else set()

    @classmethod
    def locked(cls, drafts: Sequence[Draft], online: Collection[int] = ()) -> Batch:
        """Locks the counters of the drafts' rooms, ids ascending, and reads what the drafts are judged by.

        `online`: whom a call to all who are here reaches.
        """
        return cls(drafts, statements.lock_counters({d.room_id for d in drafts}), online)

    def room(self, room_id: int) -> Room:
        return self._standings[room_id].room

    def require_permission(self, draft: Draft) -> None:
        """Raises the ChatError that refuses the draft."""
        standing = self._standings.get(draft.room_id)
        membership = standing.members.get(draft.user_id) if standing else None
        if standing is None or membership is None:
            visible_room(draft.user_id, draft.room_id)
            raise NotAMember
        require_post(standing.room, membership)
        require_length(draft.body.content)
        self._require_may_reach(standing.room, draft)
        require_links(standing.room, membership, draft.body.content)
        self._require_mentions(standing.room, membership, draft)
        self._require_attachments(standing.room, membership, draft)
        self._require_reply(membership, draft)
        self._require_pace(standing.room, membership)

    def _require_reply(self, membership: Membership, draft: Draft) -> None:
        if draft.body.reply_to is not None:
            room_id, seq = self._replied.get(draft.body.reply_to, (0, 0))
            if room_id != draft.room_id or seq <= membership.history_after_seq:
                raise NotFound

    def _require_pace(self, room: Room, membership: Membership) -> None:
        """Slow mode; comes last, so that what is refused for good is not told to wait."""
        last = self._last_said.get((room.id, membership.user_id))
        if not room.rules.slow_seconds or can_manage(membership) or last is None:
            return
        wait = (last + timedelta(seconds=room.rules.slow_seconds) - self.at).total_seconds()
        if wait > 0:
            raise ChatError("rate_limited", _("This room is in slow mode. Wait a little."), retry_after=round(wait, 3))

    def _require_may_reach(self, room: Room, draft: Draft) -> None:
        """What rooms.contacts.require_may_reach asks of one, asked for the whole batch before."""
        peer_id = room.peer_id(draft.user_id)
        if peer_id is not None and frozenset((peer_id, draft.user_id)) in self._blocks:
            raise ChatError("blocked")
        require((room.id, draft.user_id) not in self._unwelcome)

    def _require_mentions(self, room: Room, membership: Membership, draft: Draft) -> None:
        if any((draft.room_id, user_id) not in self._mentioned for user_id in draft.body.mentions):
            raise ValidationFailed({"mentions": [_("Only members of the room can be mentioned.")]})
        member_count = self.counters[room.id].member_count
        require(not draft.body.mention_all or may_call(room, membership, "mention_all", member_count))
        require(not draft.body.mention_here or may_call(room, membership, "mention_here", member_count))

    def _require_attachments(self, room: Room, membership: Membership, draft: Draft) -> None:
        if draft.body.attachment_ids:
            require(may(room, membership, "upload"))
            raise NotFound

    def read(self, draft: Draft) -> Verdict:
        """What the word filter says; raises the ChatError that refuses the draft."""
        return self._words.judge(draft.body.content)

    def append(self, draft: Draft, verdict: Verdict) -> MessageRow:
        """Takes seq, version and number for the draft, and remembers the row for the one INSERT."""
        counter = self.counters[draft.room_id]
        counter.last_seq += 1
        counter.version += 1
        counter.message_count += 1
        message = MessageRow(
            room_id=draft.room_id,
            seq=counter.last_seq,
            version=counter.version,
            number=counter.message_count,
            sender_id=draft.user_id,
            content=verdict.content,
            nonce=draft.nonce,
            fingerprint=draft.fingerprint,
            reply_to_id=draft.body.reply_to,
            mentions=sorted(set(draft.body.mentions)),
            mention_all=draft.body.mention_all,
            mention_here=draft.body.mention_here,
            created_at=self.at,
        )
        self.fresh.append(message)
        if verdict.flagged and not self.room(draft.room_id).is_direct:
            self.flagged.append((message, verdict.flagged))
        self.known[draft.key] = message
        self._last_said[draft.room_id, draft.user_id] = self.at
        return message

    def save(self) -> None:
        """Everything that the accepted drafts change, in a constant number of statements."""
        statements.insert_messages(self.fresh)
        for message in self.fresh:
            self.counters[message.room_id].last_message_id = message.id
        insert_mentions(self.fresh, _here(self.fresh, self._online))
        if self.flagged:
            flag(self.flagged)
        statements.move_marks(spoken_of(self.fresh))
        if self.woken:
            # The tailer finds the new room by this, where the publish was lost.
            peers = Membership.objects.filter(RowIn("room_id", "user_id", rows=self.woken))
            peers.update(changed_at=now(), is_hidden=False)
        statements.save_counters([c for c in self.counters.values() if c.last_message_id], self.at)


def _known(drafts: Sequence[Draft]) -> dict[Key, Message]:
    """Only a client's nonce can have been seen before."""
    keys = {d.key for d in drafts if d.body.nonce is not None}
    return statements.find_known(sorted(keys)) if keys else {}


def _slow(pairs: Collection[Pair], standings: Mapping[int, Standing]) -> list[Pair]:
    """-> those who have to wait between their messages"""
    slow = {room_id: s for room_id, s in standings.items() if s.room.rules.slow_seconds}
    return [(r, user_id) for r, user_id in pairs if r in slow and not can_manage(slow[r].members.get(user_id))]


def _mentioned(drafts: Sequence[Draft]) -> set[Pair]:
    pairs = {(d.room_id, user_id) for d in drafts for user_id in d.body.mentions}
    if not pairs:
        return set()
    rows = Membership.objects.current().filter(RowIn("room_id", "user_id", rows=sorted(pairs)))
    return set(rows.values_list("room_id", "user_id"))


def _replied(drafts: Sequence[Draft]) -> dict[int, tuple[int, int]]:
    """-> {message id: its room and seq}"""
    ids = {d.body.reply_to for d in drafts if d.body.reply_to is not None}
    rows = Message.objects.filter(pk__in=ids).values_list("id", "room_id", "seq") if ids else []
    return {message_id: (room_id, seq) for message_id, room_id, seq in rows}


def _here(messages: Collection[MessageRow], online: Collection[int]) -> dict[int, list[int]]:
    """-> {room in which those were called who are here: these members}"""
    rooms = {m.room_id for m in messages if m.mention_here}
    found: dict[int, list[int]] = {room_id: [] for room_id in rooms}
    members = Membership.objects.current().filter(room_id__in=rooms) if rooms else Membership.objects.none()
    for room_id, user_id in members.values_list("room_id", "user_id"):
        if user_id in online:
            found[room_id].append(user_id)
    return found


def insert_mentions(messages: Iterable[MessageRow], here: Mapping[int, list[int]] = MappingProxyType({})) -> None:
    """`here`: {room: who is there now}"""
    if mentions := [mention for m in messages for mention in _mentions(m, here)]:
        Mention.objects.bulk_create(mentions)


def _mentions(message: MessageRow, here: Mapping[int, list[int]]) -> Iterable[Mention]:
    targets = [*message.mentions, *([Mention.ALL] if message.mention_all else [])]
    for user_id in [*targets, *([Mention.HERE] if message.mention_here else [])]:
        yield Mention(
            room_id=message.room_id,
            user_id=user_id,
            seq=message.seq,
            message_id=message.id,
            sender_id=message.sender_id or 0,
            here=here[message.room_id] if user_id == Mention.HERE else None,
        )


def spoken_of(messages: Iterable[MessageRow]) -> Iterable[Spoken]:
    """-> what moves their senders' marks; of each room all that was written, in order."""
    spoken: dict[Pair, Spoken] = {}
    for message in messages:
        pair = (message.room_id, message.sender_id or 0)
        seq, number = message.seq, message.number
        own = spoken.get(pair)
        if own is None:
            spoken[pair] = Spoken(*pair, earlier=number - 1, run_seq=seq, run_number=number, after_run=0, total=1)
        elif own.after_run == 0 and own.run_number == number - 1:
            spoken[pair] = own._replace(run_seq=seq, run_number=number, total=own.total + 1)
        else:
            spoken[pair] = own._replace(after_run=own.after_run + 1, total=own.total + 1)
    return spoken.values()
