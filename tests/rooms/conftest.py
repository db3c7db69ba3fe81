"""People with a signed-in door each, and what goes out to whom."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple

import pytest

from accounts.models import User
from chatsite.gateway import publisher
from chatsite.gateway.events import Envelope
from tests.conftest import Api
from tests.factories import make_user


@pytest.fixture(autouse=True)
def _database(db: None) -> None:
    pass


def code_of(response: Any) -> tuple[int, str]:
    """-> (status, error code)"""
    return response.status_code, response.json()["code"]


class Person(NamedTuple):
    user: User
    api: Api

    @property
    def id(self) -> int:
        return self.user.pk


Meet = Callable[..., Person]


@pytest.fixture
def meet(api: Api) -> Meet:
    """meet("ann") -> a person who is signed in."""

    def make(name: str | None = None, **fields: Any) -> Person:
        user = make_user(name, **fields)
        return Person(user, api.by(user))

    return make


@pytest.fixture
def ann(meet: Meet) -> Person:
    return meet("ann")


@pytest.fixture
def bob(meet: Meet) -> Person:
    return meet("bob")


@pytest.fixture
def cat(meet: Meet) -> Person:
    return meet("cat")


class Published(NamedTuple):
    """What went out during `with published() as out`."""

    envelopes: list[Envelope]

    def of_room(self, room_id: int) -> list[tuple[int, str, Any]]:
        """-> [(version, type, data)] of the room's stream"""
        streams = [e for e in self.envelopes if e.first and e.room_id == room_id]
        return [
            (e.first + i, frame["type"], frame["data"])
            for e in streams
            for i, frame in enumerate(map(json.loads, e.frames))
        ]

    def to(self, user_id: int) -> list[tuple[str, Any]]:
        """-> [(type, data)] to that user's own connections"""
        own = [e for e in self.envelopes if e.user_id == user_id]
        frames = [f for e in own for f in [*e.frames, *([e.attach.frame] if e.attach else [])]]
        return [(f["type"], f["data"]) for f in map(json.loads, frames)]

    def attached(self, user_id: int) -> list[tuple[int, int]]:
        """-> [(room id, version their stream starts after)]"""
        return [(e.attach.room_id, e.attach.version) for e in self.envelopes if e.user_id == user_id and e.attach]

    def detached(self, user_id: int) -> list[tuple[int, Any]]:
        """-> [(version from which they hear nothing more, the farewell)]"""
        gone = [d for e in self.envelopes for d in e.detach if d.user_id == user_id]
        return [(d.version, json.loads(d.frame)) for d in gone]


class _Sink:
    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    def put(self, envelopes: tuple[Envelope, ...]) -> None:
        self.envelopes.extend(envelopes)


@pytest.fixture
def published(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> Callable[[], AbstractContextManager[Published]]:
    @contextmanager
    def listen() -> Iterator[Published]:
        sink = _Sink()
        monkeypatch.setattr(publisher, "publisher", lambda: sink)
        with django_capture_on_commit_callbacks(execute=True):
            yield Published(sink.envelopes)

    return listen


Listen = Callable[[], AbstractContextManager[Published]]


@pytest.fixture(autouse=True)
def _no_limits(settings: Any) -> None:
    settings.RATE_LIMITS = False
