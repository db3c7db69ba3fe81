"""The WebSocket itself, bytes on a socket: the handshake, fragments, pings, and what breaks the rules."""

from __future__ import annotations

import base64
import os
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.live import PATIENCE_SECONDS, Person, Server

GOOD = {
    "Host": "127.0.0.1",
    "Upgrade": "websocket",
    "Connection": "Upgrade",
    "Sec-WebSocket-Key": base64.b64encode(b"0123456789abcdef").decode(),
    "Sec-WebSocket-Version": "13",
}
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Line:
    """A TCP connection that says what it likes."""

    def __init__(self, server: Server) -> None:
        self.socket = socket.create_connection(("127.0.0.1", server.port), PATIENCE_SECONDS)
        self.buffer = b""

    def request(self, *, method: str = "GET", path: str = "/ws/", version: str = "1.1", **changed: str | None) -> str:
        """-> the status line of the answer."""
        headers = GOOD | {name.replace("_", "-"): value for name, value in changed.items()}
        lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
        self.socket.sendall("\r\n".join([f"{method} {path} HTTP/{version}", *lines, "", ""]).encode())
        while b"\r\n\r\n" not in self.buffer:
            self._more()
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        return head.partition(b"\r\n")[0].decode()

    def _more(self) -> None:
        data = self.socket.recv(65536)
        if not data:
            raise EOFError
        self.buffer += data

    def send(self, first: int, payload: bytes = b"", *, masked: bool = True) -> None:
        mask = os.urandom(4)
        body = bytes(b ^ mask[i % 4] for i, b in enumerate(payload)) if masked else payload
        size = bytes([len(payload)]) if len(payload) < 126 else b"\x7e" + struct.pack("!H", len(payload))
        size = bytes([size[0] | (0x80 if masked else 0)]) + size[1:]
        self.socket.sendall(bytes([first]) + size + (mask if masked else b"") + body)

    def frame(self) -> tuple[int, bytes]:
        """-> opcode and payload of the next frame."""
        head = self._take(2)
        size = head[1]
        if size == 126:
            (size,) = struct.unpack("!H", self._take(2))
        elif size == 127:
            (size,) = struct.unpack("!Q", self._take(8))
        return head[0] & 0x0F, self._take(size)

    def _take(self, count: int) -> bytes:
        while len(self.buffer) < count:
            self._more()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def frame_of(self, opcode: int) -> bytes:
        while True:
            kind, payload = self.frame()
            if kind == opcode:
                return payload

    def close_code(self) -> int:
        return int(struct.unpack("!H", self.frame_of(CLOSE)[:2])[0])

    def ends(self) -> bool:
        """Until the server hangs up."""
        try:
            while True:
                self._more()
        except (EOFError, ConnectionResetError):
            return True


@contextmanager
def line(server: Server) -> Iterator[Line]:
    opened = Line(server)
    try:
        yield opened
    finally:
        opened.socket.close()


@contextmanager
def open_line(server: Server, person: Person) -> Iterator[Line]:
    """Authenticated."""
    with line(server) as opened:
        assert " 101 " in opened.request() + " "
        opened.send(0x80 | TEXT, f'{{"type":"authenticate","data":{{"token":"{person.access}"}}}}'.encode())
        assert b'"ready"' in opened.frame_of(TEXT)
        yield opened


@pytest.fixture
def ours(server: Server) -> None:
    if server.kind != "uvicorn":
        pytest.skip("daphne's WebSockets are autobahn's: it knows older versions, and hangs up without a word")


@pytest.mark.usefixtures("ours")
@pytest.mark.parametrize(
    "changed",
    [
        {"Sec_WebSocket_Key": None},
        {"Sec_WebSocket_Key": "short"},
        {"Sec_WebSocket_Key": "!" * 24},
        {"Sec_WebSocket_Version": None},
        {"Sec_WebSocket_Version": "8"},
    ],
    ids=str,
)
def test_a_handshake_that_is_none_is_refused(server: Server, changed: dict[str, str | None]) -> None:
    with line(server) as opened:
        assert opened.request(**changed).split()[1] in ("400", "426")


def test_another_path_and_a_foreign_origin_are_refused(server: Server) -> None:
    with line(server) as opened:
        assert opened.request(path="/other/").split()[1] in ("403", "404")
    with line(server) as opened:
        assert opened.request(Origin="https://evil.example").split()[1] == "403"
        assert opened.ends()


@pytest.mark.parametrize("path", ["/ws", "/ws/", "/ws/?nothing=1"])
def test_the_gateway_has_one_address_with_or_without_a_slash(server: Server, path: str) -> None:
    with line(server) as opened:
        assert opened.request(path=path).split()[1] == "101"


def test_a_connection_that_served_requests_may_become_a_socket(server: Server) -> None:
    with line(server) as opened:
        status = opened.request(path="/api/health", Upgrade=None, Connection="keep-alive", Sec_WebSocket_Key=None)
        assert status.split()[1] == "200"
        while b"}" not in opened.buffer:
            opened._more()
        opened.buffer = b""
        assert opened.request().split()[1] == "101"


def test_fragments_with_a_ping_between_them_are_one_command(server: Server, ada: Person) -> None:
    with open_line(server, ada) as opened:
        opened.send(TEXT, b'{"type":"pi')
        opened.send(0x80 | PING, b"still there?")
        assert opened.frame_of(PONG) == b"still there?"
        opened.send(0x80, b'ng","id":"p","data":{}}')
        assert b'"id":"p"' in opened.frame_of(TEXT)


def test_many_commands_in_one_packet_are_answered_in_order(server: Server, ada: Person) -> None:
    with open_line(server, ada) as opened:
        mask = bytes(4)  # a mask of zeros changes nothing
        commands = [f'{{"type":"ping","id":"{n}","data":{{}}}}'.encode() for n in range(200)]
        opened.socket.sendall(b"".join(bytes([0x81, 0x80 | len(c)]) + mask + c for c in commands))
        for number in range(200):
            assert f'"id":"{number}"'.encode() in opened.frame_of(TEXT)


@pytest.mark.usefixtures("ours")
@pytest.mark.parametrize(
    ("first", "payload", "masked", "codes"),
    [
        (0x80 | TEXT, b"{}", False, (1002,)),
        (0xC0 | TEXT, b"{}", True, (1002,)),
        (0x83, b"", True, (1002,)),
        (0x80, b"tail", True, (1002,)),
        (PING, b"", True, (1002,)),
        (0x80 | PING, b"x" * 126, True, (1002,)),
        (0x80 | CLOSE, b"x", True, (1002,)),
        (0x80 | TEXT, b"\xff", True, (1007,)),
        (0x80 | BINARY, b"{}", True, (4400,)),
    ],
)
def test_what_breaks_the_rules_is_closed(
    server: Server, ada: Person, first: int, payload: bytes, masked: bool, codes: tuple[int, ...]
) -> None:
    with open_line(server, ada) as opened:
        opened.send(first, payload, masked=masked)
        assert opened.close_code() in codes
        if codes[0] >= 4000:
            opened.send(0x80 | CLOSE, struct.pack("!H", codes[0]))
        assert opened.ends()


@pytest.mark.usefixtures("ours")
def test_a_close_is_answered_with_its_code(server: Server, ada: Person) -> None:
    with open_line(server, ada) as opened:
        opened.send(0x80 | CLOSE, struct.pack("!H", 1001) + b"bye")
        assert opened.close_code() == 1001
        assert opened.ends()
