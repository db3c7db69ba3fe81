"""The reference client: the Vue client without a screen. One send in flight a room, the same nonce until answered."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections import deque

import msgspec

from tests.chaos.history import FAIL, OK, History, Send, now
from tests.chaos.link import Link
from tests.chaos.replica import Frame, Replica
from tests.live import PASSWORD, Person, Server, call

_encode = msgspec.json.Encoder().encode
ANSWER_SECONDS = 12.0  # then the connection counts as dead
RETRY_SECONDS = (0.1, 1.0)
KEPT_FRAMES = 4096


class Lost(Exception):
    """The connection went away before the answer."""


class Refused(Exception):
    def __init__(self, data: Frame) -> None:
        super().__init__(data["code"])
        self.code: str = data["code"]
        self.retry_after: float = data["retry_after"] or 0.5


class Decoder:
    """Every member of a room is sent the same bytes: each device takes its own, but they are read once."""

    def __init__(self) -> None:
        self._decode = msgspec.json.Decoder().decode
        self._young: dict[bytes, Frame] = {}
        self._old: dict[bytes, Frame] = {}

    def __call__(self, text: bytes) -> Frame:
        frame = self._young.get(text) or self._old.get(text)
        if frame is None:
            frame = self._young[text] = self._decode(text)
            if len(self._young) > KEPT_FRAMES:
                self._old, self._young = self._young, {}
        return frame


_decode = Decoder()


class Device(Replica):
    def __init__(self, name: str, person: Person, nodes: list[Server], history: History, seed: int) -> None:
        super().__init__(name, person, history)
        self.nodes = nodes
        self.node: Server | None = None  # to which it is connected
        self.random = random.Random(f"{seed}:{name}")
        self.acked: deque[Send] = deque(maxlen=20)  # its newest
        self.is_connected = asyncio.Event()
        self._hears = True
        self._link: Link | None = None
        self._asked: dict[str, asyncio.Future[Frame]] = {}
        self._outbox: dict[int, deque[Send]] = {}
        self._senders: dict[int, asyncio.Task[None]] = {}
        self._stopped = False
        self._wait = 0.0

    # --- the connection

    async def run(self) -> None:
        while not self._stopped:
            with contextlib.suppress(OSError, TimeoutError, Lost, Refused):
                await self._live_or_sign_in(self.random.choice(self.nodes))
            self._lose()
            await asyncio.sleep(max(self._wait, self.random.uniform(*RETRY_SECONDS)))
            self._wait = 0.0

    async def _live_or_sign_in(self, node: Server) -> None:
        try:
            await self._live_on(node)
        except Refused as refusal:
            if refusal.code in ("authentication_failed", "token_expired"):
                await self._sign_in(node)

    async def _sign_in(self, node: Server) -> None:
        """Somebody has signed this device out."""
        body = {"username": self.person.name, "password": PASSWORD}
        status, answer = await asyncio.to_thread(call, node.base, "POST", "/api/auth/login", body)
        if status == 200:
            self.person = Person(node, self.person.name, answer)

    async def _live_on(self, node: Server) -> None:
        self._live = {}
        self._link = link = await Link.dial(node.port, self._read)
        try:
            if not self._hears:
                link.pause()
            self.begin(await self.ask("authenticate", self.greeting()))
            self.node = node
            self.is_connected.set()
            await link.closed
        finally:
            link.abort()
            self._lose()

    def _lose(self) -> None:
        self.is_connected.clear()
        self.session = 0
        self._link = self.node = None
        asked, self._asked = self._asked, {}
        for answer in asked.values():
            answer.cancel("lost")

    def cut(self) -> None:
        if self._link is not None:
            self._link.abort()

    def deafen(self) -> None:
        """It reads nothing any more."""
        self._hears = False
        if self._link is not None:
            self._link.pause()

    def listen(self) -> None:
        self._hears = True
        if self._link is not None:
            self._link.resume()

    def stop(self) -> None:
        self._stopped = True
        for task in self._senders.values():
            task.cancel()
        self.listen()
        self.cut()

    async def ask(self, kind: str, data: Frame) -> Frame:
        """-> the data of the one answer. Raises Lost or Refused."""
        if (link := self._link) is None:
            raise Lost
        loop, own = asyncio.get_running_loop(), str(self.history.number())
        answer = self._asked[own] = loop.create_future()
        patience = loop.call_later(ANSWER_SECONDS, self.cut)
        try:
            link.send(_encode({"type": kind, "id": own, "data": data}))
            # Whoever signs in has nobody else who hears that the line is cut.
            await asyncio.wait([answer, link.closed], return_when=asyncio.FIRST_COMPLETED)
        except OSError as error:
            raise Lost from error
        finally:
            patience.cancel()
            self._asked.pop(own, None)
        if answer.cancelled() or not answer.done():
            raise Lost
        frame = answer.result()
        if frame["type"] == "error":
            raise Refused(frame["data"])
        reply: Frame = frame["data"]
        return reply

    def _read(self, text: bytes) -> None:
        frame = _decode(text)
        self.watch(frame)
        self.take(frame)

    def take(self, frame: Frame) -> None:
        if self.session:
            self.history.last_frames[self.session] = now()
        answer = self._asked.get(frame["id"]) if "id" in frame else None
        if answer is not None:
            if frame["type"] == "ready":
                self._on_ready(frame["data"])
            if not answer.done():
                answer.set_result(frame)
            return
        super().take(frame)

    def _on_reconnect(self, data: Frame) -> None:
        self._wait = data["retry_after"]

    # --- the outbox

    def send(self, room_id: int, content: str) -> Send:
        number = self.history.number()
        send = Send(self.person.id, room_id, f"{self.name}.{number}", f"{content} {number}", now())
        self.history.sends.append(send)
        self._outbox.setdefault(room_id, deque()).append(send)
        if room_id not in self._senders or self._senders[room_id].done():
            self._senders[room_id] = asyncio.create_task(self._drain(room_id))
        return send

    async def sent(self, room_id: int) -> None:
        """Until it is known what became of all that it wanted to say in this room."""
        await self._senders[room_id]

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
