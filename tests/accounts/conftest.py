"""People with a signed-in door each, what goes out to whom, and mail that has really gone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, NamedTuple

import pytest

from accounts import mail
from accounts.models import Session, User
from chatsite.gateway import publisher
from chatsite.gateway.events import Envelope
from tests.conftest import Api
from tests.factories import PASSWORD, make_user

FORM = {"username": "ann", "email": "ann@example.com", "password": PASSWORD}


@pytest.fixture(autouse=True)
def _database(db: None) -> None:
    pass


@pytest.fixture(autouse=True)
def _no_limits(settings: Any) -> None:
    settings.RATE_LIMITS = False


def code_of(response: Any) -> tuple[int, str]:
    """-> (status, error code)"""
    return response.status_code, response.json()["code"]


class Person(NamedTuple):
    user: User
    api: Api

    @property
    def id(self) -> int:
        return self.user.pk

    @property
    def session(self) -> Session:
        return self.user.sessions.latest("pk")


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


class Published(NamedTuple):
    """What went out during `with published() as out`."""

    envelopes: list[Envelope]

    def to(self, user_id: int) -> list[tuple[str, Any]]:
        """-> [(type, data)] to that user's own connections"""
        frames = [json.loads(f) for e in self.envelopes if e.user_id == user_id for f in e.frames]
        return [(f["type"], f["data"]) for f in frames]

    def revoked(self, user_id: int) -> set[int]:
        """-> the sessions whose sockets are closed"""
        return {session_id for e in self.envelopes if e.user_id == user_id for session_id in e.revoke}

    def to_circles(self) -> list[tuple[Envelope, str, Any]]:
        """-> [(envelope, type, data)] that went to rooms and lists of people"""
        circles = [(e, json.loads(f)) for e in self.envelopes if e.rooms or e.users for f in e.frames]
        return [(e, f["type"], f["data"]) for e, f in circles]


class _Sink:
    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []

    def put(self, envelopes: tuple[Envelope, ...]) -> None:
        self.envelopes.extend(envelopes)


Listen = Callable[[], AbstractContextManager[Published]]


@pytest.fixture
def published(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any) -> Listen:
    @contextmanager
    def listen() -> Iterator[Published]:
        sink = _Sink()
        monkeypatch.setattr(publisher, "publisher", lambda: sink)
        with django_capture_on_commit_callbacks(execute=True):
            yield Published(sink.envelopes)

    return listen


@pytest.fixture
def mailbox(mailoutbox: list[Any]) -> Callable[[], list[Any]]:
    """mailbox() -> every mail, those in the mail thread included."""

    def read() -> list[Any]:
        mail._thread.submit(lambda: None).result(5)
        return mailoutbox

    return read


def token_in(message: Any) -> str:
    """-> what stands behind the # of the mail's link"""
    return str(message.body.partition("#")[2].split()[0])
