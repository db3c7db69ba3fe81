"""A real server in a process of its own, and people who talk to it as the contract says. No product code in here."""

from __future__ import annotations

import contextlib
import functools
import itertools
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Self
from urllib.parse import urlsplit, urlunsplit

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "correct horse battery"
START_SECONDS = 180
PATIENCE_SECONDS = 60  # how long a test waits for what must come; slow machines are not failures
_numbers = itertools.count(1)

Frame = dict[str, Any]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def own_database(url: str, name: str) -> str:
    """A database beside the one that the tests use, of the same kind; '' stays '' (SQLite in the server's var)."""
    if not url.startswith("mysql"):
        return ""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{parts.path.strip('/')}_{name}"))


class Server:
    """`kind`: uvicorn (as in `make run`), rest (`serve --rest`) or daphne. Its port stays the same over restarts."""

    def __init__(self, var: Path, *, kind: str = "uvicorn", **env: str) -> None:
        self.kind = kind
        self.port = free_port()
        self.var = var
        self.database_url = own_database(os.environ.get("DATABASE_URL", ""), f"live{os.getpid()}{next(_numbers)}")
        self.env = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "tests.live_settings",
            "VAR_DIR": str(var),
            "DATABASE_URL": self.database_url,
            "REDIS_PREFIX": f"live{os.getpid()}{next(_numbers)}",
            "SECRET_KEY": "live-secret-key-of-more-than-fifty-characters-0123456789",
            "JWT_SECRET_KEY": "live-jwt-key-of-more-than-fifty-characters-0123456789abc",
            "PORT": str(self.port),
            "HOST": "127.0.0.1",
            "RATE_LIMITS": "off",
            **env,
        }
        self.process: subprocess.Popen[bytes] | None = None
        self.log = var / "server.log"

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def sockets(self) -> str:
        return f"{self.base.replace('http', 'ws', 1)}/ws/"

    def beside(self, kind: str, **env: str) -> Server:
        """Another one on the same database, Redis and files."""
        shared = {name: self.env.get(name, "") for name in ("DATABASE_URL", "REDIS_URL", "REDIS_PREFIX")}
        other = Server(self.var, kind=kind, **{**shared, **env})
        other.database_url = ""  # not its own to drop
        other.log = self.var / f"{kind}.log"
        return other

    def manage(self, *arguments: str) -> None:
        subprocess.run([sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.env, check=True, timeout=120)

    def prepare(self) -> Server:
        self.var.mkdir(parents=True, exist_ok=True)
        if self.database_url:
            self._mysql(f"CREATE DATABASE IF NOT EXISTS `{self._database}` CHARACTER SET utf8mb4")
        if self.env["DATABASE_URL"] or (self.var / "chat.sqlite3").exists():
            self.manage("migrate", "-v0")
        else:
            (self.var / "chat.sqlite3").write_bytes(_migrated())
        return self

    @property
    def _database(self) -> str:
        return urlsplit(self.database_url).path.strip("/")

    def _mysql(self, statement: str) -> None:
        from MySQLdb import connect as mysql

        parts = urlsplit(self.database_url)
        with contextlib.closing(
            mysql(
                host=parts.hostname or "127.0.0.1",
                port=parts.port or 3306,
                user=parts.username or "root",
                password=parts.password or "",
            )
        ) as link:
            link.cursor().execute(statement)

    def start(self) -> Server:
        command = {
            "uvicorn": [sys.executable, "manage.py", "serve"],
            "rest": [sys.executable, "manage.py", "serve", "--rest"],
            "daphne": [
                sys.executable,
                "-m",
                "daphne",
                "-b",
                "127.0.0.1",
                "-p",
                str(self.port),
                "chatsite.asgi:application",
            ],
        }[self.kind]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(OSError):
                status, _ = call(self.base, "GET", "/api/health")
                if status in (200, 503):
                    return self
            time.sleep(0.1)
        raise RuntimeError(f"the server does not answer:\n{self.log.read_text()[-4000:]}")

    def stop(self, sign: int = signal.SIGTERM) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(sign)
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None

    def destroy(self) -> None:
        self.stop()
        if self.database_url:
            self._mysql(f"DROP DATABASE IF EXISTS `{self._database}`")
        shutil.rmtree(self.var, ignore_errors=True)

    def register(self, name: str | None = None, **extra: str) -> Person:
        """A new person, signed in. Without a name, one that nobody else has."""
        name = name or f"person{os.getpid()}x{next(_numbers)}"
        body = {"username": name, "email": f"{name}@example.com", "password": PASSWORD}
        status, answer = call(self.base, "POST", "/api/auth/register", body, **extra)
        if status != 201:
            raise RuntimeError(f"register {name}: {status} {answer}")
        return Person(self, name, answer)


@functools.cache
def _migrated() -> bytes:
    """-> an SQLite file with all tables, made once in a run: every start of Python takes seconds."""
    with tempfile.TemporaryDirectory() as directory:
        Server(Path(directory), DATABASE_URL="").manage("migrate", "-v0")
        return (Path(directory) / "chat.sqlite3").read_bytes()


def call(
    base: str,
    method: str,
    path: str,
    body: Any = None,
    *,
    token: str | None = None,
    raw: bytes | None = None,
    **headers: str,
) -> tuple[int, Any]:
    """-> (status, decoded JSON, or the bytes when it is something else)"""
    data = raw if raw is not None else None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(base + path, method=method, data=data)
    request.add_header("Content-Type", "application/json")
    for name, value in headers.items():
        request.add_header(name.replace("_", "-"), value)
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, _decode(answer.read())
    except urllib.error.HTTPError as error:
        return error.code, _decode(error.read())


def _decode(text: bytes) -> Any:
    try:
        return json.loads(text) if text else None
    except ValueError:
        return text


class Person:
    """Somebody with an account: a REST door and any number of sockets."""

    def __init__(self, server: Server, name: str, signed_in: Frame) -> None:
        self.server = server
        self.name = name
        self.id: int = signed_in["user"]["id"]
        self.access: str = signed_in["access"]
        self.refresh: str = signed_in["refresh"]

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        return call(self.server.base, method, path, body, token=self.access, **headers)

    def ok(self, method: str, path: str, body: Any = None) -> Any:
        """-> the body of a call that must succeed."""
        status, answer = self.call(method, path, body)
        assert status < 300, (method, path, status, answer)
        return answer

    def sign_in_again(self) -> Person:
        """The same person on another device."""
        status, answer = call(
            self.server.base, "POST", "/api/auth/login", {"username": self.name, "password": PASSWORD}
        )
        assert status == 200, answer
        return Person(self.server, self.name, answer)

    def make_room(self, name: str = "room", **fields: Any) -> Frame:
        room: Frame = self.ok("POST", "/api/rooms/", {"name": name, **fields})
        return room

    def say(self, room_id: int, content: str, **fields: Any) -> Frame:
        message: Frame = self.ok("POST", f"/api/rooms/{room_id}/messages", {"content": content, **fields})
        return message

    def socket(self, *, read_ahead: int | None = None, **authenticate: Any) -> Socket:
        """An authenticated connection; `.ready` is what it was greeted with."""
        opened = Socket.open(self.server, read_ahead=read_ahead)
        opened.ready = opened.ask("authenticate", {"token": self.access, **authenticate}, answer="ready")
        return opened


class Socket:
    """One WebSocket. Everything that was received stays in `frames`; `expect` looks from where it looked last."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.frames: list[Frame] = []
        self.ready: Frame = {}
        self._seen = 0
        self._ids = itertools.count(1)

    @classmethod
    def open(cls, server: Server, *, read_ahead: int | None = None, **headers: str) -> Socket:
        """`read_ahead`: how many frames are taken in before anybody asks for them; None = all."""
        return cls(
            connect(
                server.sockets,
                additional_headers=headers,
                compression=None,
                max_size=None,
                max_queue=read_ahead,
                open_timeout=PATIENCE_SECONDS,
                proxy=None,
                legacy=True,
            )
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.connection.close()

    def send(self, kind: str, data: Any = None, **members: Any) -> None:
        self.send_raw(json.dumps({"type": kind, "data": data or {}, **members}))

    def send_raw(self, text: str | bytes) -> None:
        self.connection.send(text)

    def ask(self, kind: str, data: Any = None, *, answer: str = "ack", timeout: float = PATIENCE_SECONDS) -> Frame:
        """Sends a command and returns the data of its one reply, which must be of the type `answer`."""
        frame = self.reply(kind, data, timeout=timeout)
        assert frame["type"] == answer, frame
        reply: Frame = frame["data"]
        return reply

    def reply(self, kind: str, data: Any = None, *, timeout: float = PATIENCE_SECONDS) -> Frame:
        own = str(next(self._ids))
        self.send(kind, data, id=own)
        return self._until(lambda f: f.get("id") == own, timeout, start=len(self.frames))

    def refused(self, kind: str, data: Any = None) -> str:
        """-> the code of the error that a command is answered with."""
        code: str = self.ask(kind, data, answer="error")["code"]
        return code

    def expect(self, kind: str, *, timeout: float = PATIENCE_SECONDS, **match: Any) -> Frame:
        """-> the data of the next event of this type whose data has these members."""
        frame = self._until(
            lambda f: f["type"] == kind and all(f["data"].get(k) == v for k, v in match.items()),
            timeout,
            start=self._seen,
        )
        self._seen = self.frames.index(frame) + 1
        data: Frame = frame["data"]
        return data

    def _until(self, wanted: Any, timeout: float, *, start: int) -> Frame:
        deadline = time.monotonic() + timeout
        position = start
        while True:
            for position in range(position, len(self.frames)):  # noqa: B020
                if wanted(self.frames[position]):
                    return self.frames[position]
            position = len(self.frames)
            left = deadline - time.monotonic()
            if left <= 0 or not self.receive(left):
                raise AssertionError(f"did not come; there were {[f['type'] for f in self.frames[start:]]}")

    def receive(self, timeout: float) -> bool:
        """Takes one more frame in. -> whether one came."""
        try:
            self.frames.append(json.loads(self.connection.recv(timeout)))
        except TimeoutError:
            return False
        return True

    def settle(self) -> list[Frame]:
        """Everything that was on its way when the server answered a ping."""
        self.ask("ping")
        return self.frames

    def closed_with(self, timeout: float = PATIENCE_SECONDS) -> int | None:
        """-> the code that the server closes the connection with."""
        deadline = time.monotonic() + timeout
        try:
            while (left := deadline - time.monotonic()) > 0:
                self.receive(left)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else None
        raise AssertionError("the connection stays open")

    def of(self, kind: str) -> list[Frame]:
        return [f["data"] for f in self.frames if f["type"] == kind]
