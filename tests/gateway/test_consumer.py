"""A connection from its first frame to its last, on a wire made by hand: what is told, and what is left of it."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import weakref
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any

import msgspec
import pytest
from structlog.contextvars import get_contextvars

from accounts.models import User
from accounts.services import Device, begin_session
from accounts.services.sessions import revoke_all
from chatsite.gateway.admission import TooMany
from chatsite.gateway.connection import Batch, Connection, Disconnected
from chatsite.gateway.consumer import GatewayConsumer
from chatsite.gateway.frames import Close, SessionRevoked
from chatsite.gateway.hub import Hub, hub, stop_hub
from chatsite.pool import in_pool
from chatsite.routing import router
from messaging.schemas import SendBody
from messaging.services.send import send_one
from presence.tracker import stop_tracker, tracker
from rooms.models import Room
from rooms.services.joining import join
from rooms.services.members import kick
from tests.factories import make_room, make_user

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 60


class Wire:
    """Both ends of a socket: `say` what the client says, read `frames` and `code`."""

    def __init__(self) -> None:
        self.incoming: asyncio.Queue[str | None] = asyncio.Queue()
        self.frames: list[dict[str, Any]] = []
        self.code: int | None = None
        self.moved = asyncio.Event()

    async def receive(self) -> str | bytes:
        text = await self.incoming.get()
        if text is None:
            raise Disconnected
        return text

    def write(self, batch: Batch) -> bool:
        self.frames += map(json.loads, batch.texts)
        self.moved.set()
        return True

    async def drained(self) -> None: ...
    def ping(self) -> None: ...

    def close(self, code: int) -> None:
        self.code = int(code)
        self.incoming.put_nowait(None)
        self.moved.set()

    def say(self, kind: str, data: dict[str, Any], **members: Any) -> None:
        self.incoming.put_nowait(json.dumps({"type": kind, "data": data, **members}))

    def hang_up(self) -> None:
        self.incoming.put_nowait(None)

    def types(self) -> list[str]:
        return [frame["type"] for frame in self.frames]

    async def until(self, condition: Callable[[], Any]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not condition():
                self.moved.clear()
                await self.moved.wait()


@pytest.fixture
async def own_hub(settings: Any) -> AsyncIterator[Hub]:
    settings.RATE_LIMITS = False  # one person may have a hundred sockets here
    assert GatewayConsumer.router is router
    yield hub()
    await stop_tracker()
    await stop_hub()


@pytest.fixture
async def ann() -> User:
    return await in_pool(make_user)


@pytest.fixture
async def token(ann: User) -> str:
    return (await in_pool(begin_session, user=ann, device=Device())).access


@pytest.fixture
async def room(ann: User) -> Room:
    return await in_pool(make_room, ann)


def open_wire() -> tuple[Wire, asyncio.Task[None]]:
    wire = Wire()
    return wire, asyncio.create_task(GatewayConsumer().serve(wire, "en"))


async def enter(token: str) -> tuple[Wire, asyncio.Task[None]]:
    wire, task = open_wire()
    wire.say("authenticate", {"token": token}, id="1")
    await wire.until(lambda: wire.frames)
    return wire, task


async def ended(task: Awaitable[None]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        await task


def left_over(own: Hub) -> list[int]:
    """How much the process still knows of connections."""
    kept = [len(own.users), len(own.rooms), len(own.vigil), len(own.admission.door), len(own.catch_ups)]
    wanted = own.subscriptions._wanted
    return [*kept, len(wanted) - 1, len(tracker()._connections)]  # one group is every process's


async def test_nothing_is_left_of_a_hundred_connections(own_hub: Hub, token: str, room: Room) -> None:
    opened = [await enter(token) for _ in range(100)]
    async with asyncio.timeout(PATIENCE_SECONDS):
        while len(tracker()._connections) < 100:  # noqa: ASYNC110 - hooks run after `ready`
            await asyncio.sleep(0.01)
    assert len(own_hub.vigil) == 100
    assert len(own_hub.users) == len(own_hub.rooms) == 1
    connections = [weakref.ref(connection) for own in own_hub.users.values() for connection in own]
    for wire, _ in opened:
        wire.hang_up()
    await asyncio.gather(*(ended(task) for _, task in opened))
    assert left_over(own_hub) == [0] * 7
    opened.clear()
    del wire
    await asyncio.sleep(0)
    gc.collect()
    assert [c for c in connections if c() is not None] == []


async def test_who_goes_while_signing_in_leaves_nothing(own_hub: Hub, token: str, room: Room) -> None:
    wire, task = open_wire()
    wire.say("authenticate", {"token": token})
    wire.hang_up()
    await ended(task)
    assert left_over(own_hub) == [0] * 7


async def test_in_a_storm_one_is_told_when_to_come_back(
    own_hub: Hub, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(claims: Any) -> Any:
        raise TooMany(7.5)

    monkeypatch.setattr(own_hub.admission, "admit", refuse)
    wire, task = open_wire()
    wire.say("authenticate", {"token": token}, id="1")
    await ended(task)
    assert wire.frames == [{"type": "reconnect", "data": {"retry_after": 7.5}}]
    assert wire.code == Close.RESTART
    assert left_over(own_hub) == [0] * 7


async def test_in_a_storm_who_is_in_stays_and_asks_again(
    own_hub: Hub, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(claims: Any) -> Any:
        raise TooMany(7.5)

    wire, task = await enter(token)
    monkeypatch.setattr(own_hub.admission, "admit", refuse)
    wire.say("authenticate", {"token": token}, id="2")
    await wire.until(lambda: len(wire.frames) > 1)
    answer = wire.frames[-1]
    assert (answer["id"], answer["data"]["code"], answer["data"]["retry_after"]) == ("2", "unavailable", 7.5)
    wire.hang_up()
    await ended(task)


class Slow:
    """Lets sign-ins wait for `go`."""

    def __init__(self, own: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
        self.waiting, self.go = asyncio.Event(), asyncio.Event()
        self._admit = own.admission.admit
        monkeypatch.setattr(own.admission, "admit", self.admit)

    async def admit(self, claims: Any) -> Any:
        ready = await self._admit(claims)
        self.waiting.set()
        await self.go.wait()
        return ready


async def test_nothing_goes_out_before_ready(
    own_hub: Hub, ann: User, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(own_hub, monkeypatch)
    wire, task = open_wire()
    wire.say("authenticate", {"token": token}, id="1")
    await slow.waiting.wait()
    made = await in_pool(make_room, ann)
    (connection,) = own_hub.users[ann.pk]
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not connection._welcomes:  # noqa: ASYNC110 - what is put off tells nobody
            await asyncio.sleep(0.01)
    assert wire.frames == []
    slow.go.set()
    await wire.until(lambda: "room_added" in wire.types())
    assert wire.types() == ["ready", "room_added"]
    assert wire.frames[1]["data"]["room"]["id"] == made.id
    await in_pool(send_one, user_id=ann.pk, room_id=made.id, body=SendBody(content="hi"))
    await wire.until(lambda: "new_message" in wire.types())
    wire.hang_up()
    await ended(task)


async def test_who_comes_back_into_a_room_while_signing_in_loses_the_old_one_first(
    own_hub: Hub, ann: User, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(own_hub, monkeypatch)
    other = await in_pool(make_user)
    made = await in_pool(make_room, other)
    wire, task = open_wire()
    wire.say("authenticate", {"token": token, "rooms": {str(made.id): 1}}, id="1")
    await slow.waiting.wait()
    await in_pool(join, user_id=ann.pk, room_id=made.id)
    await in_pool(send_one, user_id=other.pk, room_id=made.id, body=SendBody(content="hi"))
    (connection,) = own_hub.users[ann.pk]
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not connection._welcomes:  # noqa: ASYNC110 - what is put off tells nobody
            await asyncio.sleep(0.01)
    slow.go.set()
    await wire.until(lambda: {"new_message", "room_sync"} & set(wire.types()))
    assert wire.types()[:3] == ["ready", "room_removed", "room_added"]
    wire.hang_up()
    await ended(task)


async def test_who_is_thrown_out_while_signing_in_hears_so_and_nothing_more(
    own_hub: Hub, ann: User, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(own_hub, monkeypatch)
    other = await in_pool(make_user)
    made = await in_pool(make_room, other, members=[ann])
    wire, task = open_wire()
    wire.say("authenticate", {"token": token, "rooms": {str(made.id): 1}}, id="1")
    await slow.waiting.wait()
    await in_pool(kick, user_id=other.pk, room_id=made.id, member_id=ann.pk)
    slow.go.set()
    await wire.until(lambda: "room_removed" in wire.types())
    await in_pool(send_one, user_id=other.pk, room_id=made.id, body=SendBody(content="behind your back"))
    wire.say("ping", {}, id="2")
    await wire.until(lambda: wire.frames[-1].get("id") == "2")
    assert [kind for kind in wire.types() if kind.startswith(("new_", "room_"))] == ["room_removed"]
    wire.hang_up()
    await ended(task)


async def test_a_session_that_ends_while_it_signs_in_gets_no_ready(
    own_hub: Hub, ann: User, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = Slow(own_hub, monkeypatch)
    wire, task = open_wire()
    wire.say("authenticate", {"token": token}, id="1")
    await slow.waiting.wait()
    await in_pool(revoke_all, ann.pk, "signed_out")
    await wire.until(lambda: wire.code)
    slow.go.set()
    await ended(task)
    assert wire.types() == ["session_revoked"]
    assert wire.code == Close.UNAUTHENTICATED
    assert left_over(own_hub) == [0] * 7


@pytest.mark.parametrize("reason", ["x", "x" * 100_000])
async def test_what_is_held_back_is_bounded(own_hub: Hub, reason: str) -> None:
    wire = Wire()
    connection = Connection(hub=own_hub, wire=wire, user_id=1, session_id=1, locale="en", expires_at=2e9)
    own_hub.enter(connection)
    connection.hold()
    event = SessionRevoked(reason=reason)
    for _ in range(2000):
        connection.send_event(event)
    assert wire.code == Close.SLOW
    assert own_hub.users == {}
    assert msgspec.json.decode(event.frame())["type"] == "session_revoked"


class Seen(logging.Handler):
    """What the formatter would find beside a record at the moment it is written."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[tuple[str, str | None]] = []

    def emit(self, record: logging.LogRecord) -> None:
        own = getattr(record, "request_id", None) or get_contextvars().get("request_id")
        self.lines.append((record.getMessage(), own))

    def ids(self, event: str) -> set[str | None]:
        return {request_id for message, request_id in self.lines if message == event}


