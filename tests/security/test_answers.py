"""What every answer says of itself: its type, who may embed, keep or read it. On a live server, as browsers get it."""

from __future__ import annotations

from contextlib import closing
from http.client import HTTPConnection, HTTPMessage
from typing import Any, NamedTuple

import pytest

from tests.live import PASSWORD, PATIENCE_SECONDS, Server, call
from tests.security.raw import Raw

API = ["/api/health", "/api/auth/verify", "/api/rooms/", "/api/nothing", "/api/schema", "/api/docs"]
PAGES = ["/", "/admin/login/", "/static/admin/css/base.css", "/media/nothing", "/static/nothing"]
FOREIGN = ["https://evil.example", "null", "http://app", "app://chat.evil", "app://chat:1"]


class Answer(NamedTuple):
    status: int
    headers: HTTPMessage
    body: bytes


def ask(server: Server, path: str, method: str = "GET", **headers: str) -> Answer:
    """`path` goes out as it is."""
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=PATIENCE_SECONDS)) as connection:
        connection.request(method, path, headers=headers)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())


@pytest.mark.parametrize("path", [*API, *PAGES])
def test_nothing_is_guessed_embedded_or_given_another_base(server: Server, path: str) -> None:
    headers = ask(server, path).headers
    policy = dict([*part.split(), ""][:2] for part in headers["Content-Security-Policy"].split(";"))
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert policy["base-uri"] == policy["frame-ancestors"] == "'none'"
    assert policy.get("object-src", policy["default-src"]) == "'none'"
    assert "unsafe" not in policy.get("script-src", policy["default-src"])


@pytest.mark.parametrize("path", API)
def test_no_browser_and_no_proxy_keeps_what_the_api_says(server: Server, path: str) -> None:
    assert ask(server, path).headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", [*API, *PAGES])
@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"])
def test_no_method_is_too_odd(server: Server, path: str, method: str) -> None:
    assert ask(server, path, method).status < 500


def test_what_is_mine_is_kept_nowhere_either(server: Server) -> None:
    bearer = {"Authorization": f"Bearer {server.register().access}"}
    for path in ("/api/users/me", "/api/rooms/", "/api/auth/sessions"):
        answer = ask(server, path, **bearer)
        assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/api/health", "application/json"),
        ("/api/nothing", "application/json"),
        ("/api/auth/verify", "application/json"),
        ("/api/docs", "text/html; charset=utf-8"),
        ("/admin/login/", "text/html; charset=utf-8"),
        ("/", "text/html; charset=utf-8"),
        ("/static/admin/css/base.css", 'text/css; charset="utf-8"'),
        ("/static/admin/js/theme.js", 'text/javascript; charset="utf-8"'),
        ("/static/admin/img/icon-yes.svg", "image/svg+xml; charset=utf-8"),
    ],
)
def test_every_answer_says_what_it_is_and_how_it_is_written(server: Server, path: str, kind: str) -> None:
    assert ask(server, path).headers["Content-Type"] == kind


def test_what_is_refused_before_anything_is_read_says_so_too(server: Server) -> None:
    with Raw(server) as raw:
        raw.send(b"POST /api/auth/login HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999\r\n\r\n")
        head = raw.head().lower()
    assert head.startswith(b"http/1.1 413")
    assert b"x-content-type-options: nosniff" in head
    assert b"cache-control: no-store" in head


@pytest.mark.parametrize("origin", FOREIGN)
def test_no_foreign_page_reads_the_api(server: Server, origin: str) -> None:
    for method in ("GET", "OPTIONS"):
        asked = {"Origin": origin, "Access-Control-Request-Method": "GET"}
        headers = ask(server, "/api/health", method, **asked).headers
        assert [name for name in headers if name.lower().startswith("access-control-")] == []


def test_the_desktop_client_reads_the_api_without_cookies(server: Server) -> None:
    headers = ask(server, "/api/health", Origin="app://chat").headers
    assert headers["Access-Control-Allow-Origin"] == "app://chat"
    assert headers["Access-Control-Allow-Credentials"] is None
    assert "origin" in headers["Vary"].lower()
    assert ask(server, "/", Origin="app://chat").headers["Access-Control-Allow-Origin"] is None


@pytest.mark.parametrize("path", ["/", "/api/health", "/admin/", "/static/admin/css/base.css", "/media/avatars/"])
def test_trace_echoes_nothing(server: Server, path: str) -> None:
    answer = ask(server, path, "TRACE", **{"X-Mine": "rosebud"})
    assert answer.status in (302, 404, 405)
    assert b"rosebud" not in answer.body


@pytest.mark.parametrize(
    "path",
    [
        *("/.git/HEAD", "/.env", "/static/", "/static/admin/", "/media/", "/media/avatars/", "/assets/", "/manage.py"),
        *(
            "/static/..%2f..%2f.env",
            "/media/avatars/..%2f..%2fchat.sqlite3",
            "/assets/../../.env",
            "/static//etc/passwd",
        ),
    ],
)
def test_no_folder_is_listed_and_no_file_of_the_server_is_served(server: Server, path: str) -> None:
    answer = ask(server, path)
    # What is no file's name is a screen of the client: its page, built or not.
    is_page = b"<title>Chat" in answer.body and b"</html>" in answer.body
    assert answer.status == 404 or is_page


def test_what_belongs_into_the_body_is_not_taken_from_elsewhere(server: Server) -> None:
    person = server.register()
    query = f"/api/auth/login?username={person.name}&password={PASSWORD.replace(' ', '+')}"
    assert call(server.base, "POST", query, {})[0] == 400
    good: dict[str, Any] = {"username": person.name, "password": PASSWORD}
    assert call(server.base, "POST", "/api/auth/login?password=another", good)[0] == 200
