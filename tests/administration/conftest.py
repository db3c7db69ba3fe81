"""Who stands before the admin's door: one of each right."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from rooms.models import Room
from tests.factories import make_room, make_user

Enter = Callable[[User], Client]


@pytest.fixture
def enter() -> Enter:
    """-> a browser in which this person is signed in to the admin."""

    def browser(user: User) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return browser


@pytest.fixture
def root(db: None) -> User:
    return make_user("root", is_staff=True, is_superuser=True)


@pytest.fixture
def staff(db: None) -> User:
    return make_user("staff", is_staff=True)


@pytest.fixture
def ann(db: None) -> User:
    return make_user("ann")


@pytest.fixture
def as_root(root: User, enter: Enter) -> Client:
    return enter(root)


@pytest.fixture
def as_staff(staff: User, enter: Enter) -> Client:
    return enter(staff)


@pytest.fixture
def as_ann(ann: User, enter: Enter) -> Client:
    return enter(ann)


@pytest.fixture
def bob(db: None) -> User:
    return make_user("bob")


@pytest.fixture
def room(ann: User, bob: User) -> Room:
    """Ann owns it."""
    return make_room(ann, members=[bob], name="Harbour")


@pytest.fixture
def direct(ann: User, bob: User) -> Room:
    return make_room(ann, Room.DIRECT, [bob])


@pytest.fixture
def unlimited(settings: Any) -> None:
    settings.RATE_LIMITS = False


def text_of(answer: Any) -> str:
    return answer.content.decode()
