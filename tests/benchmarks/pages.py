"""Asks for a page again and again on a few connections that stay open."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Sequence

from tests.benchmarks import machine
from tests.benchmarks.load import Outcome

READ_BYTES = 1 << 18


class Asker:
    """One connection: a request is on its way at any time."""

    def __init__(self, port: int, path: str, token: str) -> None:
        self._request = (
            f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nAccept: */*\r\n\r\n".encode()
        )
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._received = b""
        self._ask()

    def _ask(self) -> None:
        self.asked_at = time.monotonic()
        self.socket.sendall(self._request)

    def hear(self) -> float | None:
        """-> seconds that an answer took, once it is whole. Anything but 200 ends the run."""
        part = self.socket.recv(READ_BYTES)
        self._received += part
        head, blank, body = self._received.partition(b"\r\n\r\n")
        if not part or (blank and b" 200 " not in head[:15]):
            raise RuntimeError(f"refused: {self._received[:300]!r}")
        if not blank or len(body) < _length(head):
            return None
        took = time.monotonic() - self.asked_at
        self._received = b""
        self._ask()
        return took


def _length(head: bytes) -> int:
    return int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])


def ask(port: int, path: str, tokens: Sequence[str], pids: Sequence[int], *, warm: float, seconds: float) -> Outcome:
    """-> requests/s, server CPU ms a request, p99 ms, our own share of a core"""
    with machine.on_core(machine.LOAD_CORE), selectors.DefaultSelector() as selector:
        for token in tokens:
            asker = Asker(port, path, token)
            selector.register(asker.socket, selectors.EVENT_READ, asker)
        _hear(selector, warm)
        cpu, own = machine.cpu_seconds(pids), time.process_time()
        delays = _hear(selector, seconds)
        cpu, own = machine.cpu_seconds(pids) - cpu, time.process_time() - own
        for key in list(selector.get_map().values()):
            key.data.socket.close()
    return {
        "requests": len(delays) / seconds,
        "cpu_ms": cpu * 1e3 / max(1, len(delays)),
        "p99": sorted(delays)[len(delays) * 99 // 100] * 1e3,
        "server_share": cpu / seconds,
        "load_share": own / seconds,
    }


def _hear(selector: selectors.BaseSelector, seconds: float) -> list[float]:
    delays, deadline = [], time.monotonic() + seconds
    while time.monotonic() < deadline:
        for key, _ in selector.select(0.1):
            if (took := key.data.hear()) is not None:
                delays.append(took)
    return delays
