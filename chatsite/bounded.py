"""WSGI on a server whose threads wait for clients themselves: bounds what they take in, and how many may wait.

Whatever may last as long as a client likes, a body or a long answer, never has the last threads: a quarter of them is
left to those who only ask.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager
from http import HTTPStatus
from threading import BoundedSemaphore
from typing import IO, Any

from chatsite.api.client_address import is_secure_at_proxy
from chatsite.bridge import AT_ONCE_BYTES, IN_MEMORY_BYTES, Environ, body_bytes_max, in_pieces, refused
from chatsite.errors import ChatError, Unavailable, ValidationFailed

READ_BYTES = 64 * 1024


class Bounded:
    """A WSGI application; `threads`: how many call it at once."""

    def __init__(self, application: Callable[..., Iterable[bytes]], threads: int) -> None:
        self._application = application
        self._slow = BoundedSemaphore(max(1, threads - max(1, threads // 4)))

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if is_secure_at_proxy(environ):
            environ["wsgi.url_scheme"] = "https"
        try:
            if not _has_body(environ):
                return self._answer(environ, start_response)
            with tempfile.SpooledTemporaryFile(IN_MEMORY_BYTES) as body:
                with self._waiting():
                    size = _take_in(environ, body)
                environ |= {"wsgi.input": body, "CONTENT_LENGTH": str(size)}
                return self._answer(environ, start_response)
        except ChatError as refusal:
            return _refuse(refusal, environ, start_response)

    def _answer(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        pieces = in_pieces(self._application(environ, start_response))
        first = next(pieces, b"")
        if len(first) < AT_ONCE_BYTES:
            pieces.close()
            return [first]
        answer = self._long(first, pieces)
        next(answer)  # what has begun comes to its end, even if nobody reads on
        return answer

    def _long(self, first: bytes, rest: Generator[bytes]) -> Generator[bytes]:
        with closing(rest), self._waiting():
            yield b""
            yield first
            yield from rest

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        """For the client."""
        if not self._slow.acquire(blocking=False):
            raise Unavailable
        try:
            yield
        finally:
            self._slow.release()


def _has_body(environ: Environ) -> bool:
    return environ.get("CONTENT_LENGTH", "") not in ("", "0") or "HTTP_TRANSFER_ENCODING" in environ


def _take_in(environ: Environ, body: IO[bytes]) -> int:
    """Writes the request's body to `body`. -> its size"""
    announced = int(environ.get("CONTENT_LENGTH") or 0)
    if announced > body_bytes_max():
        raise ChatError("too_large")
    left = announced or body_bytes_max() + 1
    while left and (part := environ["wsgi.input"].read(min(left, READ_BYTES))):
        left -= body.write(part)
    size = body.tell()
    if size > body_bytes_max():
        raise ChatError("too_large")
    if size < announced:
        raise ValidationFailed  # to nobody: the client went away
    body.seek(0)
    return size


def _refuse(refusal: ChatError, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
    asked = {b"accept-language": environ.get("HTTP_ACCEPT_LANGUAGE", "").encode("latin-1")}
    answer = refused(refusal, asked)
    headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in answer.headers]
    start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", headers, sys.exc_info())
    return [answer.body]
