"""Request memory: what a client announces or drips must not become the server's memory.

Modelled on daphne CVE-2026-44545 (no limit on WebSocket frames), Synapse CVE-2024-52805 (multipart parts without
end) and Mattermost CVE-2022-2406 (import of any size).
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.fuzz.resources import held_by_sockets, rss_kb
from tests.fuzz.wire import Op, announced, frame
from tests.live import PATIENCE_SECONDS, Person, Server
from tests.security.raw import Raw

pytestmark = pytest.mark.once

FLAT_KB = 32 * 1024  # more than it ever held before, for caches and the allocator
TOO_LARGE = {1009, 4413}
MEGABYTE = 1 << 20


@pytest.fixture
def person(server: Server) -> Person:
    return server.register()


@pytest.fixture(autouse=True)
def _memory_stays_flat(server: Server, person: Person) -> Iterator[None]:
    person.ok("GET", "/api/rooms/")
    before = rss_kb(server, "VmHWM:")
    yield
    person.ok("GET", "/api/auth/verify")
    assert rss_kb(server, "VmHWM:") - before < FLAT_KB


@pytest.mark.parametrize("signed_in", [False, True])
@pytest.mark.parametrize("size", [1 << 30, 1 << 40, (1 << 63) - 1])
def test_a_frame_of_a_gigabyte_is_refused_when_it_is_announced(person: Person, size: int, signed_in: bool) -> None:
    with Raw.signed_in(person) if signed_in else Raw.websocket(person.server) as raw:
        if not signed_in:
            raw.head()
        raw.send(announced(size))
        assert raw.close_code() in TOO_LARGE


def test_who_still_sends_a_refused_frame_is_told_why(person: Person) -> None:
    with Raw.signed_in(person) as raw:
        raw.send(announced(64 * MEGABYTE))
        assert all(raw.send(bytes(MEGABYTE)) for _ in range(8))  # a reset would take the close frame with it
        assert raw.close_code() in TOO_LARGE


def test_a_message_of_a_million_fragments_is_refused(person: Person) -> None:
    with Raw.signed_in(person) as raw:
        raw.send(frame(Op.TEXT, b"x", fin=False))
        many = frame(Op.CONTINUED, b"x", fin=False) * 10_000
        raw.send_all(many for _ in range(100))
        assert raw.close_code() in TOO_LARGE


def test_a_million_empty_fragments_hold_no_memory_and_no_loop(person: Person) -> None:
    other = person.server.register()
    with Raw.signed_in(person) as raw, other.socket() as socket:
        raw.send(frame(Op.TEXT, b"", fin=False))
        many = frame(Op.CONTINUED, b"", fin=False) * 10_000
        for _ in range(100):
            if not raw.send(many):
                break
            socket.ask("ping")
        raw.send(frame(Op.CONTINUED, b"no frame"))
        assert raw.close_code() in TOO_LARGE | {4400, 1008}


def test_a_million_pings_are_answered_or_the_connection_ends(person: Person) -> None:
    """Of a client that reads none of the answers."""
    other = person.server.register()
    with Raw.signed_in(person) as raw, other.socket() as socket:
        raw.link.settimeout(5)
        many = frame(Op.PING, b"x" * 125) * 1_000
        with suppress(TimeoutError):  # the server stops reading: that is as good
            raw.send_all(many for _ in range(200))
        socket.ask("ping")


def test_who_says_goodbye_and_reads_nothing_is_hung_up_on(person: Person) -> None:
    """What was written to them waits in the server's memory, and nobody else looks after them any more."""
    with Raw.signed_in(person) as raw:
        before = held_by_sockets(person.server)
        raw.link.settimeout(3)
        with suppress(TimeoutError):
            raw.send_all(frame(Op.PING, b"x" * 125) * 1_000 for _ in range(300))
        raw.link.settimeout(PATIENCE_SECONDS)
        raw.send(frame(Op.CLOSE, b""))
        deadline = time.monotonic() + PATIENCE_SECONDS
        while held_by_sockets(person.server) >= before:
            assert time.monotonic() < deadline, "the server waits for ever"
            time.sleep(0.5)


def test_compression_is_never_agreed_to(person: Person) -> None:
    """A deflate bomb needs an extension; whoever compresses all the same breaks the protocol."""
    bomb = zlib.compress(b"\0" * 64 * MEGABYTE, 9)[2:-4]
    offer = b"Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=15"
    with Raw.websocket(person.server, offer) as raw:
        assert b"sec-websocket-extensions" not in raw.head().lower()
        raw.send(frame(Op.TEXT, bomb[:60_000], reserved=4))
        assert raw.close_code() == 1002


