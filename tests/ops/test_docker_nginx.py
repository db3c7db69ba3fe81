"""docker/nginx before two nodes and a REST group: https, sockets, addresses, limits, files, restarts."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import ssl
import sys
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from PIL import Image
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import connect

from chatsite.errors import ErrorOut
from tests.live import PASSWORD, PATIENCE_SECONDS, Person, Server, Socket, call, free_port
from tests.ops.nginx import Nginx, binary, certificate

pytestmark = [
    pytest.mark.once,
    pytest.mark.timeout(300),
    pytest.mark.skipif(
        (binary() is None or sys.platform != "linux") and os.environ.get("CI") != "true",
        reason="!!! NOT TESTED, for want of nginx on Linux: what docker/nginx makes of it",
    ),
]
UPLOAD_BYTES = 300_000
CONNECTIONS = 12
ELSEWHERE, OTHERS = "127.0.0.2", "127.0.0.3"  # this machine, and to the servers none of their proxies
BOUNDARY = "edge"


class Site:
    """Two nodes for the sockets, one REST group, nginx before them."""

    def __init__(self, directory: Path) -> None:
        limits = {"UPLOAD_BYTES": str(UPLOAD_BYTES), "SENDFILE": "nginx"}
        self.one = Server(directory / "var", **limits).prepare()
        self.other = self.one.beside("uvicorn", **limits)
        self.rest = self.one.beside("rest", **limits)
        self.other.log = directory / "var" / "other.log"
        certificate(directory / "tls")
        self.front = Nginx(
            directory,
            MEDIA=str(directory / "var" / "media"),
            SOCKETS=f"127.0.0.1:{self.one.port} 127.0.0.1:{self.other.port}",
            REST=f"127.0.0.1:{self.rest.port}",
            UPLOAD_BYTES=str(UPLOAD_BYTES),
            CONNECTIONS_PER_ADDRESS=str(CONNECTIONS),
            PUBLIC_URL="https://chat.example.com/",
        )

    def start(self) -> Site:
        for server in (self.one, self.other, self.rest, self.front):
            server.start()
        return self

    def destroy(self) -> None:
        for server in (self.front, self.rest, self.other):
            server.stop()
        self.one.destroy()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    made = Site(tmp_path_factory.mktemp("site"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(made.front.directory / "tls" / "cert.pem"))  # whom clients believe
        try:
            yield made.start()
        finally:
            made.destroy()


@pytest.fixture
def front(site: Site) -> Nginx:
    return site.front


@pytest.fixture(scope="module")
def lonely(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """Nobody is behind it."""
    directory = tmp_path_factory.mktemp("lonely")
    addresses = {"SOCKETS": f"127.0.0.1:{free_port()}", "REST": f"127.0.0.1:{free_port()}"}
    nginx = Nginx(directory, INSECURE_HTTP="1", **addresses).start()
    yield nginx
    nginx.stop()


def ask(front: Nginx, path: str, source: str = "127.0.0.1", **headers: str) -> httpx.Response:
    with door(front, source) as client:
        return client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


@contextlib.contextmanager
def door(front: Nginx, source: str) -> Iterator[httpx.Client]:
    """Somebody who calls from this address."""
    transport = httpx.HTTPTransport(verify=context(front), local_address=source)
    with httpx.Client(
        base_url=f"https://127.0.0.1:{front.port}", transport=transport, timeout=PATIENCE_SECONDS
    ) as client:
        client.headers["Accept-Encoding"] = "identity"
        yield client


def context(front: Nginx) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(front.directory / "tls" / "cert.pem"))


def form(content: bytes) -> bytes:
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="me.png"\r\n\r\n'
    return head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()


def put_picture(person: Person, content: bytes) -> tuple[int, Any]:
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    return call(
        person.server.base, "PUT", "/api/users/me/avatar", raw=form(content), token=person.access, Content_Type=kind
    )


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (90, 90), (200, 30, 60)).save(out, "PNG")
    return out.getvalue()


# --- https


def test_the_configuration_is_in_order(front: Nginx) -> None:
    checked = front.check()
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr.replace('the "user" directive', "")


def test_people_sign_in_and_talk_through_it(front: Nginx) -> None:
    """Over https and wss, by two nodes or one: whoever it is, everybody hears it."""
    ada, bob = front.register(), front.register()
    room = ada.make_room(kind="public")
    bob.ok("POST", f"/api/rooms/{room['id']}/join")
    with ada.socket() as own, bob.socket() as heard:
        own.ask("send_message", {"room_id": room["id"], "content": "Hello, 世界", "nonce": "n1"})
        hear(heard, "Hello, 世界")


def hear(link: Socket, content: str) -> None:
    """At once, or with what the node catches up on."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not any(content in json.dumps(frame, ensure_ascii=False) for frame in link.frames):
        assert time.monotonic() < deadline
        link.receive(PATIENCE_SECONDS)


