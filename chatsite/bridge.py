"""REST and pages as WSGI inside the ASGI server: one hop to a thread and back for each request.

Threads keep their database connection. A body is taken in before a thread is; what is too long for anybody, or more
than can wait, is refused here.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import IO, Any, NamedTuple

from chatsite import metrics
from chatsite.errors import ChatError, Unavailable, new_request_id
from chatsite.gateway.authentication import Headers, headers_of, locale_of
from chatsite.gateway.events import encode
from chatsite.live import setting
from chatsite.security import BARE

IN_MEMORY_BYTES = 1024 * 1024  # of a body; what is longer goes through a file
FORM_BYTES = 1024 * 1024  # what a body may have around an upload
WAITING_MAX = 512  # requests that may wait for a thread
AT_ONCE_BYTES = 256 * 1024  # of an answer that go out in one piece

Environ = dict[str, Any]
Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class Answer(NamedTuple):
    """`rest` is what did not fit into one piece; whoever is done with it closes it."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes
    rest: Generator[bytes] | None = None


class Bridge:
    """An ASGI application for http scopes."""

    def __init__(self, application: Callable[..., Iterable[bytes]], threads: int) -> None:
        self._application = application
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="rest")
        self._busy = 0
        metrics.queues["rest"] = lambda: max(0, self._busy - threads)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES) as body:
                size = await _take_in(scope, receive, body)
                await self._send(await self._answer(_environ(scope, body, size)), send)
        except ChatError as refusal:
            await self._send(refused(refusal, headers_of(scope["headers"])), send)
        except _Gone:
            pass

    async def _answer(self, environ: Environ) -> Answer:
        if self._busy >= self._threads + WAITING_MAX:
            raise Unavailable
        answer = await self._in_thread(_run, self._application, environ)
        assert isinstance(answer, Answer)
        return answer

    async def _in_thread(self, function: Callable[..., Any], *arguments: Any) -> Any:
        self._busy += 1
        future = self._pool.submit(function, *arguments)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            future.add_done_callback(_close_unread)
            raise
        finally:
            self._busy -= 1

    async def _send(self, answer: Answer, send: Send) -> None:
        more = answer.rest is not None
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.body, "more_body": more})
        try:
            while more:
                piece = await self._in_thread(next, answer.rest, None)
                more = piece is not None
                await send({"type": "http.response.body", "body": piece or b"", "more_body": more})
        finally:
            if answer.rest is not None:
                await self._in_thread(answer.rest.close)


def body_bytes_max() -> int:
    """What is longer is too long for anybody."""
    return int(setting("UPLOAD_BYTES")) + FORM_BYTES


class _Gone(Exception):
    """The client went away amid its request."""


async def _take_in(scope: Scope, receive: Receive, body: IO[bytes]) -> int:
    """Writes the request's body to `body`. -> its size"""
    most = body_bytes_max()
    size = 0
    if int(dict(scope["headers"]).get(b"content-length", b"0")) > most:
        raise ChatError("too_large")
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Gone
        size += len(message.get("body", b""))
        if size > most:
            raise ChatError("too_large")
        body.write(message.get("body", b""))
        if not message.get("more_body"):
            body.seek(0)
            return size


def _environ(scope: Scope, body: IO[bytes], size: int) -> Environ:
    """PEP 3333: text is bytes read as latin-1."""
    server, client = scope.get("server") or ("localhost", 80), scope.get("client")
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1] or 0),
        "REMOTE_ADDR": client[0] if client else "",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.get("scheme", "http"),
        "wsgi.input": body,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for raw_name, raw_value in scope["headers"]:
        if b"_" in raw_name:  # would pass for the header with dashes that a proxy has set
            continue
        name, value = "HTTP_" + raw_name.decode("latin-1").upper().replace("-", "_"), raw_value.decode("latin-1")
        environ[name] = f"{environ[name]},{value}" if name in environ else value
    environ["CONTENT_TYPE"] = environ.pop("HTTP_CONTENT_TYPE", "")
    environ.pop("HTTP_CONTENT_LENGTH", None)
    environ["CONTENT_LENGTH"] = str(size) if size else ""
    return environ


def _run(application: Callable[..., Iterable[bytes]], environ: Environ) -> Answer:
    """In a thread."""
    started: list[Any] = []

    def start_response(status: str, headers: Sequence[tuple[str, str]], exc_info: Any = None) -> None:
        started[:] = [int(status[:3]), [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in headers]]

    pieces = in_pieces(application(environ, start_response))
    body = next(pieces, b"")
    if len(body) < AT_ONCE_BYTES:
        pieces.close()
        return Answer(started[0], started[1], body)
    return Answer(started[0], started[1], body, pieces)


def in_pieces(parts: Iterable[bytes]) -> Generator[bytes]:
    """Joins the parts of an answer to pieces of at least AT_ONCE_BYTES, but for the last one, and closes them."""
    held: list[bytes] = []
    size = 0
    try:
        for part in parts:
            held.append(part)
            size += len(part)
            if size >= AT_ONCE_BYTES:
                yield b"".join(held)
                held, size = [], 0
        yield b"".join(held)
    finally:
        if hasattr(parts, "close"):
            parts.close()


def _close_unread(future: Future[Any]) -> None:
    """Nobody waits for this answer any more."""
    answer = None if future.cancelled() or future.exception() else future.result()
    if isinstance(answer, Answer) and answer.rest is not None:
        answer.rest.close()


def refused(refusal: ChatError, asked: Headers) -> Answer:
    """`asked`: the headers of the request, which tell the language."""
    metrics.refused.labels("rest", refusal.code).inc()
    text = encode(refusal.out(locale=locale_of(asked), request_id=new_request_id()))
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(text)).encode())]
    headers += [(name.lower().encode(), value.encode()) for name, value in BARE.items()]
    if refusal.retry_after is not None:
        headers.append((b"retry-after", b"%d" % max(1, round(refusal.retry_after))))
    return Answer(refusal.status, headers, text)
