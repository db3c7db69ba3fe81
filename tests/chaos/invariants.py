"""What must hold, each as one small function of the history and of what the database holds at the end.

The numbers are those of the list that the project was specified with. -> what is wrong, in words; nothing is good.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from tests.chaos.history import FAIL, OK, Heard, History, Page, Send

Wrong = Iterator[str]
GROWTH_KB_MAX = 50 * 1024
SILENT_SECONDS = 20.0  # the promise where Redis is away; the 2 s where it is not, tests/trouble holds it to


class Row(NamedTuple):
    """A message of the database."""

    room: int
    seq: int
    message: int
    sender: int | None
    nonce: str
    content: str
    is_recalled: bool
    version: int


class Held(NamedTuple):
    """A room as a device holds it at the end."""

    device: str
    user: int
    room: int
    version: int
    base: int | None
    messages: Mapping[int, tuple[int, str]]  # seq: (message, content)


class Seen(NamedTuple):
    """Somebody as others see them at the end."""

    user: int
    is_connected: bool
    status: str


class Use(NamedTuple):
    """What a node needs once everybody has hung up, and what it needed before anybody came."""

    node: int
    memory_kb_before: int
    memory_kb: int
    sockets: int


class Counted(NamedTuple):
    """Unread messages of a room, as a client shows them and as the database counts them."""

    device: str
    room: int
    shown: int
    stored: int | None


@dataclass(slots=True)
class Final:
    """What is there once everything has settled."""

    rows: Sequence[Row]
    heads: Mapping[int, tuple[int, int]]  # room: (version, last_seq)
    members: Mapping[tuple[int, int], int]  # (room, user), current: last_read_seq
    held: Sequence[Held]
    pages: Sequence[Page]  # every room, whole
    seen: Sequence[Seen] = ()
    uses: Sequence[Use] = ()
    counted: Sequence[Counted] = ()
    pace: float = 1.0  # how many times slower the machine was than one of its own


Invariant = Callable[[History, Final], Wrong]
INVARIANTS: dict[str, Invariant] = {}


def invariant(number: str) -> Callable[[Invariant], Invariant]:
    def register(check: Invariant) -> Invariant:
        INVARIANTS[number] = check
        return check

    return register


def violations(history: History, final: Final) -> list[str]:
    return [f"{number}: {text}" for number, check in INVARIANTS.items() for text in check(history, final)]


def _acked(history: History) -> list[Send]:
    return [send for send in history.sends if send.outcome == OK]


@invariant("I1")
def acked_is_stored_once_as_acked(history: History, final: Final) -> Wrong:
    found: dict[tuple[int, int | None, str], list[Row]] = defaultdict(list)
    for row in final.rows:
        found[row.room, row.sender, row.nonce].append(row)
    for send in _acked(history):
        rows = found[send.room, send.user, send.nonce]
        if [(row.message, row.seq) for row in rows] != [(send.message, send.seq)]:
            yield f"{send.nonce} was acked as message {send.message}, seq {send.seq}; stored is {rows}"
        elif not (rows[0].is_recalled or send.message in history.edited or rows[0].content == send.content):
            yield f"{send.nonce} said {send.content!r}; stored is {rows[0].content!r}"


@invariant("I2")
def a_repeat_is_acked_as_the_first_time(history: History, final: Final) -> Wrong:
    for send in _acked(history):
        for message, seq, duplicate in send.repeats:
            if (message, seq, duplicate) != (send.message, send.seq, True):
                yield f"{send.nonce}: first {send.message}, seq {send.seq}; then {message}, seq {seq}, {duplicate=}"


@invariant("I2 wire")
def no_connection_brings_a_version_twice(history: History, final: Final) -> Wrong:
    yield from history.repeated


@invariant("I3")
def streams_are_contiguous(history: History, final: Final) -> Wrong:
    """What each device found on the spot, and at the end no hole in what it holds."""
    yield from history.broken
    for held in final.held:
        if held.base is None or held.room not in final.heads:
            continue
        missing = set(range(held.base + 1, final.heads[held.room][1] + 1)) - held.messages.keys()
        if missing:
            yield f"{held.device} lacks seq {sorted(missing)[:10]} of room {held.room} after {held.base}"


@invariant("I4")
def devices_agree_with_the_database(history: History, final: Final) -> Wrong:
    rows = {(row.room, row.seq): (row.message, "" if row.is_recalled else row.content) for row in final.rows}
    for held in final.held:
        for seq, message in held.messages.items():
            if rows.get((held.room, seq)) != message:
                yield f"{held.device} has {message} at seq {seq} of room {held.room}, not {rows.get((held.room, seq))}"


@invariant("I5")
def everybody_has_arrived_at_the_head(history: History, final: Final) -> Wrong:
    for held in final.held:
        if (held.room, held.user) not in final.members:
            yield f"{held.device} holds room {held.room}, in which it is not"
        elif held.version != final.heads[held.room][0]:
            yield f"{held.device} is at version {held.version} of room {held.room}, not {final.heads[held.room][0]}"
    have = {(held.room, held.user) for held in final.held}
    devices = {held.user for held in final.held}
    for room, user in final.members.keys() - have:
        if user in devices and room in final.heads:
            yield f"user {user} is in room {room} and has not got it"


@invariant("I5 in time")
def who_is_there_hears_within_two_seconds(history: History, final: Final) -> Wrong:
    yield from history.late


@invariant("I6+I7")
def who_was_acked_before_stands_before(history: History, final: Final) -> Wrong:
    """Whatever was sent after an ack has a larger seq; so has, with that, a sender's next message."""
    for sends in _by_room(_acked(history)).values():
        acks = sorted(sends, key=lambda send: send.answered_at)
        newest, position = 0, 0
        for send in sorted(sends, key=lambda send: send.asked_at):
            while position < len(acks) and acks[position].answered_at < send.asked_at:
                newest = max(newest, acks[position].seq)
                position += 1
            if send.seq <= newest:
                yield f"{send.nonce} has seq {send.seq} in room {send.room}, sent after the ack of {newest}"


