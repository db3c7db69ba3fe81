"""One socket of somebody odd: sends a burst of frames at once and judges what comes back."""

from __future__ import annotations

import asyncio
import base64
import struct
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from tests.fuzz.contract import ERROR_MEMBERS, EVENTS, STATUS_OF
from tests.fuzz.grammar import Case
from tests.fuzz.people import Place
from tests.fuzz.wire import Inbox, Op, fragments, frame

HANG_SECONDS = 60.0
MASK = b"\x5a\x00\xff\x13"
OPCODES = {"text": Op.TEXT, "binary": Op.BINARY, "ping": Op.PING, "pong": Op.PONG}


class Reply(msgspec.Struct):
    type: str
    data: msgspec.Raw
    id: str | None = None


class Error(msgspec.Struct, forbid_unknown_fields=True):
    """The error of the contract, to the letter."""

    code: str
    message: str
    fields: dict[str, list[str]] | None
    retry_after: float | None
    request_id: str | None


class Named(msgspec.Struct):
    room_id: int = 0
    message_id: int = 0


assert set(Error.__struct_fields__) == ERROR_MEMBERS
_reply = msgspec.json.Decoder(Reply, strict=True).decode
_error = msgspec.json.Decoder(Error, strict=True).decode
_named = msgspec.json.Decoder(Named).decode


class Complaint(NamedTuple):
    what: str
    frame: bytes = b""  # what the server said


def wire(case: Case, payload: bytes) -> bytes:
    if case.travel == "raw":
        return payload
    if case.travel == "fragments":
        cuts = [cut for cut in case.cuts if cut < len(payload)]
        return fragments(payload, cuts, MASK, frame(Op.PING, b"between", MASK))
    return frame(OPCODES[case.travel], payload, MASK)


