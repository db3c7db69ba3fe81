"""Signing in, many at once: one batch behind the other; who comes too late is given a time to come back at."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pytest

from chatsite.errors import ChatError
from chatsite.gateway import admission
from chatsite.gateway import pull as slots
from chatsite.gateway.admission import Admission, TooMany
from chatsite.gateway.pull import Claims, Ready

pytestmark = pytest.mark.django_db  # the pool looks after its connections around each batch
READY = Ready("epoch", None, "en", [], [])


class Door:
    """Stands where the database does: counts what it is asked for at once, and answers when it is told to."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.refused: set[int] = set()
        self.open = threading.Event()

    def admit(self, claims: Sequence[Claims]) -> list[Ready | ChatError]:
        self.batches.append([c.user_id for c in claims])
        assert self.open.wait(15)
        return [ChatError("authentication_failed") if c.user_id in self.refused else READY for c in claims]


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Iterator[Door]:
    door = Door()
    monkeypatch.setattr(slots, "pull", door)
    yield door
    door.open.set()


def claims(user_id: int) -> Claims:
    return Claims(user_id, user_id, 0.0)


def begin(own: Admission, user_ids: range) -> list[asyncio.Task[Ready]]:
    return [asyncio.ensure_future(own.admit(claims(i))) for i in user_ids]


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(15):
        while not condition():  # noqa: ASYNC110 - the other thread tells nobody
            await asyncio.sleep(0.001)


async def test_whoever_arrives_during_a_batch_is_the_next_one(door: Door) -> None:
    own = Admission(asyncio.get_running_loop())
    (first,) = begin(own, range(1))
    await until(lambda: door.batches)
    others = begin(own, range(1, 41))
    await asyncio.sleep(0)
    door.open.set()
    assert await asyncio.gather(first, *others) == [READY] * 41
    assert door.batches == [[0], list(range(1, 41))]


async def test_a_batch_is_bounded(door: Door) -> None:
    own = Admission(asyncio.get_running_loop())
    door.open.set()
    await asyncio.gather(*begin(own, range(300)))
    assert [i for batch in door.batches for i in batch] == list(range(300))
    assert max(map(len, door.batches)) <= admission.BATCH_MAX


async def test_one_bad_session_sinks_nobody_else(door: Door) -> None:
    own = Admission(asyncio.get_running_loop())
    door.refused, _ = {2}, door.open.set()
    found = await asyncio.gather(*begin(own, range(4)), return_exceptions=True)
    assert [getattr(f, "code", "ok") for f in found] == ["ok", "ok", "authentication_failed", "ok"]


async def test_a_database_that_is_away_is_told_to_all_who_wait(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError

    def fail(claims: Sequence[Claims]) -> list[Ready | ChatError]:
        raise OperationalError("away")

    monkeypatch.setattr(door, "admit", fail)
    own = Admission(asyncio.get_running_loop())
    found = await asyncio.gather(*begin(own, range(3)), return_exceptions=True)
    assert [f.code for f in found if isinstance(f, ChatError)] == ["unavailable"] * 3


async def test_who_left_while_waiting_is_not_asked_for(door: Door) -> None:
    own = Admission(asyncio.get_running_loop())
    (first,) = begin(own, range(1))
    await until(lambda: door.batches)
    gone, stays = begin(own, range(1, 3))
    await asyncio.sleep(0)
    gone.cancel()
    door.open.set()
    await asyncio.gather(first, stays)
    assert door.batches == [[0], [2]]


async def test_beyond_the_bound_each_is_sent_away_with_a_later_time(door: Door) -> None:
    own = Admission(asyncio.get_running_loop())
    own.door.seconds_each = 0.5  # as measured: ten fit into ANSWER_SECONDS
    begin(own, range(1))
    await until(lambda: door.batches)
    waiting = begin(own, range(1, 12))
    await asyncio.sleep(0)
    turns = []
    for i in range(100, 150):
        with pytest.raises(TooMany) as refusal:
            await own.admit(claims(i))
        turns.append(own._return_at)
        assert refusal.value.retry_after >= 5.5 or turns[1:]
    assert len(own.door) == 11
    assert [b - a for a, b in itertools.pairwise(turns)] == pytest.approx([0.5] * 49)
    door.open.set()
    await asyncio.gather(*waiting)


async def test_the_times_end_within_a_minute_and_begin_anew(door: Door) -> None:
    own = Admission(asyncio.get_running_loop())
    own.door.seconds_each = 10.0
    begin(own, range(1))
    await until(lambda: door.batches)
    begin(own, range(1, 2))
    await asyncio.sleep(0)
    times = []
    for i in range(20):
        with pytest.raises(TooMany) as refusal:
            await own.admit(claims(i))
        times.append(refusal.value.retry_after)
    assert max(times) <= admission.RETRY_MAX_SECONDS
    assert min(times) >= admission.RETRY_MIN_SECONDS


async def test_the_queue_is_bounded_before_any_rate_is_known(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "WAITING_MAX", 5)
    own = Admission(asyncio.get_running_loop())
    begin(own, range(1))
    await until(lambda: door.batches)
    begin(own, range(1, 6))
    await asyncio.sleep(0)
    with pytest.raises(TooMany):
        await own.admit(claims(9))
    assert len(own.door) == 5
