"""The reference client: the Vue client's algorithm without a screen.

One send in flight a room, the same nonce until it is answered; a version for each room; old versions dropped, a gap
held against the server; back with the versions it has and the epoch it knows.
"""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import deque
from dataclasses import dataclass, field
from typing import Any

import msgspec
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException

from tests.chaos.history import FAIL, OK, Heard, History, Send, now
from tests.live import PASSWORD, Person, Server, call

Frame = dict[str, Any]
_encode, _decode = msgspec.json.Encoder().encode, msgspec.json.Decoder().decode
ANSWER_SECONDS = 12.0  # then the connection counts as dead
RETRY_SECONDS = (0.1, 1.0)


class Lost(Exception):
    """The connection went away before the answer."""


class Refused(Exception):
    def __init__(self, data: Frame) -> None:
        super().__init__(data["code"])
        self.code: str = data["code"]
        self.retry_after: float = data["retry_after"] or 0.5


@dataclass(slots=True)
class Room:
    """As the device holds it: everything after `base`, up to `version`."""

    version: int
    base: int | None  # seq; None = not known since the last reset
    messages: dict[int, Frame] = field(default_factory=dict)  # by seq


class Device:
    def __init__(self, name: str, person: Person, nodes: list[Server], history: History, seed: int) -> None:
        self.name, self.person, self.nodes, self.history = name, person, nodes, history
        self.random = random.Random(f"{seed}:{name}")
        self.rooms: dict[int, Room] = {}
        self.epoch: str | None = None
        self.session = 0  # that of the connection
        self._trail: dict[int, deque[str]] = {}  # what it heard of each room's coming and going, for complaints
        self.acked: deque[Send] = deque(maxlen=20)  # its newest
        self.hears = asyncio.Event()  # while not set it reads nothing
        self.hears.set()
        self.is_connected = asyncio.Event()
        self._link: ClientConnection | None = None
        self._asked: dict[str, asyncio.Future[Frame]] = {}
        self._outbox: dict[int, deque[Send]] = {}
        self._senders: dict[int, asyncio.Task[None]] = {}
        self._stopped = False
        self._wait = 0.0

    # --- the connection

    async def run(self) -> None:
        while not self._stopped:
            with contextlib.suppress(OSError, TimeoutError, WebSocketException, Lost, Refused):
                await self._live_or_sign_in(self.random.choice(self.nodes))
            self._lose()
            await asyncio.sleep(max(self._wait, self.random.uniform(*RETRY_SECONDS)))
            self._wait = 0.0

    async def _live_or_sign_in(self, node: Server) -> None:
        try:
            await self._live(node)
        except Refused as refusal:
            if refusal.code == "authentication_failed":
                await self._sign_in(node)

    async def _sign_in(self, node: Server) -> None:
        """Somebody has signed this device out."""
        body = {"username": self.person.name, "password": PASSWORD}
        status, answer = await asyncio.to_thread(call, node.base, "POST", "/api/auth/login", body)
        if status == 200:
            self.person = Person(node, self.person.name, answer)

    async def _live(self, node: Server) -> None:
        address = f"ws://127.0.0.1:{node.port}/ws/"
        async with connect(address, compression=None, max_size=None, open_timeout=10, proxy=None) as link:
            self._link = link
            had = {room_id: room.version for room_id, room in self.rooms.items()}
            reading = asyncio.create_task(self._read(link))
            try:
                ready = await self.ask("authenticate", self._greeting(had))
                self._begin(ready)
                self.is_connected.set()
                await reading
            finally:
                reading.cancel()
                self._lose()

    def _greeting(self, had: dict[int, int]) -> Frame:
        rooms = {str(room_id): version for room_id, version in had.items()}
        return {"token": self.person.access, "rooms": rooms, **({"epoch": self.epoch} if self.epoch else {})}

    def _begin(self, ready: Frame) -> None:
        self.epoch = ready["epoch"]

    def _lose(self) -> None:
        self.is_connected.clear()
        self.session = 0
        self._link = None
        asked, self._asked = self._asked, {}
        for answer in asked.values():
            answer.cancel("lost")

    def cut(self) -> None:
        if self._link is not None:
            self._link.transport.abort()

    def stop(self) -> None:
        self._stopped = True
        for task in self._senders.values():
            task.cancel()
        self.hears.set()
        self.cut()

    async def _read(self, link: ClientConnection) -> None:
        while True:
            text = await link.recv(decode=False)
            await self.hears.wait()
            self._take(_decode(text))

    async def ask(self, kind: str, data: Frame) -> Frame:
        """-> the data of the one answer. Raises Lost or Refused."""
        if self._link is None:
            raise Lost
        own = str(self.history.number())
        answer = self._asked[own] = asyncio.get_running_loop().create_future()
        try:
            await self._link.send(_encode({"type": kind, "id": own, "data": data}).decode())
            done, _ = await asyncio.wait([answer], timeout=ANSWER_SECONDS)
        except (WebSocketException, OSError) as error:
            raise Lost from error
        finally:
            self._asked.pop(own, None)
        if not done or answer.cancelled():
            self.cut()
            raise Lost
        frame = answer.result()
        if frame["type"] == "error":
            raise Refused(frame["data"])
        reply: Frame = frame["data"]
        return reply

    # --- what comes in

    def _take(self, frame: Frame) -> None:
        kind, data = frame["type"], frame["data"]
        if self.session:
            self.history.last_frames[self.session] = now()
        if kind == "ready":
            self._on_ready(data)
        if (own := frame.get("id")) is not None and own in self._asked:
            if not self._asked[own].done():
                self._asked[own].set_result(frame)
            return
        handler = getattr(self, f"_on_{kind}", None)
        if handler is not None:
            handler(data)

    def _on_reconnect(self, data: Frame) -> None:
        self._wait = data["retry_after"]

    def _trace(self, room_id: int, text: str) -> None:
        self._trail.setdefault(room_id, deque(maxlen=12)).append(f"{now():.3f} {text}")

    def _on_ready(self, data: Frame) -> None:
        self.session = data["session_id"]
        self.history.last_frames[self.session] = now()
        for room_id in {head["room_id"] for head in data["rooms"]} | self.rooms.keys():
            self._trace(room_id, "ready" if room_id in self.rooms else "ready, new")
        for head in data["rooms"]:
            if head["room_id"] not in self.rooms:
                self._enter(head["room_id"], head["version"], head["last_seq"])

    def _on_room_added(self, data: Frame) -> None:
        room = data["room"]
        self._trace(room["id"], f"added at {room['version']}")
        if room["id"] not in self.rooms:
            self._enter(room["id"], room["version"], room["last_seq"])

    def _enter(self, room_id: int, version: int, last_seq: int) -> None:
        self.rooms[room_id] = Room(version, last_seq)
        self.history.moves.add((room_id, self.person.id, version, True))

    def _on_room_removed(self, data: Frame) -> None:
        self._trace(data["room_id"], f"removed, {data['reason']}")
        self.rooms.pop(data["room_id"], None)

    def _on_room_sync(self, data: Frame) -> None:
        room = self.rooms.get(data["room_id"])
        if room is None:
            self._complain(f"a room_sync of room {data['room_id']}, in which it is not")
            return
        if not data["complete"]:
            room.version, room.base, room.messages = data["version"], None, {}
            return
        if data["from_version"] > room.version:
            self._complain(f"room {data['room_id']}: a sync from {data['from_version']} after version {room.version}")
        if data["version"] <= room.version:
            return
        for message in data["messages"]:
            self._hear(room, message, is_live=False)
        for member in data["members"]:
            self._note_move(data["room_id"], member)
        room.version = data["version"]

    def _on_new_message(self, data: Frame) -> None:
        self._step(data, lambda room: self._hear(room, data["message"], is_live=True, is_new=True))

    def _on_message_updated(self, data: Frame) -> None:
        self._step(data, lambda room: self._hear(room, data["message"], is_live=True))

    def _on_member_joined(self, data: Frame) -> None:
        self._note_move(data["room_id"], data["member"])
        self._step(data, lambda room: None)

    _on_member_left = _on_member_updated = _on_member_joined

    def _on_room_updated(self, data: Frame) -> None:
        self._step(data, lambda room: None)

    def _step(self, data: Frame, apply: Any) -> None:
        room, version = self.rooms.get(data["room_id"]), data["version"]
        if room is None:
            trail = list(self._trail.get(data["room_id"], ()))
            self._complain(f"version {version} of room {data['room_id']}, in which it is not: {trail} {now():.3f}")
        elif version > room.version:
            if version != room.version + 1:
                self._complain(f"room {data['room_id']}: version {version} after {room.version}")
            apply(room)
            room.version = version

    def _hear(self, room: Room, message: Frame, *, is_live: bool, is_new: bool = False) -> None:
        seq, known = message["seq"], room.messages.get(message["seq"])
        if is_new and known is not None:
            self._complain(f"room {message['room_id']}: seq {seq} is new a second time")
        if known is not None and known["id"] != message["id"]:
            self._complain(f"room {message['room_id']}: seq {seq} is message {message['id']}, was {known['id']}")
        if known is None or message["version"] >= known["version"]:
            room.messages[seq] = message
        recalled = message["recalled_at"] is not None
        where = (message["room_id"], seq, message["id"], message["version"])
        self.history.heard.append(
            Heard(self.name, self.person.id, *where, message["content"], is_recalled=recalled, is_live=is_live)
        )

    def _note_move(self, room_id: int, member: Frame) -> None:
        is_in = member["role"] is not None
        self.history.moves.add((room_id, member["user"]["id"], member["version"], is_in))

    def _complain(self, text: str) -> None:
        self.history.broken.append(f"{self.name}: {text}")

    # --- the outbox

    def send(self, room_id: int, content: str) -> None:
        number = self.history.number()
        send = Send(self.person.id, room_id, f"{self.name}.{number}", f"{content} {number}", now())
        self.history.sends.append(send)
        self._outbox.setdefault(room_id, deque()).append(send)
        if room_id not in self._senders or self._senders[room_id].done():
            self._senders[room_id] = asyncio.create_task(self._drain(room_id))

    @property
    def unsent(self) -> int:
        return sum(len(queue) for queue in self._outbox.values())

    async def _drain(self, room_id: int) -> None:
        queue = self._outbox[room_id]
        while queue:
            await self._deliver(queue[0])
            queue.popleft()

    async def _deliver(self, send: Send) -> None:
        """Until it is known what became of it."""
        data = {"room_id": send.room, "content": send.content, "nonce": send.nonce}
        while not send.answered_at:
            await self.is_connected.wait()
            try:
                self._acked(send, await self.ask("send_message", data))
            except Lost:
                await asyncio.sleep(0.05)  # until the connection knows that it is none
            except Refused as refusal:
                if refusal.code in ("unavailable", "rate_limited"):
                    await asyncio.sleep(min(refusal.retry_after, 1.0))
                    continue
                send.outcome, send.code, send.answered_at = FAIL, refusal.code, now()
        if send.outcome == OK and self.random.random() < 0.02:
            await self._repeat(send, data)

    def _acked(self, send: Send, ack: Frame) -> None:
        send.outcome, send.seq, send.message, send.answered_at = OK, ack["seq"], ack["message_id"], now()
        self.history.acked += 1
        self.acked.append(send)

    async def _repeat(self, send: Send, data: Frame) -> None:
        """The frame comes twice, as when an ack was lost."""
        with contextlib.suppress(Lost, Refused):
            ack = await self.ask("send_message", data)
            send.repeats.append((ack["message_id"], ack["seq"], ack["duplicate"]))
