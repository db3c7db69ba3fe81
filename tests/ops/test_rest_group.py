"""REST and pages in processes of their own (`serve --rest`) beside those of the sockets."""

from __future__ import annotations

import contextlib
import re
import socket
from collections.abc import Iterator
from io import BytesIO

import httpx
import pytest
from PIL import Image

from tests.live import PATIENCE_SECONDS, Person, Server, Socket, call

pytestmark = pytest.mark.timeout(180)
THREADS = 4


@pytest.fixture(scope="module")
def sockets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("groups")).prepare().start()
    yield server
    server.destroy()


@pytest.fixture(scope="module")
def rest(sockets: Server) -> Iterator[Server]:
    server = sockets.beside("rest", WEB_CONCURRENCY="2", REST_THREADS=str(THREADS)).start()
    yield server
    server.stop()


def connected(person: Person, sockets: Server) -> Socket:
    opened = Socket.open(sockets)
    opened.ready = opened.ask("authenticate", {"token": person.access}, answer="ready")
    return opened


def test_what_rest_sends_is_published_to_the_sockets(rest: Server, sockets: Server) -> None:
    """As new_message; what a busy Redis lost the tailer finds, and it comes as room_sync."""
    ada, bob = rest.register(), rest.register()
    room = ada.make_room(kind="public")
    bob.ok("POST", f"/api/rooms/{room['id']}/join")
    with connected(bob, sockets) as heard:
        for number in range(50):
            said = ada.say(room["id"], f"from the other group {number}")["id"]
            while said not in published(heard) + found(heard):
                assert heard.receive(PATIENCE_SECONDS)
            if said in published(heard):
                return
        pytest.fail("nothing was published")


def published(heard: Socket) -> list[int]:
    return [event["message"]["id"] for event in heard.of("new_message")]


def found(heard: Socket) -> list[int]:
    return [m["id"] for sync in heard.of("room_sync") for m in sync["messages"] if m["kind"] == "text"]


def test_what_the_sockets_send_is_in_the_page_of_rest(rest: Server, sockets: Server) -> None:
    ada = rest.register()
    room = ada.make_room()
    with connected(ada, sockets) as own:
        for number in range(3):
            own.ask("send_message", {"room_id": room["id"], "content": str(number), "nonce": f"n{number}"})
            page = ada.ok("GET", f"/api/rooms/{room['id']}/messages")
            assert page["results"][-1]["content"] == str(number)


def test_a_picture_goes_up_through_rest_and_is_seen_on_the_sockets(rest: Server, sockets: Server) -> None:
    ada = rest.register()
    with connected(ada, sockets) as own:
        file = BytesIO()
        Image.new("RGB", (60, 60), (200, 30, 60)).save(file, "PNG")
        form = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="me.png"\r\n\r\n%b\r\n--edge--\r\n'
        status, answer = call(
            rest.base,
            "PUT",
            "/api/users/me/avatar",
            raw=form % file.getvalue(),
            token=ada.access,
            Content_Type="multipart/form-data; boundary=edge",
        )
        assert status == 204, answer
        url = own.expect("user_updated")["user"]["avatar_url"]
    for server in (rest, sockets):
        status, picture = call(server.base, "GET", url)
        assert (status, picture[8:12]) == (200, b"WEBP")


def test_a_session_that_rest_revokes_closes_its_socket(rest: Server, sockets: Server) -> None:
    ada = rest.register()
    other = ada.sign_in_again()
    with connected(other, sockets) as theirs, connected(ada, sockets) as own:
        ada.ok("DELETE", "/api/auth/sessions")
        assert theirs.closed_with() == 4401
        own.ask("ping")


def test_the_sockets_address_is_none_of_rest(rest: Server) -> None:
    assert call(rest.base, "GET", "/ws/")[0] == 404


def test_slow_clients_leave_threads_to_the_others(rest: Server) -> None:
    """Half a body each, on more connections than there are threads: whoever only asks is answered."""
    ada = rest.register()
    head = b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{"
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(socket.create_connection(("127.0.0.1", rest.port))) for _ in range(8 * THREADS)]
        for connection in slow:
            connection.settimeout(PATIENCE_SECONDS)
            connection.sendall(head)
        refused = [connection for connection in slow if _answered(connection)]
        assert refused, "the last of them are sent away"
        for _ in range(20):
            assert ada.call("GET", "/api/users/me")[0] == 200


def _answered(connection: socket.socket) -> bool:
    connection.settimeout(0.2)
    try:
        return connection.recv(1000).startswith(b"HTTP/1.1 503")
    except TimeoutError:
        return False


def test_a_body_too_long_for_anybody_is_refused_before_it_comes(rest: Server) -> None:
    with socket.create_connection(("127.0.0.1", rest.port), PATIENCE_SECONDS) as connection:
        connection.sendall(b"POST /api/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 413")


def test_an_endless_head_is_refused(rest: Server) -> None:
    with socket.create_connection(("127.0.0.1", rest.port), PATIENCE_SECONDS) as connection:
        with contextlib.suppress(ConnectionError):
            connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + b"x" * 300_000)
        with contextlib.suppress(ConnectionError):
            assert re.match(rb"HTTP/1.1 4\d\d|$", connection.recv(1000))


def test_a_proxy_that_we_trust_says_that_it_is_https(rest: Server) -> None:
    """The admin's cookies and HSTS hang on it."""
    forwarded = {"X-Forwarded-For": "8.8.8.8", "X-Forwarded-Proto": "https"}
    for headers, is_secure in (({}, False), (forwarded, True)):
        answer = httpx.get(f"{rest.base}/api/health", headers=headers)
        assert ("Cross-Origin-Opener-Policy" in answer.headers) is is_secure


def test_sigterm_ends_both_clean(sockets: Server) -> None:
    rest = sockets.beside("rest", WEB_CONCURRENCY="2").start()
    rest.log.write_text("")
    assert rest.process is not None
    process = rest.process
    rest.stop()
    assert (process.returncode, rest.log.read_text()) == (0, "")
