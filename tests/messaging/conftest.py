"""People with a signed-in door each, rooms they write in, and what goes out to whom."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from chatsite.gateway import publisher
from chatsite.gateway.events import Envelope
from messaging import recent
from messaging.read_news import ReadNews
from messaging.schemas import SendBody
from messaging.services.reactions import add_reaction
from messaging.services.send import send_one
from rooms.models import Room
from rooms.services.joining import join
from tests.conftest import Api, forget_redis
from tests.factories import make_room, make_user

Json = dict[str, Any]


@pytest.fixture(autouse=True)
def _database(db: None, settings: Any) -> None:
    settings.RATE_LIMITS = False


@pytest.fixture(autouse=True)
def _nothing_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ids and versions come again in every test; in a product they never do."""
    recent.flush()
    forget_redis()
    monkeypatch.setattr("messaging.services.read_state.read_news", ReadNews())


class Person(NamedTuple):
    user: User
    api: Api

    @property
    def id(self) -> int:
        return self.user.pk

    def say(self, room: Room, content: str = "hello", **fields: Any) -> Json:
        """-> the message as its sender gets it."""
        response = self.api.post(f"/api/rooms/{room.id}/messages", {"content": content, **fields})
        assert response.status_code == 201, response.content
        return json.loads(response.content)

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
        response = self.api.request(method, path, body, **query)
        return response.status_code, json.loads(response.content)["code"]


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
    """The owner of `room`."""
    return meet("ann")


@pytest.fixture
def bob(meet: Meet) -> Person:
    """A member of `room`."""
    return meet("bob")


@pytest.fixture
def cat(meet: Meet) -> Person:
    """Not in `room`."""
    return meet("cat")


@pytest.fixture
def room(ann: Person, bob: Person) -> Room:
    return make_room(ann.user, members=[bob.user])


def crowd(room: Room, count: int, **fields: Any) -> None:
    """So many newcomers, of whom each says something and reacts to it."""
    for _ in range(count):
        user_id = make_user().pk
        join(user_id=user_id, room_id=room.id)
        sent = send_one(user_id=user_id, room_id=room.id, body=SendBody(content="hi", **fields))
        add_reaction(user_id=user_id, message_id=sent.message.id, emoji="👍")


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
        return _frames(e for e in self.envelopes if e.user_id == user_id)

    def to_others(self) -> list[tuple[list[int], list[int], list[int], str, Any]]:
        """-> [(open rooms, users, but not these users, type, data)]"""
        return [
            (e.rooms, e.users, e.except_users, *frame)
            for e in self.envelopes
            if e.rooms or e.users
            for frame in _frames([e])
        ]


def _frames(envelopes: Any) -> list[tuple[str, Any]]:
    frames = [json.loads(frame) for envelope in envelopes for frame in envelope.frames]
    return [(frame["type"], frame["data"]) for frame in frames]


class _Sink:
    """Stands where the channel layer begins; its loop is the publisher's own."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.envelopes: list[Envelope] = []

    def put(self, envelopes: tuple[Envelope, ...]) -> None:
        self.envelopes.extend(envelopes)


Listen = Callable[[], AbstractContextManager[Published]]


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch, committing: Committing) -> Listen:
    loop = publisher.publisher().loop

    @contextmanager
    def listen() -> Iterator[Published]:
        sink = _Sink(loop)
        monkeypatch.setattr(publisher, "publisher", lambda: sink)
        with committing():
            yield Published(sink.envelopes)

    return listen


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


def queries_of(call: Callable[[], Any]) -> list[str]:
    with CaptureQueriesContext(connection) as captured:
        call()
    return [query["sql"] for query in captured.captured_queries]
