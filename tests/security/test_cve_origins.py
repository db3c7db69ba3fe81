"""Cross-site WebSocket hijacking: only our own pages open sockets, and no cookie signs a socket in.

Modelled on WS-2020-0443 (socket.io: any origin), CVE-2020-14368 (Theia) and CVE-2023-2886 (CBOT).
"""

from __future__ import annotations

import pytest

from tests.fuzz.wire import Op, frame
from tests.live import Server, call
from tests.security.raw import Raw

FOREIGN = [
    "https://evil.example", "null", "NULL", "file://", "file:///", "", " ", "about:blank", "data:text/html,x",
    "http://127.0.0.1:{port}.evil.example", "http://evil.example:{port}", "http://evil127.0.0.1:{port}",
    "http://127.0.0.1.evil.example:{port}", "http://127.0.0.1:{port}@evil.example", "http://evil.example@127.0.0.1:{port}",
    "http://user:pass@127.0.0.1:{port}", "http://127.0.0.1:{port}#@evil.example", "http://127.0.0.1:{other}",
    "http://127.0.0.1", "http://localhost:{port}", "http://[::1]:{port}", "http://0x7f000001:{port}", "127.0.0.1",
    "//127.0.0.1:{port}", "ftp://127.0.0.1:{port}", "javascript://127.0.0.1:{port}", "ws://127.0.0.1:{port}", "app://",
    "app://other", "app://chat.evil.example", "app://chat:1", "app://chat/", "app://evil@chat", "chat",
    "http://127.0.0.1:{port}, https://evil.example", "https://evil.example, http://127.0.0.1:{port}",
    "http://127.0.0.1:{port} https://evil.example", "http://127.0.0.1:{port}\\.evil.example", "http://127。0。0。1:{port}",
]  # fmt: skip


def opened(server: Server, *headers: bytes) -> int:
    with Raw.websocket(server, *headers) as raw:
        return raw.status()


def origin(text: str, server: Server) -> bytes:
    return b"Origin: " + text.format(port=server.port, other=server.port ^ 1).encode()


@pytest.mark.parametrize("text", FOREIGN)
def test_a_foreign_origin_is_refused_before_anything_is_accepted(server: Server, text: str) -> None:
    assert opened(server, origin(text, server)) in (400, 403)


@pytest.mark.parametrize("text", ["http://127.0.0.1:{port}", "app://chat"])
def test_our_own_pages_may(server: Server, text: str) -> None:
    assert opened(server, origin(text, server)) == 101


@pytest.mark.parametrize("ours_first", [True, False])
def test_two_origins_are_one_too_many(server: Server, ours_first: bool) -> None:
    both = [origin("http://127.0.0.1:{port}", server), origin("https://evil.example", server)]
    assert opened(server, *(both if ours_first else reversed(both))) in (400, 403)


def test_an_origin_does_not_become_ours_by_naming_its_host_twice(server: Server) -> None:
    assert opened(server, b"Host: evil.example", b"Origin: http://evil.example") in (400, 403)


def test_no_cookie_signs_a_socket_in(server: Server) -> None:
    person = server.register()
    body = {"username": person.name, "password": "correct horse battery", "cookie": True}
    status, answer = call(server.base, "POST", "/api/auth/login", body, Origin=server.base)
    assert (status, answer["refresh"]) == (200, None)
    for name in (b"refresh", b"access", b"token", b"sessionid", b"chat_refresh"):
        cookie = b"Cookie: " + name + b"=" + person.refresh.encode() + b"; x=" + person.access.encode()
        with Raw.websocket(server, cookie, b"Authorization: Bearer " + person.access.encode()) as raw:
            assert raw.status() == 101
            raw.send(frame(Op.TEXT, b'{"type":"ping","id":"1","data":{}}'))
            assert raw.close_code() == 4401