def post(path: str, person: Person, length: int, kind: str = "application/json", method: str = "POST") -> bytes:
    return (
        f"{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {person.access}\r\n"
        f"Content-Type: {kind}\r\nContent-Length: {length}\r\n\r\n"
    ).encode()


def test_a_body_of_a_gigabyte_is_refused_when_it_is_announced(person: Person) -> None:
    with Raw(person.server) as raw:
        raw.send(post("/api/rooms/", person, 1 << 30))
        assert raw.status() == 413


def test_a_body_of_a_gigabyte_is_not_read(person: Person) -> None:
    with Raw(person.server) as raw:
        raw.send(post("/api/rooms/", person, 1 << 30))
        raw.send_all(b" " * MEGABYTE for _ in range(64))
        assert raw.status() in (413, 0)


def test_a_body_in_chunks_without_end_is_not_kept(person: Person) -> None:
    chunk = b"100000\r\n" + b" " * MEGABYTE + b"\r\n"
    head = post("/api/rooms/", person, 0).replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    with Raw(person.server) as raw:
        raw.send(head)
        raw.send_all(chunk for _ in range(64))
        raw.send(b"0\r\n\r\n")
        assert raw.status() in (400, 411, 413, 0)


def test_a_form_of_a_hundred_thousand_parts_is_refused(person: Person) -> None:
    part = b'--edge\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n'
    body = part * 100_000 + b"--edge--\r\n"
    with Raw(person.server) as raw:
        raw.send(post("/api/users/me/avatar", person, len(body), "multipart/form-data; boundary=edge", "PUT"))
        raw.send_all(body[start : start + MEGABYTE] for start in range(0, len(body), MEGABYTE))
        assert raw.status() in (400, 413)


def test_a_form_of_very_many_files_is_refused(person: Person) -> None:
    part = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nx\r\n'
    body = part * 10_000 + b"--edge--\r\n"
    with Raw(person.server) as raw:
        raw.send(post("/api/users/me/avatar", person, len(body), "multipart/form-data; boundary=edge", "PUT"))
        raw.send(body)
        assert raw.status() in (400, 413)


@pytest.mark.parametrize("line", [b"X-Filler: " + b"x" * 8_000 + b"\r\n", b"X: y\r\n", b"x" * 8_000])
def test_headers_without_end_are_cut_off(person: Person, line: bytes) -> None:
    with Raw(person.server) as raw:
        raw.send(b"GET /api/health HTTP/1.1\r\nHost: localhost\r\n")
        block = line * (MEGABYTE // len(line))
        raw.send_all(block for _ in range(64))
        raw.send(b"\r\n\r\n")
        assert raw.status() in (400, 413, 431, 0)


@pytest.mark.parametrize("start", [b"", b"GET /api/health HTTP/1.1\r\nX: ", b"GET /ws/ HTTP/1.1\r\nHost: "])
def test_who_says_nothing_or_never_ends_a_head_is_hung_up_on(person: Person, start: bytes) -> None:
    with Raw(person.server) as raw:
        raw.link.settimeout(0.5)
        raw.send(start)
        for _ in range(60):  # half a minute of drips
            raw.send(start and b"x")
            with suppress(TimeoutError):
                assert raw._receive() == b""
                return
    raise AssertionError("the connection stays open")


def test_those_who_drip_their_bodies_hold_nobody_up(person: Person) -> None:
    """Bodies are taken in before a thread is: more of them than there are threads."""
    drips = [Raw(person.server) for _ in range(100)]
    for raw in drips:
        raw.send(post("/api/rooms/", person, 1_000) + b"{")
    assert person.ok("GET", "/api/auth/verify")["user"]["id"] == person.id
    for raw in drips:
        raw.link.close()


def test_a_head_in_pieces_before_a_body_of_many_is_not_mistaken_for_one_without_end(person: Person) -> None:
    head = post("/api/auth/login", person, 900_000)
    with Raw(person.server) as raw:
        first, _, others = head.partition(b"\r\n")
        raw.send(first + b"\r\nX-Y: " + b"y" * 40_000)
        raw.send(b"\r\n" + others + b" " * 450_000)
        raw.send(b" " * 450_000)
        assert raw.status() == 400
