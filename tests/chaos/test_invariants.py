"""The checker itself: each invariant holds for a good history and names what is wrong with a bad one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.chaos.history import FAIL, OK, Heard, History, Mark, Page, Recall, Revoked, Send
from tests.chaos.invariants import INVARIANTS, Counted, Final, Held, Row, Seen, Use, violations

ANN, BOB, ROOM = 1, 2, 7


def acked(nonce: str, seq: int, *, asked: float, answered: float, user: int = ANN) -> Send:
    return Send(user, ROOM, nonce, f"words of {nonce}", asked, OK, answered, seq=seq, message=100 + seq)


def row(send: Send, **changes: Any) -> Row:
    return Row(send.room, send.seq, send.message, send.user, send.nonce, send.content, False, send.seq)._replace(
        **changes
    )


def held(device: str, user: int, rows: list[Row], **changes: Any) -> Held:
    shown = {r.seq: (r.message, "" if r.is_recalled else r.content) for r in rows}
    return Held(device, user, ROOM, len(rows), 0, shown)._replace(**changes)


def page(rows: list[Row], asked_at: float = 50.0) -> Page:
    shown = [{"id": r.message, "seq": r.seq, "content": "" if r.is_recalled else r.content} for r in rows]
    return Page(ANN, ROOM, asked_at, shown)


def heard(send: Send, version: int, **changes: Any) -> Heard:
    fields = {"content": send.content, "is_recalled": False, "is_live": True, **changes}
    return Heard("b", BOB, ROOM, send.seq, send.message, version, **fields)


class World:
    """Three messages, two people with a device each, all as it should be."""

    def __init__(self) -> None:
        self.history = History()
        self.sends = [
            acked("a1", 1, asked=1, answered=2),
            acked("b1", 2, asked=1.5, answered=3, user=BOB),
            acked("a2", 3, asked=4, answered=5),
        ]
        self.sends[0].repeats.append((101, 1, True))
        self.history.sends = self.sends
        self.history.moves = {(ROOM, ANN, 0, True), (ROOM, BOB, 0, True)}
        self.history.heard = [heard(send, send.seq) for send in self.sends]
        self.history.marks = [Mark(BOB, ROOM, 2), Mark(BOB, ROOM, 3)]
        self.rows = [row(send) for send in self.sends]
        self.history.pages = [page(self.rows)]
        self.final = Final(
            self.rows,
            {ROOM: (3, 3)},
            {(ROOM, ANN): 3, (ROOM, BOB): 3},
            [held("a", ANN, self.rows), held("b", BOB, self.rows)],
            [page(self.rows)],
            [Seen(ANN, True, "away"), Seen(BOB, False, "offline")],
            [Use(0, 90_000, 120_000, 0)],
            [Counted("vue0", ROOM, 1, 1)],
        )
        self.history.revoked = [Revoked(11, 20.0)]
        self.history.last_frames = {11: 21.0, 12: 90.0}

    def found(self) -> set[str]:
        """-> the numbers of the invariants that are broken."""
        return {text.partition(":")[0] for text in violations(self.history, self.final)}

    def put(self, position: int, changed: Row) -> None:
        self.rows[position] = changed


def test_a_good_history_breaks_nothing() -> None:
    assert violations(World().history, World().final) == []


Spoil = Callable[[World], None]
BAD: dict[str, tuple[str, Spoil]] = {}


def bad(invariant: str) -> Callable[[Spoil], Spoil]:
    def register(spoil: Spoil) -> Spoil:
        BAD[spoil.__name__] = (invariant, spoil)
        return spoil

    return register


@bad("I1")
def an_acked_message_is_lost(world: World) -> None:
    del world.rows[2]


@bad("I1")
def a_message_is_stored_twice(world: World) -> None:
    world.rows.append(row(world.sends[2], seq=4, message=104))


@bad("I1")
def other_words_are_stored(world: World) -> None:
    world.put(1, row(world.sends[1], content="something else"))


@bad("I2")
def a_repeat_is_stored_anew(world: World) -> None:
    world.sends[0].repeats.append((109, 9, False))


@bad("I2 wire")
def a_frame_comes_twice(world: World) -> None:
    world.history.repeated.append("b: version 2 after 2 on one connection")


@bad("I5 in time")
def somebody_hears_too_late(world: World) -> None:
    world.history.late.append("b has not heard seq 3")


@bad("I3")
def a_device_misses_one(world: World) -> None:
    del world.final.held[1].messages[2]  # type: ignore[attr-defined]


@bad("I3")
def a_device_has_found_a_gap(world: World) -> None:
    world.history.broken.append("b: version 9 after 7")


@bad("I4")
def a_device_shows_other_words(world: World) -> None:
    world.final.held[1].messages[2] = (102, "other words")  # type: ignore[index]


@bad("I5")
def a_device_stays_behind(world: World) -> None:
    world.final.held[1] = world.final.held[1]._replace(version=2)  # type: ignore[index]


@bad("I5")
def a_device_never_hears_of_its_room(world: World) -> None:
    world.final.held[1] = world.final.held[1]._replace(room=8)  # type: ignore[index]


@bad("I6+I7")
def what_was_sent_later_stands_before(world: World) -> None:
    world.sends[2].asked_at = 3.5
    world.sends[1].seq, world.sends[2].seq = 3, 2


@bad("I8")
def there_is_what_nobody_sent(world: World) -> None:
    world.rows.append(Row(ROOM, 4, 104, BOB, "nobody's", "boo", False, 4))


@bad("I8 seq")
def a_seq_is_left_out(world: World) -> None:
    world.put(2, row(world.sends[2], seq=4))


@bad("I9")
def what_was_refused_is_stored(world: World) -> None:
    refused = Send(BOB, ROOM, "b2", "no", 6, FAIL, 7, "muted")
    world.history.sends.append(refused)
    world.rows.append(Row(ROOM, 4, 104, BOB, "b2", "no", False, 4))


@bad("I10")
def somebody_hears_what_came_after_they_left(world: World) -> None:
    world.history.moves.add((ROOM, BOB, 2, False))


@bad("I10")
def an_outsider_hears_it(world: World) -> None:
    world.history.moves.remove((ROOM, BOB, 0, True))


@bad("I11")
def recalled_words_are_heard_again(world: World) -> None:
    world.history.recalls.append(Recall(ROOM, 101, 4, 6.0))
    world.history.heard.append(heard(world.sends[0], 5))


@bad("I11")
def recalled_words_stand_on_a_page(world: World) -> None:
    world.history.recalls.append(Recall(ROOM, 101, 4, 6.0))
    world.history.pages.append(page(world.rows, asked_at=7.0))


@bad("I12")
def a_mark_goes_back(world: World) -> None:
    world.final.members[ROOM, BOB] = 1  # type: ignore[index]


@bad("I12 unread")
def a_client_counts_wrongly(world: World) -> None:
    world.final.counted = [Counted("vue0", ROOM, 2, 1)]


@bad("I13")
def who_has_gone_is_seen_online(world: World) -> None:
    world.final.seen = [Seen(BOB, False, "online")]


@bad("I13")
def who_is_there_is_seen_offline(world: World) -> None:
    world.final.seen = [Seen(ANN, True, "offline")]


@bad("I15")
def a_node_grows(world: World) -> None:
    world.final.uses = [Use(0, 90_000, 150_000, 0)]


@bad("I15")
def a_node_keeps_a_socket(world: World) -> None:
    world.final.uses = [Use(0, 90_000, 90_000, 1)]


@bad("I16")
def who_was_signed_out_still_hears(world: World) -> None:
    world.history.last_frames[11] = 60.0


@bad("I14")
def a_page_has_a_hole(world: World) -> None:
    world.history.pages.append(page([world.rows[0], world.rows[2]]))


@bad("I14")
def the_pages_leave_one_out(world: World) -> None:
    del world.final.pages[0].messages[1]


@bad("I14 newest")
def a_page_is_older_than_an_ack(world: World) -> None:
    world.history.pages.append(page(world.rows[:2], asked_at=5.5))


@bad("I14 newest")
def a_page_is_empty_though_something_was_acked(world: World) -> None:
    world.history.pages.append(page([], asked_at=2.5))


@pytest.mark.parametrize(("invariant", "spoil"), BAD.values(), ids=BAD.keys())
def test_a_bad_history_is_found_out(invariant: str, spoil: Spoil) -> None:
    world = World()
    spoil(world)
    assert invariant in world.found()


def test_every_invariant_has_a_bad_history() -> None:
    assert {invariant for invariant, _ in BAD.values()} == set(INVARIANTS)


def test_who_comes_back_may_hear_again() -> None:
    world = World()
    world.history.moves |= {(ROOM, BOB, 1, False), (ROOM, BOB, 2, True)}
    world.history.heard = [heard(world.sends[2], 3)]
    assert "I10" not in world.found()


def test_a_page_need_not_have_what_was_acked_while_it_was_read() -> None:
    world = World()
    world.history.pages.append(page(world.rows[:2], asked_at=4.5))
    assert world.found() == set()