def test_sockets_are_spread_over_the_nodes(site: Site) -> None:
    ada = site.front.register()
    with contextlib.ExitStack() as stack:
        for _ in range(4):
            stack.enter_context(ada.socket())
        for node in (site.one, site.other):
            assert established(node.port) >= 2


def established(port: int) -> int:
    """-> connections that this node has accepted."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[3] == "01" and int(row[1].partition(":")[2], 16) == port for row in rows)


def test_plain_http_leads_to_the_public_address(front: Nginx) -> None:
    answer = httpx.get(f"{front.plain}/rooms/1?x=y", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://chat.example.com/rooms/1?x=y")


@pytest.mark.parametrize("path", ["/api/users/me", "/api", "/ws", "/ws/"])
def test_a_call_by_plain_http_is_not_led_on(front: Nginx, path: str) -> None:
    """It would go on sending its token for everybody to see."""
    assert call(front.plain, "GET", path)[0] == 403


def test_the_server_knows_that_it_is_https(front: Nginx) -> None:
    assert ask(front, "/").headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_old_encryption_is_refused(front: Nginx) -> None:
    old = context(front)
    old.set_ciphers("DEFAULT:@SECLEVEL=0")  # our own side would take it
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.minimum_version = ssl.TLSVersion.TLSv1_1
    with pytest.warns(DeprecationWarning, match="TLSv1_1"):
        old.maximum_version = ssl.TLSVersion.TLSv1_1
    with (
        socket.create_connection(("127.0.0.1", front.port)) as raw,
        pytest.raises(ssl.SSLError, match="ALERT_PROTOCOL_VERSION"),
        old.wrap_socket(raw, server_hostname="localhost"),
    ):
        pass


@pytest.mark.parametrize("cipher", ["AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA256", "ECDHE-ECDSA-AES128-SHA"])
def test_weak_ciphers_are_refused(front: Nginx, cipher: str) -> None:
    """Without forward secrecy, or without authenticated encryption."""
    weak = context(front)
    weak.maximum_version = ssl.TLSVersion.TLSv1_2
    weak.set_ciphers(f"{cipher}:@SECLEVEL=0")
    with (
        socket.create_connection(("127.0.0.1", front.port)) as raw,
        pytest.raises(ssl.SSLError, match="HANDSHAKE_FAILURE"),
        weak.wrap_socket(raw, server_hostname="localhost"),
    ):
        pass


def test_its_version_is_nobodys_business(front: Nginx) -> None:
    assert ask(front, "/nothing.js").headers["Server"] == "nginx"


@pytest.mark.parametrize("path", ["/", "/api/health", "/api/docs", "/admin/login/", "/static/admin/css/base.css"])
def test_pages_and_files_come_through(front: Nginx, path: str) -> None:
    assert ask(front, path).status_code in (200, 503 if path == "/" else 200)  # 503: the web client is not built


# --- who calls


@pytest.mark.parametrize(
    "claimed", [{}, {"X_Forwarded_For": "9.9.9.9"}, {"X_Real_IP": "9.9.9.9", "Forwarded": "for=9.9.9.9"}]
)
def test_the_address_is_the_one_that_calls(site: Site, claimed: dict[str, str]) -> None:
    """Of REST and of the socket's node; what the caller claims of itself counts for nothing."""
    ada = site.front.register()
    body = {"username": ada.name, "password": PASSWORD}
    with door(site.front, ELSEWHERE) as client:
        headers = {name.replace("_", "-"): value for name, value in claimed.items()}
        assert client.post("/api/auth/login", json=body, headers=headers).status_code == 200
    assert {row["ip"] for row in ada.ok("GET", "/api/auth/sessions")["results"]} == {"127.0.0.1", ELSEWHERE}


