"""Who catches up more slowly than their rooms go on is closed, and comes back: what waits for them is bounded."""

from __future__ import annotations

import json

import pytest

from chatsite.gateway.connection import OUTBOX_BYTES, Connection
from chatsite.gateway.events import Envelope
from chatsite.gateway.frames import Close
from chatsite.gateway.hub import Hub
from chatsite.gateway.pull import Changes
from chatsite.gateway.stream import RoomStream
from tests.gateway.test_consumer import Wire, own_hub

__all__ = ["own_hub"]
pytestmark = pytest.mark.django_db(transaction=True)
ROOM = 7
FRAME = json.dumps({"type": "new_message", "data": "x" * 10_000}).encode()


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
async def stream(own_hub: Hub, wire: Wire) -> RoomStream:
    """With one who is catching up."""
    connection = Connection(hub=own_hub, wire=wire, user_id=1, session_id=1, locale="en", expires_at=2e9)
    own_hub.enter(connection)
    stream = own_hub._stream(ROOM, 1)
    stream.join(connection, 1)
    connection.rooms.add(ROOM)
    stream.close_gate(connection)
    return stream


def go_on(stream: RoomStream, frames: int) -> None:
    for _ in range(frames):
        stream.accept(Envelope(room_id=ROOM, first=stream.version + 1, frames=[FRAME]))
        stream.flush()


async def test_what_a_room_says_while_one_catches_up_waits_for_them(
    own_hub: Hub, wire: Wire, stream: RoomStream
) -> None:
    go_on(stream, OUTBOX_BYTES // len(FRAME))
    assert wire.code is None
    (connection,) = stream
    stream.open_gate(connection, 1)
    assert len(wire.frames) == OUTBOX_BYTES // len(FRAME)


@pytest.mark.parametrize("told", ["event by event", "as syncs"])
async def test_what_waits_for_one_who_catches_up_is_bounded(
    own_hub: Hub, wire: Wire, stream: RoomStream, told: str
) -> None:
    for _ in range(OUTBOX_BYTES // len(FRAME) + 1):
        if told == "as syncs":
            stream.give_out(Changes(stream.version + 1, [FRAME], []))
        else:
            go_on(stream, 1)
    assert wire.code == Close.SLOW
    assert stream.is_empty
    assert own_hub.users == {}
