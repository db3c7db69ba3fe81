"""uvicorn's HTTP/1.1 with a bound on what comes before the body, and on how long it takes.

httptools bounds neither and keeps it all: anybody could fill the memory, and stop the loop, with headers that never
end, or hold connections without end by sending none.
"""

from __future__ import annotations

import asyncio
import logging

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

HEAD_BYTES = 64 * 1024  # request line and headers
HEADERS_MAX = 200
HEAD_SECONDS = 10.0  # from its first byte on; a connection that says nothing has as long
READ_BYTES = 256 * 1024  # the most that the loop hands over at once: the rest of a head and what follows it
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class TooLarge(Exception):
    """httptools makes a parser error of it, which is answered with 400 and hung up on."""


class BoundedHeadProtocol(HttpToolsProtocol):
    _is_in_head = False
    _head_bytes = 0  # of the headers that are complete
    _head_received = 0  # bytes of the reads that began within the head
    _deadline: asyncio.TimerHandle | None = None

    def await_head(self) -> None:
        """Hangs up unless a whole head comes in time."""
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self.timeout_keep_alive_handler)

    def _no_deadline(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def connection_lost(self, exc: Exception | None) -> None:
        self._no_deadline()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._is_in_head:
            self._head_received += len(data)
            if self._head_received > HEAD_BYTES + READ_BYTES:
                self._refuse()
                return
        super().data_received(data)
        if self._is_in_head:
            self.await_head()

    def _refuse(self) -> None:
        if not self.transport.is_closing():
            self.transport.write(TOO_LARGE)
            self.transport.close()

    def on_message_begin(self) -> None:
        self._is_in_head = True
        self._head_bytes = self._head_received = 0
        super().on_message_begin()

    def on_url(self, url: bytes) -> None:
        super().on_url(url)
        self._require_small(len(url))

    def on_header(self, name: bytes, value: bytes) -> None:
        super().on_header(name, value)
        self._require_small(len(name) + len(value))

    def _require_small(self, more: int) -> None:
        self._head_bytes += more
        if self._head_bytes > HEAD_BYTES or len(self.headers) > HEADERS_MAX:
            raise TooLarge

    def on_headers_complete(self) -> None:
        self._is_in_head = False
        self._no_deadline()
        super().on_headers_complete()


def is_ours(record: logging.LogRecord) -> bool:
    """uvicorn logs a traceback when it answers who has been hung up on: anybody could fill the log with them."""
    error = record.exc_info[1] if record.exc_info else None
    return not (isinstance(error, RuntimeError) and "the handler is closed" in str(error))


logging.getLogger("uvicorn.error").addFilter(is_ours)