def _by_room(sends: Sequence[Send]) -> dict[int, list[Send]]:
    found: dict[int, list[Send]] = defaultdict(list)
    for send in sends:
        found[send.room].append(send)
    return found


@invariant("I8")
def nothing_is_there_that_nobody_sent(history: History, final: Final) -> Wrong:
    sent = {(send.room, send.user, send.nonce): send for send in history.sends}
    for row in final.rows:
        if row.sender is not None and (row.room, row.sender, row.nonce) not in sent:
            yield f"nobody sent message {row.message} ({row.nonce})"


@invariant("I8 seq")
def seqs_have_no_gap(history: History, final: Final) -> Wrong:
    found: dict[int, list[int]] = defaultdict(list)
    for row in final.rows:
        found[row.room].append(row.seq)
    for room, seqs in found.items():
        if sorted(seqs) != list(range(1, len(seqs) + 1)):
            yield f"room {room} has seqs with gaps or twice"


@invariant("I9")
def an_error_means_not_stored(history: History, final: Final) -> Wrong:
    stored = {(row.room, row.sender, row.nonce) for row in final.rows}
    for send in history.sends:
        if send.outcome == FAIL and (send.room, send.user, send.nonce) in stored:
            yield f"{send.nonce} was refused ({send.code}) and is stored"


@invariant("I10")
def nobody_hears_what_came_after_they_left(history: History, final: Final) -> Wrong:
    moves: dict[tuple[int, int], list[tuple[int, bool]]] = defaultdict(list)
    for room, user, version, is_in in sorted(history.moves, key=lambda move: move[2]):
        moves[room, user].append((version, is_in))
    for heard in history.heard:
        if heard.is_live and not _was_in(moves.get((heard.room, heard.user), ()), heard.version):
            yield f"{heard.device} heard version {heard.version} of room {heard.room} after it had left"


def _was_in(moves: Sequence[tuple[int, bool]], version: int) -> bool:
    """Every device notes at what version it entered: whoever never did is not in."""
    state = False
    for moved_at, is_in in moves:
        if moved_at >= version:
            break
        state = is_in
    return state


@invariant("I11")
def recalled_words_are_gone(history: History, final: Final) -> Wrong:
    recalled = {recall.message: recall for recall in history.recalls}
    for heard in history.heard:
        recall = recalled.get(heard.message)
        if recall and heard.version >= recall.version and heard.content:
            yield f"{heard.device} heard the words of message {heard.message} at {heard.version}, recalled {recall}"
    for page in [*history.pages, *final.pages]:
        for message in page.messages:
            recall = recalled.get(message["id"])
            if recall and page.asked_at > recall.answered_at and message["content"]:
                yield f"a page of room {page.room} showed the words of message {message['id']} after its recall"


