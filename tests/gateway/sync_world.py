"""A hub among people whose sockets, clock and database answers are in the test's hands."""

from __future__ import annotations

import asyncio
import json
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import msgspec

from chatsite.errors import Unavailable
from chatsite.gateway.connection import Batch, Disconnected
from chatsite.gateway.consumer import GatewayConsumer
from chatsite.gateway.router import CommandRouter
from messaging.models import Message
from messaging.rendering import messages_out
from rooms.models import Membership
from rooms.rendering import members_out


def plain(value: Any) -> Any:
    return json.loads(msgspec.json.encode(value))


class Loop(asyncio.SelectorEventLoop):
    """Time passes when a rule says so."""

    moment = 0.0

    def time(self) -> float:
        return self.moment

    def step(self) -> None:
        self.run_until_complete(asyncio.sleep(0))

    @property
    def is_busy(self) -> bool:
        return bool(self._ready)  # type: ignore[attr-defined]


class Pool(ThreadPoolExecutor):
    """Asks the database at once, and keeps the answer until somebody says that it has come."""

    def __init__(self) -> None:
        super().__init__(1)
        self.answers: list[tuple[Future[Any], Future[Any]]] = []

    def submit(self, *call: Any) -> Future[Any]:  # type: ignore[override]
        asked, answer = super().submit(*call), Future[Any]()
        wait([asked])
        self.answers.append((asked, answer))
        return answer

    def answer(self, index: int) -> None:
        asked, answer = self.answers.pop(index)
        if not answer.set_running_or_notify_cancel():
            return
        if error := asked.exception():
            answer.set_exception(error)
        else:
            answer.set_result(asked.result())

    def refuse(self, index: int) -> None:
        """The database went away meanwhile."""
        _, answer = self.answers.pop(index)
        answer.set_exception(Unavailable())


class Wire:
    """A socket, until one of its ends closes it."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.incoming: asyncio.Queue[str | None] = asyncio.Queue()

    async def receive(self) -> str:
        text = await self.incoming.get()
        if text is None:
            raise Disconnected
        return text

    def write(self, batch: Batch) -> bool:
        for text in batch.texts:
            if self.client.wire is self:
                frame = json.loads(text)
                self.client.hear(frame["type"], frame["data"])
        return True

    async def drained(self) -> None:
        await asyncio.sleep(0)

    def ping(self) -> None: ...

    def close(self, code: int) -> None:
        self.incoming.put_nowait(None)
        if self.client.wire is self:
            self.client.wire = None


class Client:
    """The contract's client: one version a room, rows by id, the higher version wins. It asserts the promises."""

    def __init__(self, user_id: int, token: str) -> None:
        self.user_id = user_id
        self.token = token
        self.rooms: dict[int, dict[str, Any]] = {}
        self.wire: Wire | None = None
        self.is_ready = False
        self.wrong: list[str] = []
        self.stale: set[int] = set()  # to be fetched afresh by REST
        self.spans: dict[int, list[tuple[int, int | None]]] = {}  # room id -> versions between joining and leaving

    def connect(self) -> Wire:
        self.wire = Wire(self)
        self.is_ready = False
        rooms = {str(room_id): room["version"] for room_id, room in self.rooms.items()}
        greeting = {"type": "authenticate", "id": "1", "data": {"token": self.token, "rooms": rooms}}
        self.wire.incoming.put_nowait(json.dumps(greeting))
        return self.wire

    def hear(self, kind: str, data: dict[str, Any]) -> None:
        """What is wrong is told by the machine: here it would be the server's trouble."""
        try:
            self.take(kind, data)
        except (AssertionError, KeyError) as error:
            self.wrong.append(f"{error!r}: {kind} {data}")

    def take(self, kind: str, data: dict[str, Any]) -> None:
        if kind == "ready":
            self.is_ready = True
            for mine in data["rooms"]:
                if mine["room_id"] not in self.rooms:
                    self.open(mine["room_id"], mine["version"])
        elif kind == "room_added":
            self.open(data["room"]["id"], data["room"]["version"])
        elif kind == "room_removed":
            self.rooms.pop(data["room_id"], None)
            self.stale.discard(data["room_id"])
        elif "version" in data:
            is_sync = kind == "room_sync"
            assert self.may_hear(data["room_id"], data["version"], is_sync), "heard what came after one's leaving"
            self.sync(data) if is_sync else self.next(data)

    def may_hear(self, room_id: int, version: int, is_sync: bool) -> bool:
        """Whoever is in may read what was before they came: a sync may begin there."""
        spans = self.spans[room_id]
        return any((is_sync or start <= version) and (end is None or version < end) for start, end in spans)

    def open(self, room_id: int, version: int) -> None:
        self.rooms[room_id] = {"version": version, "messages": {}, "members": {}}
        self.stale.add(room_id)

    def next(self, data: dict[str, Any]) -> None:
        room = self.rooms[data["room_id"]]  # KeyError: heard of a room one is not in
        if data["version"] <= room["version"]:
            return
        assert data["version"] == room["version"] + 1, "a gap on one connection"
        room["version"] = data["version"]
        messages = [data["message"]] if "message" in data else []
        self.store(data["room_id"], messages, [data["member"]] if "member" in data else [])

    def sync(self, data: dict[str, Any]) -> None:
        room = self.rooms[data["room_id"]]
        if not data["complete"]:
            self.open(data["room_id"], data["version"])
            return
        assert data["from_version"] <= room["version"], "a gap on one connection"
        room["version"] = max(room["version"], data["version"])
        self.store(data["room_id"], data["messages"], data["members"])

    def store(self, room_id: int, messages: list[dict[str, Any]], members: list[dict[str, Any]]) -> None:
        room = self.rooms[room_id]
        for table, rows in (("messages", messages), ("members", members)):
            for row in rows:
                key = row["id"] if table == "messages" else row["user"]["id"]
                if row["version"] >= room[table].get(key, {"version": 0})["version"]:
                    room[table][key] = row

    def fetch(self) -> None:
        """What a client gets by REST after joining: history and members, as they are now."""
        for room_id in list(self.stale):
            self.store(room_id, *current(room_id))
        self.stale.clear()


def current(room_id: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    messages = messages_out(Message.objects.filter(room_id=room_id).order_by("seq"))
    members = members_out(Membership.objects.filter(room_id=room_id).order_by("user_id"))
    return plain(messages), plain(members)


class Door(GatewayConsumer):
    """The gateway's consumer without an app: nothing follows `ready` but what was promised."""

    router = CommandRouter()
