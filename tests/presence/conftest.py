"""A store with keys of its own, and everything that presence tells anybody."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import msgspec
import pytest
from django.conf import settings
from django.utils.timezone import now
from django_redis import get_redis_connection
from redis import Redis

from accounts.models import Block, Friendship
from chatsite.gateway.events import Envelope
from messaging.schemas import SendBody
from messaging.services.send import Sent, draft, send
from presence import store as presence_store
from presence.store import Beat, PresenceStore, StatusReader
from rooms.services.direct import find_or_make

PATIENCE_SECONDS = 60
LONG = 3600.0  # seconds; what must not run out during a test


@pytest.fixture
def prefix() -> str:
    return f"{settings.REDIS_PREFIX}:{uuid.uuid4().hex}:"


@pytest.fixture
def forget(prefix: str) -> Callable[[], None]:
    """Redis loses all that presence had in it."""

    def forget() -> None:
        redis = get_redis_connection()
        for key in redis.scan_iter(f"{prefix}*"):
            redis.delete(key)

    return forget


@pytest.fixture
async def make_store(prefix: str) -> AsyncIterator[Callable[..., PresenceStore]]:
    """Stores on the same keys, as several processes have them. Nothing runs out unless a test says so."""
    stores = []

    def make(**times: float) -> PresenceStore:
        stores.append(PresenceStore(prefix=prefix, **{"ttl_seconds": LONG, "grace_seconds": LONG, **times}))
        return stores[-1]

    yield make
    for store in stores:
        await store.close()


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no Redis that is away."""
    monkeypatch.setattr(presence_store, "REDIS_TIMEOUT_SECONDS", PATIENCE_SECONDS)


@pytest.fixture
def reader(prefix: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[StatusReader]:
    """What REST reads, on the same keys."""
    with Redis.from_url(settings.REDIS_URL, socket_timeout=PATIENCE_SECONDS) as client:
        reader = StatusReader(lambda: client, prefix=prefix)
        monkeypatch.setattr(presence_store, "reader", reader)
        monkeypatch.setattr("accounts.slots.status_of", reader.statuses)
        yield reader


async def beat_for_the_last_time(make_store: Callable[..., PresenceStore], *beats: Beat) -> None:
    """Their process dies now: these connections run out in a moment."""
    await make_store(ttl_seconds=0.05).beat(beats)


async def eventually(look: Callable[[], Awaitable[Any]]) -> Any:
    """-> the first truthy answer."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found := await look()):  # noqa: ASYNC110 - Redis tells nobody what has run out
            await asyncio.sleep(0.01)
    return found


class Told:
    """Every envelope that presence has published."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    def __call__(self, *envelopes: Envelope) -> None:
        self.envelopes += envelopes

    def to(self, user: Any, *, screen: tuple[Any, ...] = ()) -> list[tuple[str, dict[str, Any]]]:
        """-> (type, data) of what reaches the user's connection while these rooms are on its screen."""
        open_rooms = {room.id for room in screen}
        return [
            frame
            for envelope in self.envelopes
            if _reaches(envelope, user.pk, open_rooms)
            for frame in _frames(envelope)
        ]

    def forget(self) -> None:
        self.envelopes.clear()


def _reaches(envelope: Envelope, user_id: int, open_rooms: set[int]) -> bool:
    assert not envelope.rooms or envelope.on_screen, "presence goes to open rooms only"
    if user_id in envelope.except_users:
        return False
    return user_id == envelope.user_id or user_id in envelope.users or bool(open_rooms & set(envelope.rooms))


def _frames(envelope: Envelope) -> list[tuple[str, dict[str, Any]]]:
    frames = [msgspec.json.decode(frame) for frame in envelope.frames]
    return [(frame["type"], frame["data"]) for frame in frames]


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Iterator[Told]:
    told = Told()
    monkeypatch.setattr("presence.services.publish", told)
    return told


def talk(one: Any, other: Any) -> Any:
    """-> the direct room of these two, in which `one` has said something."""
    room, _new = find_or_make(one.pk, other.pk)
    say(room, one)
    return room


def say(room: Any, sender: Any, content: str = "hello") -> None:
    (sent,) = send([draft(user_id=sender.pk, body=SendBody(content=content), room_id=room.id)])
    assert isinstance(sent, Sent), sent


def befriend(one: Any, other: Any) -> None:
    low, high = sorted([one.pk, other.pk])
    Friendship.objects.create(low_id=low, high_id=high, requested_by=one, accepted_at=now())


def block(one: Any, other: Any) -> None:
    Block.objects.create(user=one, blocked=other)
