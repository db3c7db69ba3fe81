"""What the tailer has found: who must hear nothing more comes before whoever is to hear more."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from datetime import datetime

import pytest

from accounts.models import User
from chatsite.gateway import pull as slots
from chatsite.gateway.frames import Close
from chatsite.gateway.hub import Hub
from chatsite.gateway.publisher import Publisher
from chatsite.gateway.pull import Moved, Recent
from chatsite.pool import in_pool
from messaging.services.pull import farewell
from rooms.models import Room
from tests.factories import make_room
from tests.gateway.test_consumer import Wire, ann, ended, enter, own_hub, room, token

__all__ = ["ann", "own_hub", "room", "token"]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def slow_welcomes(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    go = threading.Event()
    monkeypatch.setattr(slots.pull, "welcome", lambda user_id, room_id: go.wait() and None, raising=False)
    yield
    go.set()


async def catch_on(own_hub: Hub, ann: User, wire: Wire, *, gone: list[Moved], sessions: dict[int, str]) -> None:
    """Ann has come into rooms whose welcomes take long."""
    come = [Moved(10**6 + n, ann.pk, 1, None) for n in range(3)]
    catching_on = asyncio.create_task(own_hub.catch_on(Recent({}, [*come, *gone], sessions)))
    await wire.until(lambda: wire.code or "room_removed" in wire.types())
    catching_on.cancel()


async def test_who_is_signed_out_waits_for_no_welcome(own_hub: Hub, ann: User, token: str, slow_welcomes: None) -> None:
    wire, task = await enter(token)
    (connection,) = own_hub.users[ann.pk]
    await catch_on(own_hub, ann, wire, gone=[], sessions={connection.session_id: "signed_out"})
    assert wire.code == Close.UNAUTHENTICATED
    await ended(task)


async def test_who_is_thrown_out_waits_for_no_welcome(
    own_hub: Hub, ann: User, room: Room, token: str, slow_welcomes: None
) -> None:
    wire, task = await enter(token)
    version = own_hub.rooms[room.id].version
    gone = [Moved(room.id, ann.pk, version, farewell(room.id, "kicked"))]
    await catch_on(own_hub, ann, wire, gone=gone, sessions={})
    assert room.id not in own_hub.rooms
    wire.hang_up()
    await ended(task)


async def test_what_nobody_expected_does_not_end_the_tailer(
    own_hub: Hub, ann: User, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of that its database had no table for a moment, or its driver lost count: it goes on when that is over."""
    wire, task = await enter(token)
    failures = iter(range(2))
    recent = slots.pull.recent

    def fail(since: datetime) -> Recent:
        if next(failures, None) is not None:
            raise RuntimeError("nobody expected this")
        return recent(since)

    monkeypatch.setattr(slots.pull, "recent", fail, raising=False)
    with monkeypatch.context() as deaf:
        deaf.setattr(Publisher, "put", lambda self, envelopes: None)
        await in_pool(make_room, ann)
    await wire.until(lambda: "room_added" in wire.types())
    assert next(failures, None) is None
    wire.hang_up()
    await ended(task)
