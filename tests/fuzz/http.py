"""HTTP/1.1 at the level of bytes: one connection, one call at a time, whatever the call looks like."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

import httptools

HANG_SECONDS = 60.0


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes


class Silence(Exception):
    """No answer: the server hangs, or hung up without a word."""


class HttpConnection(asyncio.Protocol):
    @classmethod
    async def open(cls, port: int) -> HttpConnection:
        _, connection = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return connection

    def __init__(self) -> None:
        self.is_open = False
        self._answer: asyncio.Future[Answer] | None = None

    async def call(self, request: bytes) -> Answer:
        self._parser = httptools.HttpResponseParser(self)
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []
        self._has_body = not request.startswith(b"HEAD ")
        self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            return await asyncio.wait_for(self._answer, HANG_SECONDS)
        except TimeoutError:
            self.close()
            raise Silence("the server hangs") from None

    def close(self) -> None:
        self.is_open = False
        self._transport.abort()

    # --- asyncio.Protocol

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport: asyncio.Transport = transport  # type: ignore[assignment]
        self.is_open = True

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserError as error:
            self._fail(f"no HTTP: {error} {data[:200]!r}")

    def connection_lost(self, error: Exception | None) -> None:
        self.is_open = False
        self._fail("hung up without an answer")

    def _fail(self, why: str) -> None:
        if self._answer and not self._answer.done():
            self._answer.set_exception(Silence(why))

    # --- httptools

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self._body.append(body)

    def on_headers_complete(self) -> None:
        if not self._has_body and self._parser.get_status_code() >= 200:
            self.on_message_complete()

    def on_message_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:  # "go on": the answer comes behind it, maybe in the same read
            self._headers, self._body = {}, []
            return
        if not self._parser.should_keep_alive():
            self.is_open = False
        if self._answer and not self._answer.done():
            self._answer.set_result(Answer(status, self._headers, b"".join(self._body)))
