"""People with a signed-in door each, and what goes out while they use it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Session, User
from chatsite.gateway import publisher
from chatsite.gateway.events import Envelope
from messaging import recent
from rooms.models import Room
from tests.conftest import Api
from tests.factories import make_user

Json = dict[str, Any]


class Person(NamedTuple):
    user: User
    api: Api

    @property
    def id(self) -> int:
        return self.user.pk

    @property
    def session(self) -> Session:
        return self.user.sessions.latest("pk")

    def say(self, room: Room, content: str = "hello", **fields: Any) -> Json:
        """-> the message as its sender gets it."""
        return self.ok("POST", f"/api/rooms/{room.id}/messages", {"content": content, **fields})

    def see(self, message: Json) -> Json:
        """-> the message fetched afresh."""
        return self.ok("GET", f"/api/messages/{message['id']}")

    def page(self, room: Room, **query: Any) -> Json:
        return self.ok("GET", f"/api/rooms/{room.id}/messages", **query)

    def membership(self, room: Room) -> Json:
        found: Json = self.ok("GET", f"/api/rooms/{room.id}")["membership"]
        return found

    def ok(self, method: str, path: str, body: Any = None, **query: Any) -> Json:
        response = self.api.request(method, path, body, **query)
        assert response.status_code in (200, 201, 204), (path, response.content)
        return json.loads(response.content or b"{}")

    def refused(self, method: str, path: str, body: Any = None, **query: Any) -> tuple[int, str]:
        """-> status and code of the error."""
        return code_of(self.api.request(method, path, body, **query))


def code_of(response: Any) -> tuple[int, str]:
    """-> (status, error code)"""
    return response.status_code, response.json()["code"]


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
        return [(e.first + i, *frame) for e in streams for i, frame in enumerate(_frames(e.frames))]

    def to(self, user_id: int) -> list[tuple[str, Any]]:
        """-> [(type, data)] to that user's own connections"""
        own = [e for e in self.envelopes if e.user_id == user_id]
        return _frames(f for e in own for f in [*e.frames, *([e.attach.frame] if e.attach else [])])

    def to_circles(self) -> list[tuple[Envelope, str, Any]]:
        """-> [(envelope, type, data)] that went to open rooms and lists of people"""
        return [(e, *frame) for e in self.envelopes if e.rooms or e.users for frame in _frames(e.frames)]

    def attached(self, user_id: int) -> list[tuple[int, int]]:
        """-> [(room id, version their stream starts after)]"""
        return [(e.attach.room_id, e.attach.version) for e in self.envelopes if e.user_id == user_id and e.attach]

    def detached(self, user_id: int) -> list[tuple[int, Any]]:
        """-> [(version from which they hear nothing more, the farewell)]"""
        gone = [d for e in self.envelopes for d in e.detach if d.user_id == user_id]
        return [(d.version, json.loads(d.frame)) for d in gone]

    def revoked(self, user_id: int) -> set[int]:
        """-> the sessions whose sockets are closed"""
        return {session_id for e in self.envelopes if e.user_id == user_id for session_id in e.revoke}


def _frames(frames: Iterable[bytes]) -> list[tuple[str, Any]]:
    return [(frame["type"], frame["data"]) for frame in map(json.loads, frames)]


class Sink:
    """Stands where the channel layer begins; its loop is the publisher's own."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.envelopes: list[Envelope] = []

    def put(self, envelopes: tuple[Envelope, ...]) -> None:
        self.envelopes.extend(envelopes)


Committing = Callable[[], AbstractContextManager[None]]


@pytest.fixture
def committing(django_capture_on_commit_callbacks: Any) -> Committing:
    """What waits for a COMMIT happens at the end of the block, what goes to Redis too."""

    @contextmanager
    def commit() -> Iterator[None]:
        with django_capture_on_commit_callbacks(execute=True):
            yield
        recent.flush()

    return commit


Listen = Callable[[], AbstractContextManager[Published]]


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch, committing: Committing) -> Listen:
    loop = publisher.publisher().loop

    @contextmanager
    def listen() -> Iterator[Published]:
        sink = Sink(loop)
        monkeypatch.setattr(publisher, "publisher", lambda: sink)
        with committing():
            yield Published(sink.envelopes)

    return listen


def queries_of(call: Callable[[], Any]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        call()
    return [query["sql"] for query in captured.captured_queries]
