"""WSGI inside ASGI: what a request holds arrives, what an answer holds leaves, and nothing waits without end."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from chatsite import bridge
from chatsite.bridge import Bridge

Sent = list[dict[str, Any]]
PATIENCE_SECONDS = 60


def scope(method: str = "POST", path: str = "/api/x", **fields: Any) -> dict[str, Any]:
    return {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "http_version": "1.1",
        "headers": [],
        **fields,
    }


def receiving(*parts: bytes, ends: bool = True) -> Callable[[], Any]:
    """An ASGI receive that hands out these parts of a body; `ends` False: then the client goes away."""
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    if ends:
        messages = messages or [{"type": "http.request"}]
        messages[-1] = {**messages[-1], "more_body": False}
    left = iter(messages)

    async def receive() -> dict[str, Any]:
        return next(left, {"type": "http.disconnect"})

    return receive


async def ask(application: Any, receive: Any = None, *, threads: int = 2, **fields: Any) -> Sent:
    sent: Sent = []

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await Bridge(application, threads)(scope(**fields), receive or receiving(), send)
    return sent


def body_of(sent: Sent) -> bytes:
    return b"".join(message["body"] for message in sent[1:])


def environ_of(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "application/json"), ("X-One", "é")])
    plain = {name: value for name, value in environ.items() if isinstance(value, str)}
    return [json.dumps({**plain, "body": environ["wsgi.input"].read().decode()}).encode()]


async def test_what_a_request_holds_arrives() -> None:
    sent = await ask(
        environ_of,
        receiving(b"one ", b"two"),
        path="/api/房间",
        query_string=b"q=%E6%88%BF",
        client=("10.0.0.1", 1234),
        headers=[(b"content-type", b"text/plain"), (b"accept", b"a"), (b"accept", b"b"), (b"content-length", b"7")],
    )
    assert sent[0] == {
        "type": "http.response.start",
        "status": 200,
        "headers": [(b"content-type", b"application/json"), (b"x-one", "é".encode("latin-1"))],
    }
    environ = json.loads(body_of(sent))
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/api/房间"
    assert (environ["QUERY_STRING"], environ["REMOTE_ADDR"]) == ("q=%E6%88%BF", "10.0.0.1")
    assert (environ["CONTENT_TYPE"], environ["HTTP_ACCEPT"]) == ("text/plain", "a,b")
    assert (environ["CONTENT_LENGTH"], environ["body"]) == ("7", "one two")
    assert sent[-1]["more_body"] is False


async def test_a_body_of_unannounced_length_has_the_length_that_came() -> None:
    environ = json.loads(body_of(await ask(environ_of, receiving(b"x" * 10, b"y" * 10))))
    assert (environ["CONTENT_LENGTH"], environ["body"]) == ("20", "x" * 10 + "y" * 10)


async def test_a_header_with_underscores_passes_for_no_other() -> None:
    headers = [(b"x_forwarded_for", b"6.6.6.6"), (b"x-forwarded-for", b"10.0.0.1")]
    environ = json.loads(body_of(await ask(environ_of, headers=headers)))
    assert environ["HTTP_X_FORWARDED_FOR"] == "10.0.0.1"


class Download:
    """An answer of many parts that says when it is closed."""

    def __init__(self, parts: int) -> None:
        self.parts = parts
        self.closed = threading.Event()
        self.read = 0

    def __call__(self, environ: Any, start_response: Any) -> Download:
        start_response("200 OK", [])
        return self

    def __iter__(self) -> Iterator[bytes]:
        for number in range(1, self.parts + 1):
            self.read = number
            yield b"%07d\n" % number * 1024  # 8 KiB

    def close(self) -> None:
        self.closed.set()


async def test_a_long_answer_leaves_in_pieces_and_is_closed() -> None:
    download = Download(parts=200)
    sent = await ask(download)
    assert body_of(sent) == b"".join(b"%07d\n" % n * 1024 for n in range(1, 201))
    assert len(sent) > 5
    assert [message["more_body"] for message in sent[1:]] == [True] * (len(sent) - 2) + [False]
    assert download.closed.wait(PATIENCE_SECONDS)


async def test_a_long_answer_that_nobody_takes_is_closed() -> None:
    download = Download(parts=10_000)

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.body":
            raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        await Bridge(download, 1)(scope(), receiving(), send)
    assert await asyncio.to_thread(download.closed.wait, PATIENCE_SECONDS)
    assert download.read < 10_000


async def test_who_goes_away_amid_a_request_costs_no_thread() -> None:
    def never(environ: Any, start_response: Any) -> list[bytes]:
        raise AssertionError("called")

    assert await ask(never, receiving(b"half", ends=False)) == []


async def test_a_body_too_long_for_anybody_is_refused(settings: Any) -> None:
    settings.UPLOAD_BYTES = 10
    sent = await ask(environ_of, receiving(*[b"x" * 65_536] * 100))
    assert (sent[0]["status"], json.loads(body_of(sent))["code"]) == (413, "too_large")


async def test_beyond_what_may_wait_the_answer_is_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bridge, "WAITING_MAX", 3)
    free = threading.Event()

    def slow(environ: Any, start_response: Any) -> list[bytes]:
        free.wait(PATIENCE_SECONDS)
        start_response("200 OK", [])
        return [b"done"]

    crowded = Bridge(slow, 1)
    answers: list[Sent] = [[] for _ in range(6)]

    async def one(sent: Sent) -> None:
        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await crowded(scope(headers=[(b"accept-language", b"zh-CN")]), receiving(), send)

    tasks = [asyncio.create_task(one(sent)) for sent in answers]
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    assert done
    free.set()
    await asyncio.gather(*tasks)
    statuses = sorted(sent[0]["status"] for sent in answers)
    assert statuses == [200] * 4 + [503] * 2
    refusal = next(json.loads(body_of(sent)) for sent in answers if sent[0]["status"] == 503)
    assert (refusal["code"], refusal["retry_after"]) == ("unavailable", 1.0)


async def test_an_answer_that_nobody_waits_for_any_more_is_closed() -> None:
    download, running = Download(parts=10_000), threading.Event()

    def slow(environ: Any, start_response: Any) -> Any:
        running.set()
        return download(environ, start_response)

    task = asyncio.create_task(ask(slow))
    await asyncio.to_thread(running.wait, PATIENCE_SECONDS)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(download.closed.wait, PATIENCE_SECONDS)