def test_nobody_is_taken_for_somebody_at_the_server(front: Nginx) -> None:
    """Whoever sits at the server becomes administrator; through the proxy nobody does, and nobody is it so far."""
    assert front.register().ok("GET", "/api/users/me")["is_staff"] is False


def test_a_foreign_page_opens_no_socket(front: Nginx) -> None:
    with pytest.raises(InvalidStatus) as refused:
        Socket.open(front, Origin="https://evil.example")
    assert refused.value.response.status_code == 403
    Socket.open(front, Origin=front.base).close()


# --- how large, how many


def test_what_is_too_large_is_refused_in_the_words_of_the_contract(front: Nginx) -> None:
    status, answer = put_picture(front.register(), b"x" * (UPLOAD_BYTES + 1_200_000))
    assert status == 413
    assert msgspec.convert(answer, ErrorOut).code == "too_large"


def test_it_is_refused_before_it_comes(front: Nginx) -> None:
    with (
        socket.create_connection(("127.0.0.1", front.port), PATIENCE_SECONDS) as raw,
        context(front).wrap_socket(raw, server_hostname="localhost") as link,
    ):
        link.sendall(b"POST /api/files HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n")
        assert link.recv(1000).startswith(b"HTTP/1.1 413")


def test_one_address_does_not_take_all_connections(front: Nginx) -> None:
    ada = front.register()
    with contextlib.ExitStack() as stack:
        for _ in range(CONNECTIONS):
            opened = stack.enter_context(Socket(open_from(front, OTHERS)))
            opened.ask("authenticate", {"token": ada.access}, answer="ready")
        with pytest.raises(InvalidStatus) as refused:
            open_from(front, OTHERS)
        assert refused.value.response.status_code == 429
        assert ask(front, "/api/health", source=ELSEWHERE).status_code == 200, "others go on"


def open_from(front: Nginx, source: str) -> Any:
    return connect(
        front.sockets,
        source_address=(source, 0),
        proxy=None,
        ssl=context(front),
        open_timeout=PATIENCE_SECONDS,
        legacy=True,
    )


def test_long_answers_are_compressed_but_none_that_hold_tokens(front: Nginx) -> None:
    assert ask(front, "/api/schema", Accept_Encoding="gzip").headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in ask(front, "/api/schema").headers
    config = (front.directory / "run" / "nginx.conf").read_text()
    assert re.search(r"location /api/auth/ \{\s+gzip off;", config)


# --- files


def test_a_picture_is_sent_by_nginx_with_the_servers_headers(site: Site) -> None:
    ada = site.front.register()
    assert put_picture(ada, picture()) == (204, None)
    url = ada.ok("GET", "/api/users/me")["avatar_url"]
    answer = ask(site.front, url)
    assert (answer.status_code, answer.content[8:12]) == (200, b"WEBP")
    assert answer.headers["Content-Type"] == "image/webp"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert len(answer.headers.get_list("Content-Security-Policy")) == 1
    assert call(site.rest.base, "GET", url) == (200, None), "the server itself has sent nothing"


def test_parts_of_a_file_can_be_asked_for(site: Site) -> None:
    """Players of sound and video do."""
    ada = site.front.register()
    put_picture(ada, picture())
    answer = ask(site.front, ada.ok("GET", "/api/users/me")["avatar_url"], Range="bytes=8-11")
    assert (answer.status_code, answer.content) == (206, b"WEBP")


def test_nobody_asks_for_stored_files_past_the_server(site: Site) -> None:
    ada = site.front.register()
    put_picture(ada, picture())
    name = ada.ok("GET", "/api/users/me")["avatar_url"].rpartition("/")[2]
    assert (site.one.var / "media" / "avatars" / name).is_file()
    for path in (f"/_stored/avatars/{name}", f"/_stored/../_stored/avatars/{name}", "/_stored/", "/_stored"):
        answer = ask(site.front, path)
        assert b"WEBP" not in answer.content, path
    assert ask(site.front, f"/_stored/avatars/{name}").status_code == 404
    assert ask(site.front, f"/media/avatars/{'0' * 64}.webp").status_code == 404


# --- restarts