@pytest.fixture
def seen() -> Iterator[Seen]:
    handler = Seen()
    logging.getLogger("chatsite").addHandler(handler)
    logging.getLogger("messaging").addHandler(handler)
    yield handler
    logging.getLogger("chatsite").removeHandler(handler)
    logging.getLogger("messaging").removeHandler(handler)


async def test_what_is_logged_for_a_command_has_the_id_of_its_error(
    own_hub: Hub, token: str, room: Room, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also in the database's thread."""

    def fail(**wanted: Any) -> None:
        logging.getLogger("chatsite.deep").warning("on_the_way")
        raise ZeroDivisionError

    monkeypatch.setattr("messaging.commands.mark_read", fail)
    wire, task = await enter(token)
    for own in ("2", "3"):
        wire.say("mark_read", {"room_id": room.id, "seq": 1}, id=own)
    errors = await errors_of(wire, "2", "3")
    assert [error["code"] for error in errors] == ["unavailable"] * 2
    ids = {error["request_id"] for error in errors}
    assert len(ids) == 2
    assert seen.ids("on_the_way") == seen.ids("command_failed") == ids
    wire.hang_up()
    await ended(task)


async def test_all_who_shared_a_batch_that_broke_get_the_id_of_its_line(
    own_hub: Hub, token: str, room: Room, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(drafts: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("messaging.batcher.send", fail)
    wire, task = await enter(token)
    for own in ("2", "3"):
        wire.say("send_message", {"room_id": room.id, "content": "x"}, id=own)
    errors = await errors_of(wire, "2", "3")
    assert [error["code"] for error in errors] == ["unavailable"] * 2
    assert {error["request_id"] for error in errors} == seen.ids("batch_failed")
    wire.hang_up()
    await ended(task)


async def errors_of(wire: Wire, *ids: str) -> list[dict[str, Any]]:
    await wire.until(lambda: {frame.get("id") for frame in wire.frames} >= set(ids))
    return [frame["data"] for frame in wire.frames if frame.get("id") in ids]
