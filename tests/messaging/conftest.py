"""A room that people write in."""

from __future__ import annotations

from typing import Any

import pytest

from messaging.schemas import SendBody
from messaging.services.reactions import add_reaction
from messaging.services.send import send_one
from rooms.models import Room
from rooms.services.joining import join
from tests.factories import make_room, make_user
from tests.people import Person


@pytest.fixture(autouse=True)
def _database(db: None, settings: Any) -> None:
    settings.RATE_LIMITS = False


@pytest.fixture
def room(ann: Person, bob: Person) -> Room:
    """Of Ann, who owns it, and Bob; Cat is not in it."""
    return make_room(ann.user, members=[bob.user])


def crowd(room: Room, count: int, **fields: Any) -> None:
    """So many newcomers, of whom each says something and reacts to it."""
    for _ in range(count):
        user_id = make_user().pk
        join(user_id=user_id, room_id=room.id)
        sent = send_one(user_id=user_id, room_id=room.id, body=SendBody(content="hi", **fields))
        add_reaction(user_id=user_id, message_id=sent.message.id, emoji="👍")
