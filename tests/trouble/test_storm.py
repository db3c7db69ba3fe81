"""Two thousand sockets are cut at once and come back at once, while two people go on talking."""

from __future__ import annotations

import asyncio
import json
import resource
from collections.abc import Iterator
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.live import Person, Server

PEOPLE, SOCKETS_EACH = 20, 100
PATIENCE_SECONDS = 100
PAUSE_SECONDS = 0.5  # between two sentences: each is read 2,000 times by this one process
OPENING = 200  # handshakes that this one process has under way; the server would take all

pytestmark = [pytest.mark.slow, pytest.mark.timeout(PATIENCE_SECONDS + 80)]


@pytest.fixture(autouse=True)
def _files() -> Iterator[None]:
    """As many descriptors as the system lets us have; each socket is one at both ends."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


class Listener:
    """One socket of the contract's client: holds one version of the room, and asserts that it skips none."""

    def __init__(self, person: Person, room_id: int, opening: asyncio.Semaphore) -> None:
        self.person = person
        self.room_id = room_id
        self.opening = opening
        self.version = 0
        self.seqs: set[int] = set()
        self.socket: ClientConnection | None = None
        self.greeted = 0
        self.sent_away = 0
        self.moved = asyncio.Event()

    async def live(self) -> None:
        """Comes back whatever happens, when it is told to."""
        while True:
            wait = await self._session()
            await asyncio.sleep(wait)

    async def _session(self) -> float:
        async with self.opening:
            uri = f"ws://127.0.0.1:{self.person.server.port}/ws/"
            socket = await connect(uri, compression=None, ping_interval=None, open_timeout=PATIENCE_SECONDS, proxy=None)
        self.socket = socket
        data = {"token": self.person.access, "rooms": {str(self.room_id): self.version} if self.version else {}}
        wait = 0.0
        try:
            await socket.send(json.dumps({"type": "authenticate", "id": "1", "data": data}))
            async for text in socket:
                frame = json.loads(text)
                if frame["type"] == "reconnect":
                    wait = frame["data"]["retry_after"]
                    self.sent_away += 1
                self._take(frame["type"], frame["data"])
        except ConnectionClosed:
            pass
        finally:
            socket.transport.abort()
        return wait

    def _take(self, kind: str, data: dict[str, Any]) -> None:
        if kind == "ready":
            self.greeted += 1
            self.version = self.version or data["rooms"][0]["version"]
        elif kind == "room_sync":
            assert data["complete"]
            assert data["from_version"] <= self.version, "a gap"
            self.version = max(self.version, data["version"])
            self.seqs |= {message["seq"] for message in data["messages"]}
        elif kind == "new_message" and data["version"] > self.version:
            assert data["version"] == self.version + 1, "a gap"
            self.version = data["version"]
            self.seqs.add(data["message"]["seq"])
        self.moved.set()

    async def until(self, condition: Any) -> None:
        while not condition(self):
            self.moved.clear()
            await self.moved.wait()

    def cut(self) -> None:
        assert self.socket is not None
        self.socket.transport.abort()


class Talker(Listener):
    """Says one thing after the other, each when the one before is acked."""

    def __init__(self, *where: Any) -> None:
        super().__init__(*where)
        self.acked: list[int] = []

    def _take(self, kind: str, data: dict[str, Any]) -> None:
        if kind == "ack":
            self.acked.append(data["seq"])
        super()._take(kind, data)

    async def talk(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            said = len(self.acked)
            assert self.socket is not None
            message = {"room_id": self.room_id, "content": f"{self.person.name} {said}"}
            await self.socket.send(json.dumps({"type": "send_message", "id": f"m{said}", "data": message}))
            await self.until(lambda me, said=said: len(me.acked) > said)
            await asyncio.sleep(PAUSE_SECONDS)


def test_all_come_back_and_have_everything_while_others_talk(server: Server) -> None:
    people = [server.register() for _ in range(PEOPLE)]
    room_id = people[0].make_room()["id"]
    for person in people[1:]:
        person.ok("POST", f"/api/rooms/{room_id}/join", {})
    asyncio.run(storm(people, room_id))


async def storm(people: list[Person], room_id: int) -> None:
    opening = asyncio.Semaphore(OPENING)
    crowd = [Listener(person, room_id, opening) for person in people for _ in range(SOCKETS_EACH)]
    talkers = [Talker(person, room_id, opening) for person in people[:2]]
    lives = [asyncio.create_task(one.live()) for one in [*talkers, *crowd]]
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.gather(*(one.until(lambda me: me.greeted) for one in [*talkers, *crowd]))
            stop = asyncio.Event()
            talks = [asyncio.create_task(one.talk(stop)) for one in talkers]
            await asyncio.gather(*(one.until(lambda me: me.seqs) for one in crowd))
            before = [len(talker.acked) for talker in talkers]
            for one in crowd:
                one.cut()
            await asyncio.gather(*(one.until(lambda me: me.greeted > 1) for one in crowd))
            stop.set()
            await asyncio.gather(*talks)
            last = max(seq for talker in talkers for seq in talker.acked)
            await asyncio.gather(*(one.until(lambda me: last in me.seqs) for one in [*talkers, *crowd]))
    finally:
        for life in lives:
            life.cancel()
        await asyncio.gather(*lives, return_exceptions=True)
        await asyncio.sleep(0.1)  # transports close themselves in the next turns of the loop
    acked = {seq for talker in talkers for seq in talker.acked}
    first = min(acked)
    assert all(len(talker.acked) > count for talker, count in zip(talkers, before, strict=True)), "nobody was starved"
    for one in crowd:
        assert {seq for seq in acked if seq >= min(one.seqs)} <= one.seqs
        assert min(one.seqs) - first <= len(acked)
    assert all(talker.seqs >= acked for talker in talkers)
