"""Many writes of one turn are one write for each connection, in order, also where it is closed meanwhile."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

import pytest

from chatsite.gateway.connection import Batch, Connection
from chatsite.gateway.events import Envelope
from chatsite.gateway.frames import Close
from chatsite.gateway.gathering import gathering
from chatsite.gateway.hub import Hub
from chatsite.gateway.websocket import text_frame


class Head(NamedTuple):
    room_id: int
    version: int


class Wire:
    """Stands where the socket does; takes no more than `room` writes."""

    def __init__(self, room: int = 1000) -> None:
        self.room = room
        self.writes: list[bytes] = []
        self.code: int | None = None

    def write(self, batch: Batch) -> bool:
        self.writes.append(batch.wire)
        return len(self.writes) <= self.room

    def close(self, code: int) -> None:
        self.code = code


def frames(*texts: bytes) -> bytes:
    return b"".join(map(text_frame, texts))


@pytest.fixture
async def hub() -> Hub:
    return Hub(asyncio.get_running_loop())


def join(hub: Hub, wire: Wire, rooms: int) -> Connection:
    connection = Connection(hub=hub, wire=wire, user_id=1, session_id=1, locale="en", expires_at=0)  # type: ignore[arg-type]
    hub.enter(connection)
    hub.follow(connection, [Head(room_id, 0) for room_id in range(1, rooms + 1)])
    return connection


async def test_what_happens_in_many_rooms_at_once_is_one_write(hub: Hub) -> None:
    many, few = Wire(), Wire()
    join(hub, many, rooms=3)
    join(hub, few, rooms=1)
    for room_id in (1, 2, 3):
        hub.accept(Envelope(room_id=room_id, first=1, frames=[b"%d:1" % room_id, b"%d:2" % room_id]))
    await asyncio.sleep(0)
    (written,) = many.writes
    assert len(written) == len(frames(*[b"1:1"] * 6))
    assert all(frames(b"%d:1" % room_id, b"%d:2" % room_id) in written for room_id in (1, 2, 3))
    assert few.writes == [frames(b"1:1", b"1:2")]


async def test_what_is_written_inside_keeps_its_order_and_nothing_waits_afterwards(hub: Hub) -> None:
    wire = Wire()
    connection = join(hub, wire, rooms=0)
    with gathering.open():
        connection.send(b"a")
        with gathering.open():
            connection.send(b"b")
        connection.send(b"c", b"d")
        assert wire.writes == []
    connection.send(b"e")
    assert wire.writes == [frames(b"a", b"b", b"c", b"d"), frames(b"e")]


async def test_who_is_closed_inside_gets_what_came_before_and_the_farewell_last(hub: Hub) -> None:
    wire = Wire()
    connection = join(hub, wire, rooms=1)
    with gathering.open():
        connection.send(b"a")
        connection.close(Close.UNAUTHENTICATED, b"bye")
        connection.send(b"too late")
    assert wire.writes == [frames(b"a"), frames(b"bye")]
    assert wire.code == Close.UNAUTHENTICATED
    assert not hub.users


async def test_who_owes_too_much_is_closed_and_the_others_get_theirs(hub: Hub) -> None:
    slow, quick = Wire(room=0), Wire()
    with gathering.open():
        for connection in (join(hub, slow, rooms=1), join(hub, quick, rooms=1)):
            connection.send(b"a")
    assert slow.code == Close.SLOW
    assert quick.writes == [frames(b"a")]


async def test_an_error_inside_holds_nothing_back(hub: Hub) -> None:
    wire = Wire()
    connection = join(hub, wire, rooms=0)

    def fail() -> None:
        with gathering.open():
            connection.send(b"a")
            raise ValueError("inside")

    with pytest.raises(ValueError, match="inside"):
        fail()
    connection.send(b"b")
    assert wire.writes == [frames(b"a"), frames(b"b")]
