"""Bytes on a TCP connection to a live server, for what no client library would send."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable
from typing import Self

from tests.fuzz.wire import Inbox, Op, frame
from tests.live import PATIENCE_SECONDS, Person, Server

HANDSHAKE = (
    "GET /ws/ HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\nSec-WebSocket-Version: 13\r\n"
)


class Raw:
    """One connection. What the server says is read with `head`, `rest` and `close_code`."""

    def __init__(self, server: Server) -> None:
        self.port = server.port
        self.link = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_SECONDS)
        self._heard = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.link.close()

    @classmethod
    def websocket(cls, server: Server, *headers: bytes) -> Raw:
        raw = cls(server)
        raw.send(HANDSHAKE.format(port=raw.port).encode() + b"".join(line + b"\r\n" for line in headers) + b"\r\n")
        return raw

    @classmethod
    def signed_in(cls, person: Person) -> Raw:
        raw = cls.websocket(person.server)
        assert raw.head().startswith(b"HTTP/1.1 101")
        raw.say(b'{"type":"authenticate","data":{"token":"' + person.access.encode() + b'"}}')
        return raw

    def say(self, payload: bytes) -> None:
        self.send(frame(Op.TEXT, payload))

    def send(self, data: bytes) -> bool:
        """-> False when the server has hung up meanwhile."""
        try:
            self.link.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            return False
        return True

    def send_all(self, chunks: Iterable[bytes]) -> None:
        for chunk in chunks:
            if not self.send(chunk):
                return

    def head(self) -> bytes:
        """-> status line and headers of the next response; b"" when there is none."""
        while b"\r\n\r\n" not in self._heard:
            if not (data := self._receive()):
                return self._heard
            self._heard += data
        head, _, self._heard = self._heard.partition(b"\r\n\r\n")
        return head

    def status(self) -> int:
        """-> of the next response; 0 when the server hangs up without one."""
        head = self.head()
        return int(head.split(b" ", 2)[1]) if head.startswith(b"HTTP/") else 0

    def _receive(self) -> bytes:
        try:
            return self.link.recv(65_536)
        except ConnectionResetError:
            return b""

    def close_code(self) -> int | None:
        """Reads on until the server closes. -> the code of its close frame"""
        inbox, data = Inbox(), self._heard
        while True:
            for op, payload in inbox.feed(data):
                if op == Op.CLOSE:
                    return int(struct.unpack("!H", payload[:2])[0]) if payload else None
            if not (data := self._receive()):
                return None