class Writer:
    """Somebody whose client comes back and sends again what is not acknowledged, through nginx only."""

    def __init__(self, person: Person, room_id: int) -> None:
        self.person = person
        self.room_id = room_id
        self.link: Socket | None = None
        self.sent: list[str] = []

    def say(self, content: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(ConnectionClosed, InvalidHandshake, OSError):
                self.link = self.link or self.person.socket()
                data = {"room_id": self.room_id, "content": content, "nonce": f"n-{content}"}
                if self.link.reply("send_message", data)["type"] == "ack":
                    self.sent.append(content)
                    return
                continue
            self.link = None
        raise AssertionError(f"{content} was never acknowledged")


def test_nothing_is_lost_while_one_node_after_the_other_restarts(site: Site) -> None:
    ada, bob = site.front.register(), site.front.register()
    room = ada.make_room(kind="public")
    bob.ok("POST", f"/api/rooms/{room['id']}/join")
    writers = [Writer(ada, room["id"]), Writer(bob, room["id"])]  # by turns on the two nodes
    numbers = iter(range(1000))

    def talk() -> None:
        for _ in range(10):
            for writer in writers:
                writer.say(str(next(numbers)))

    talk()
    for node, sign in ((site.one, signal.SIGTERM), (site.other, signal.SIGTERM), (site.one, signal.SIGKILL)):
        node.stop(sign)
        talk()
        node.start()
        talk()
    for writer in writers:
        assert writer.link is not None
        writer.link.close()
    kept = [message["content"] for message in ada.ok("GET", f"/api/rooms/{room['id']}/messages?limit=100")["results"]]
    sent = [str(number) for number in range(next(numbers))]
    assert len(sent) == 140
    assert kept == sent[-100:]
    assert sorted(writers[0].sent + writers[1].sent, key=int) == sent


def test_the_sockets_group_stands_in_for_rest(site: Site) -> None:
    ada = site.front.register()
    site.rest.stop()
    try:
        for _ in range(5):
            assert ada.call("GET", "/api/users/me")[0] == 200
    finally:
        site.rest.start()
    assert ada.call("GET", "/api/users/me")[0] == 200


def test_when_nobody_answers_it_says_so_in_the_words_of_the_contract(lonely: Nginx) -> None:
    status, answer = call(lonely.plain, "GET", "/api/users/me")
    assert status == 503
    error = msgspec.convert(answer, ErrorOut)
    assert (error.code, error.retry_after) == ("unavailable", 1.0)
    assert call(lonely.plain, "GET", "/ws/")[0] == 502
    assert call(lonely.alive.removesuffix("/alive"), "GET", "/alive")[0] == 200, "nginx itself is well"


def test_the_log_holds_no_address_of_a_call(lonely: Nginx) -> None:
    call(lonely.plain, "GET", "/api/invites/secret-token/accept?sig=secret-too")
    assert "secret" not in lonely.log.read_text()


def test_a_stop_lets_go_of_open_sockets(site: Site) -> None:
    """They hang on it for days; the container has 20 s."""
    ours = {name: site.front.env[name] for name in ("SOCKETS", "REST", "TLS")}
    second = Nginx(site.front.directory / "second", GOODBYE_SECONDS="1", **ours).start()
    process = second.process
    assert process is not None
    with Socket.open(second):
        second.stop(signal.SIGQUIT)
    assert process.returncode == 0


# --- what it starts with


def test_without_a_certificate_it_does_not_start(tmp_path: Path) -> None:
    checked = Nginx(tmp_path).check()
    assert checked.returncode == 1
    assert checked.stderr == (
        "There is no certificate: set TLS_CERT and TLS_KEY to its files, or INSECURE_HTTP=1 to do without encryption.\n"
    )


@pytest.mark.parametrize("answer", ["", "0", "yes", "true"])
def test_only_one_word_does_without_encryption(tmp_path: Path, answer: str) -> None:
    assert Nginx(tmp_path, INSECURE_HTTP=answer).check().returncode == 1
    assert Nginx(tmp_path, INSECURE_HTTP="1").check().returncode == 0


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("UPLOAD_BYTES", "25M"),
        ("CONNECTIONS_PER_ADDRESS", "-1"),
        ("PUBLIC_URL", "https://x.example|evil"),
        ("PUBLIC_URL", "https://x.example; }"),
    ],
)
def test_what_cannot_be_meant_is_refused(tmp_path: Path, name: str, value: str) -> None:
    checked = Nginx(tmp_path, INSECURE_HTTP="1", **{name: value}).check()
    assert checked.returncode == 1
    assert checked.stderr.startswith(name)
