"""WSGI on threads that wait for clients themselves: what they take in is bounded, and never do all of them wait."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from io import BytesIO
from typing import Any

import pytest

from chatsite.bounded import Bounded
from chatsite.bridge import AT_ONCE_BYTES, FORM_BYTES

Application = Callable[..., Iterable[bytes]]
THREADS, SLOW = 4, 3


def environ_of(body: bytes = b"", **members: Any) -> dict[str, Any]:
    length = str(len(body)) if body else ""
    return {"REMOTE_ADDR": "10.0.0.1", "CONTENT_LENGTH": length, "wsgi.input": BytesIO(body), **members}


class Asked:
    """One call: `status`, and the answer as the server gets it."""

    def __init__(self, application: Application, environ: dict[str, Any]) -> None:
        self.status = ""
        self.answer = application(environ, self._start)

    def _start(self, status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> None:
        self.status = status

    def code(self) -> str:
        return str(json.loads(b"".join(self.answer))["code"])


def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [])
    return [environ["CONTENT_LENGTH"].encode(), b" ", environ["wsgi.input"].read()]


class Download:
    """A long answer that says whether it was closed."""

    is_closed = False

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Download:
        start_response("200 OK", [])
        return self

    def __iter__(self) -> Iterator[bytes]:
        return iter([b"x" * AT_ONCE_BYTES] * 3)

    def close(self) -> None:
        self.is_closed = True


def test_a_body_arrives_with_its_length() -> None:
    assert Asked(Bounded(echo, THREADS), environ_of(b"one two")).answer == [b"7 one two"]


def test_a_body_of_unannounced_length_has_the_length_that_came() -> None:
    environ = environ_of(b"x" * 100_000, CONTENT_LENGTH="", HTTP_TRANSFER_ENCODING="chunked")
    (answer,) = Asked(Bounded(echo, THREADS), environ).answer
    assert answer == b"100000 " + b"x" * 100_000


@pytest.mark.parametrize("announced", ["1000000000", ""])
def test_a_body_too_long_for_anybody_is_refused(settings: Any, announced: str) -> None:
    settings.UPLOAD_BYTES = 10
    body = b"x" * (FORM_BYTES + 11)
    asked = Asked(Bounded(echo, 4), environ_of(body, CONTENT_LENGTH=announced, HTTP_TRANSFER_ENCODING="chunked"))
    assert (asked.status, asked.code()) == ("413 Request Entity Too Large", "too_large")


def test_half_a_body_reaches_nobody() -> None:
    asked = Asked(Bounded(echo, THREADS), environ_of(b"half", CONTENT_LENGTH="8"))
    assert asked.code() == "validation_error"


def test_a_short_answer_is_closed_at_once() -> None:
    class Short(Download):
        def __iter__(self) -> Iterator[bytes]:
            return iter([b"a", b"b"])

    short = Short()
    assert Asked(Bounded(short, THREADS), environ_of()).answer == [b"ab"]
    assert short.is_closed


def test_a_long_answer_comes_whole_and_is_closed() -> None:
    download = Download()
    assert len(b"".join(Asked(Bounded(download, THREADS), environ_of()).answer)) == 3 * AT_ONCE_BYTES
    assert download.is_closed


def test_of_long_answers_only_so_many_wait_for_their_readers() -> None:
    download = Download()
    bounded = Bounded(download, THREADS)
    waiting = [Asked(bounded, environ_of()) for _ in range(SLOW)]
    asked = Asked(bounded, environ_of())
    assert (asked.status, asked.code()) == ("503 Service Unavailable", "unavailable")
    assert download.is_closed
    assert Asked(Bounded(echo, THREADS), environ_of()).status == "200 OK"
    waiting[0].answer.close()  # type: ignore[attr-defined]
    assert Asked(bounded, environ_of()).status == "200 OK"


def test_a_single_thread_takes_bodies_too() -> None:
    assert Asked(Bounded(echo, 1), environ_of(b"one")).answer == [b"3 one"]


def test_only_a_proxy_that_we_trust_says_that_it_is_https() -> None:
    def scheme(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("200 OK", [])
        return [environ["wsgi.url_scheme"].encode()]

    for address, said in (("127.0.0.1", b"https"), ("10.0.0.1", b"http")):
        environ = environ_of(REMOTE_ADDR=address, HTTP_X_FORWARDED_PROTO="https", **{"wsgi.url_scheme": "http"})
        assert Asked(Bounded(scheme, THREADS), environ).answer == [said]
