"""Header differential: what one part of the server reads as one header, no other part reads as two.

Modelled on daphne CVE-2026-44546 (headers split at \\x0b, \\x0c, \\x1c to \\x1e and \\x85 as well), and on request
smuggling by lengths that disagree.
"""

from __future__ import annotations

import pytest

from tests.live import Person, Server
from tests.security.raw import Raw

BREAKS = [
    b"\x0b",
    b"\x0c",
    b"\x1c",
    b"\x1d",
    b"\x1e",
    b"\x85",
    b"\xc2\x85",
    b"\xe2\x80\xa8",
    b"\r",
    b"\n",
    b"\x00",
    b"\xa0",
]
REFUSED_HEADERS = (400, 401, 403, 0)


@pytest.fixture(scope="module")
def person(server: Server) -> Person:
    return server.register()


def asked(server: Server, lines: bytes) -> int:
    with Raw(server) as raw:
        raw.send(b"GET /api/auth/verify HTTP/1.1\r\nHost: localhost\r\n" + lines + b"\r\n\r\n")
        return raw.status()


@pytest.mark.parametrize("line_break", BREAKS)
def test_no_header_hides_in_anothers_value(server: Server, person: Person, line_break: bytes) -> None:
    token = b"Authorization: Bearer " + person.access.encode()
    assert asked(server, token) == 200
    if line_break == b"\n":
        return  # RFC 9112 §2.2 lets a bare LF end a line: nobody in front of us may think otherwise
    assert asked(server, b"X-Any: a" + line_break + token) in REFUSED_HEADERS


@pytest.mark.parametrize("line_break", [b for b in BREAKS if b != b"\n"])
def test_no_origin_hides_in_anothers_value(server: Server, line_break: bytes) -> None:
    """At the WebSocket door: a forged line neither replaces the Origin nor adds one."""
    ours = b"Origin: http://127.0.0.1:%d" % server.port
    with Raw.websocket(server, b"Origin: https://evil.example" + line_break + ours) as raw:
        assert raw.status() in (400, 403, 0)


@pytest.mark.parametrize(
    "name", [b"Auth\x0borization", b"Authorization ", b" Authorization", b"Authorization\x85", b"Auth_orization\x00"]
)
def test_a_name_that_is_no_token_is_no_header(server: Server, person: Person, name: bytes) -> None:
    assert asked(server, b"X: y\r\n" + name + b": Bearer " + person.access.encode()) in REFUSED_HEADERS


def test_underscores_do_not_pass_for_hyphens(server: Server) -> None:
    """WSGI maps both to one name: a proxy that sets X-Forwarded-For must not be outdone by X_Forwarded_For."""
    with Raw(server) as raw:
        raw.send(b"GET /api/health HTTP/1.1\r\nHost: localhost\r\nX_Forwarded_For: 1.2.3.4\r\nHost_: evil\r\n\r\n")
        assert raw.status() in (200, 400)


@pytest.mark.parametrize(
    "lines",
    [
        b"Content-Length: 4\r\nContent-Length: 5",
        b"Content-Length: 4\r\nTransfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\nContent-Length: 4",
        b"Transfer-Encoding: xchunked",
        b"Transfer-Encoding: chunked, identity",
        b"Content-Length: +4",
        b"Content-Length: 4, 4",
        b"Content-Length: 0x4",
        b"Content-Length: -1",
    ],
)
def test_bodies_whose_length_is_in_doubt_are_not_read(server: Server, lines: bytes) -> None:
    """-> at most one answer, a refusal; the smuggled request is never answered."""
    smuggled = b"GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
    with Raw(server) as raw:
        raw.send(b"POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + lines)
        raw.send(b"\r\n\r\n0\r\n\r\n" + smuggled)
        assert raw.status() in (400, 501, 0)
        assert b'"status":"ok"' not in rest_of(raw)


def rest_of(raw: Raw) -> bytes:
    rest = b""
    while data := raw._receive():
        rest += data
    return raw._heard + rest