@invariant("I12")
def marks_only_move_forward(history: History, final: Final) -> Wrong:
    newest: dict[tuple[int, int], int] = {}
    for mark in history.marks:
        key = (mark.room, mark.user)
        newest[key] = max(newest.get(key, 0), mark.seq)
    for key, seq in newest.items():
        if key in final.members and final.members[key] < seq:
            yield f"the mark of (room, user) {key} is at {final.members[key]}, was acked at {seq}"


@invariant("I12 unread")
def what_is_unread_is_counted_alike(history: History, final: Final) -> Wrong:
    for counted in final.counted:
        if counted.shown != counted.stored:
            yield f"{counted.device} shows {counted.shown} unread in room {counted.room}, not {counted.stored}"


@invariant("I13")
def presence_is_true(history: History, final: Final) -> Wrong:
    for seen in final.seen:
        if (seen.status != "offline") != seen.is_connected:
            yield f"user {seen.user} is seen {seen.status}, {seen.is_connected=}"


@invariant("I14")
def pages_are_what_is_stored(history: History, final: Final) -> Wrong:
    rows = {(row.room, row.seq): row.message for row in final.rows}
    for page in history.pages:
        seqs = [message["seq"] for message in page.messages]
        if seqs != list(range(seqs[0], seqs[0] + len(seqs)) if seqs else []):
            yield f"a page of room {page.room} has seqs {seqs}"
        for message in page.messages:
            if rows.get((page.room, message["seq"])) != message["id"]:
                yield f"a page of room {page.room} has message {message['id']} at seq {message['seq']}"
    for page in final.pages:
        shown = {m["seq"]: (m["id"], m["content"]) for m in page.messages}
        stored = {r.seq: (r.message, "" if r.is_recalled else r.content) for r in final.rows if r.room == page.room}
        if shown != stored:
            yield f"the pages of room {page.room} differ from what is stored at {_differing(shown, stored)}"


@invariant("I14 newest")
def pages_have_what_was_acked_before(history: History, final: Final) -> Wrong:
    """All of them are the newest page of a room."""
    sends = _by_room(_acked(history))
    newest = {room: _newest(own) for room, own in sends.items()}
    for page in history.pages:
        times, seqs = newest.get(page.room, ([], []))
        known = bisect_left(times, page.asked_at)
        shown = page.messages[-1]["seq"] if page.messages else 0
        if known and shown < seqs[known - 1]:
            yield f"a page of room {page.room} ends at seq {shown}, asked for after the ack of {seqs[known - 1]}"


def _newest(sends: Sequence[Send]) -> tuple[list[float], list[int]]:
    """-> when each send was acked, in order, and the largest seq that was acked by then."""
    acks = sorted(sends, key=lambda send: send.answered_at)
    return [send.answered_at for send in acks], list(accumulate((send.seq for send in acks), max))


def _differing(one: Mapping[int, object], other: Mapping[int, object]) -> list[int]:
    return [seq for seq in sorted(one.keys() | other.keys()) if one.get(seq) != other.get(seq)][:5]


@invariant("I15")
def nodes_keep_nothing_of_who_has_gone(history: History, final: Final) -> Wrong:
    for use in final.uses:
        if use.memory_kb - use.memory_kb_before > GROWTH_KB_MAX:
            yield f"node {use.node} has grown from {use.memory_kb_before} kB to {use.memory_kb}"
        if use.sockets:
            yield f"node {use.node} keeps {use.sockets} sockets after everybody has hung up"


@invariant("I16")
def who_is_signed_out_hears_nothing(history: History, final: Final) -> Wrong:
    for revoked in history.revoked:
        late = history.last_frames.get(revoked.session, 0.0) - revoked.answered_at
        if late > SILENT_SECONDS * final.pace:
            yield f"session {revoked.session} heard a frame {late:.1f} s after it was signed out"


__all__ = ["INVARIANTS", "Counted", "Final", "Heard", "Held", "Row", "Seen", "Use", "violations"]