class Speaker(asyncio.Protocol):
    """`burst` returns when the server has answered everything, closed the connection, or hangs."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.complaints: list[Complaint] = []
        self.is_open = False
        self._inbox = Inbox()
        self._handshake: asyncio.Future[None] | None = None
        self._head = b""
        self._owed: dict[str, frozenset[str]] = {}
        self._nameless = 0  # frames whose error may carry no id
        self._last = ""
        self._code: int | None = None
        self._done: asyncio.Future[None] | None = None
        self._count = 0

    @classmethod
    async def open(cls, place: Place, *, signed_in: bool = True) -> Speaker:
        loop = asyncio.get_running_loop()
        port = place.person.server.port
        _, speaker = await loop.create_connection(lambda: cls(place), "127.0.0.1", port)
        await speaker._shake_hands(port)
        if signed_in:
            await speaker._sign_in()
        return speaker

    async def _shake_hands(self, port: int) -> None:
        self._handshake = asyncio.get_running_loop().create_future()
        key = base64.b64encode(b"0123456789abcdef").decode()
        self._transport.write(
            f"GET /ws/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        await asyncio.wait_for(self._handshake, HANG_SECONDS)
        self.is_open = True

    async def _sign_in(self) -> None:
        case = Case(
            "sign in", b'{"type":"authenticate","id":"in","data":{"token":"<TOKEN>"}}', "in", frozenset({"ready"})
        )
        await self.burst([case])

    async def burst(self, cases: Sequence[Case]) -> list[Complaint]:
        """-> what is wrong with how the server took these frames. Only the last one may end the connection."""
        self.complaints = []
        if not self.is_open:
            self._complain(f"closed with {self._code} between two bursts")
        elif cases and cases[-1].closes:
            if len(cases) > 1:
                await self._say(cases[:-1])
            if self.is_open:
                await self._end_with(cases[-1])
        else:
            await self._say(cases)
        return self.complaints

    async def _say(self, cases: Sequence[Case]) -> None:
        self._last = f"end{self._count}"
        self._count += 1
        last = Case("end", b'{"type":"ping","id":"%s"}' % self._last.encode(), self._last, frozenset({"ack"}))
        await self._send([self._expect(case) for case in (*cases, last)])
        if not self.is_open:
            self._complain(f"closed with {self._code}")
        self._settle()

    async def _end_with(self, case: Case) -> None:
        self._last = ""
        await self._send([self._expect(case)])
        if self._code not in case.closes:
            self._complain(f"closed with {self._code} instead of {sorted(case.closes)}")
        self._settle()

    async def _send(self, wires: list[bytes]) -> None:
        self._done = asyncio.get_running_loop().create_future()
        self._transport.write(b"".join(wires))
        try:
            await asyncio.wait_for(self._done, HANG_SECONDS)
        except TimeoutError:
            self._complain("the server hangs")
            self.close()

    def _expect(self, case: Case) -> bytes:
        if case.reply_to is not None and case.answers:
            self._owed[case.reply_to] = case.answers
        elif case.answers:
            self._nameless += 1
        return wire(case, self.place.fill(case.payload))

    def _settle(self) -> None:
        """Everything that was asked has been answered by now."""
        if self._owed:
            self._complain(f"no reply to {list(self._owed)[:5]}")
        self._owed.clear()
        self._nameless = 0

    def _complain(self, what: str, frame: bytes = b"") -> None:
        self.complaints.append(Complaint(what, frame[:500]))

    def close(self) -> None:
        self.is_open = False
        self._transport.abort()

    # --- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport) or hasattr(transport, "write")
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]

    def data_received(self, data: bytes) -> None:
        if not self.is_open and self._handshake and not self._handshake.done():
            self._head += data
            head, end, data = self._head.partition(b"\r\n\r\n")
            if not end:
                return
            self._answer_handshake(head)
        for op, payload in self._inbox.feed(data):
            if op == Op.TEXT:
                self._hear(payload)
            elif op == Op.CLOSE:
                self._code = struct.unpack("!H", payload[:2])[0] if len(payload) >= 2 else None
                self.is_open = False
                self._transport.close()
            elif op == Op.PING:
                self._transport.write(frame(Op.PONG, payload))

    def _answer_handshake(self, head: bytes) -> None:
        assert self._handshake is not None
        if head.startswith(b"HTTP/1.1 101"):
            self._handshake.set_result(None)
        else:
            self._handshake.set_exception(ConnectionError(head[:200].decode("latin-1")))

    def connection_lost(self, error: Exception | None) -> None:
        self.is_open = False
        if self._handshake and not self._handshake.done():
            self._handshake.set_exception(ConnectionError("closed during the handshake"))
        self._finish()

    def _finish(self) -> None:
        if self._done and not self._done.done():
            self._done.set_result(None)

    # --- what is heard

    def _hear(self, text: bytes) -> None:
        try:
            reply = _reply(text)
            answer = _error(reply.data).code if reply.type == "error" else reply.type
        except msgspec.DecodeError as error:
            self._complain(f"not a frame of the contract: {error}", text)
            return
        if reply.id is not None:
            self._take(reply, answer, text)
        elif reply.type == "error":
            self._take_nameless(answer, text)
        else:
            self._overhear(reply, text)

    def _take(self, reply: Reply, answer: str, text: bytes) -> None:
        assert reply.id is not None
        allowed = self._owed.pop(reply.id, None)
        if allowed is None:
            self._complain("a second reply, or one to nobody's question", text)
        elif answer not in allowed:
            self._complain(f"answered {answer} instead of {sorted(allowed)}", text)
        if reply.id == self._last:
            self._finish()
        elif b'"message_id"' in text:
            self.place.message_id = _named(reply.data).message_id or self.place.message_id

    def _take_nameless(self, answer: str, text: bytes) -> None:
        self._nameless -= 1
        if self._nameless < 0 or answer not in STATUS_OF:
            self._complain("an error that answers nothing", text)

    def _overhear(self, reply: Reply, text: bytes) -> None:
        if reply.type not in EVENTS:
            self._complain("not an event of the contract", text)
