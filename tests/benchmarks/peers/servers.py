"""How each of the other servers is started."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from chatsite.tasks import frontend
from tests.benchmarks import machine
from tests.benchmarks.load import Protocol, build
from tests.benchmarks.peers.peer import SECRET, Peer
from tests.benchmarks.services import MariaDB, Redis
from tests.live import ROOT, free_port

HERE = Path(__file__).parent
PLAIN = Protocol("/ws/%r/?token=%t", '{"text":"%p"}')
SOCKET_IO = Protocol(
    "/socket.io/?EIO=4&transport=websocket&token=%t&room=%r",
    '42["message",{"text":"%p"}]',
    ["E0{", "S40", "E40"],
    engineio=True,
)


def limit(directory: Path, batch: int) -> Peer:
    """The C broadcaster."""
    name = "C, joins what waits" if batch > 1 else "C, one send() a delivery"
    port = free_port()
    command = [build("limit", HERE / "limit.c"), str(port), str(batch)]
    return Peer(name, command, directory=directory, port=port, protocol=PLAIN)


def node(directory: Path, redis: Redis, database: MariaDB | None) -> Peer:
    """Socket.IO with its Redis adapter; with a database, every message is inserted first."""
    env = {"REDIS_URL": redis.url, "DATABASE_URL": database.url("node") if database else ""}
    return Peer(
        "Node Socket.IO + Redis adapter" + (" + mysql2" if database else ""),
        [frontend.node_directory() / "node", _node_server()],
        directory=directory,
        port=free_port(),
        protocol=SOCKET_IO,
        services=_pids(redis, database),
        env=env,
    )


def _node_server() -> Path:
    """Its pinned packages are installed when it is first asked for."""
    there = machine.VAR / "node"
    there.mkdir(parents=True, exist_ok=True)
    lock = HERE / "node" / "package-lock.json"
    is_fresh = (there / "node_modules").is_dir() and (there / lock.name).read_bytes() == lock.read_bytes()
    for file in (HERE / "node").iterdir():
        shutil.copy(file, there)
    if not is_fresh:
        command = [*map(str, frontend.npm_command()), "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(command, cwd=there, env={**os.environ, **frontend.environment()}, check=True, timeout=300)
    return there / "server.js"


def stock(directory: Path, redis: Redis, database: MariaDB | None, server: str = "uvicorn") -> Peer:
    """The Channels tutorial."""
    port = free_port()
    env = {
        "DJANGO_SETTINGS_MODULE": "tests.benchmarks.peers.stock.settings",
        "REDIS_URL": redis.url,
        "DATABASE_URL": database.url("stock") if database else "",
    }
    if database:
        migrate = [sys.executable, "-m", "django", "migrate", "--run-syncdb", "-v0"]
        subprocess.run(migrate, cwd=ROOT, env={**os.environ, **env, "PORT": str(port), "SECRET": SECRET}, check=True)
    application = "tests.benchmarks.peers.stock.asgi:application"
    options = {"uvicorn": ["--port", str(port), "--log-level", "error"], "daphne": ["-p", str(port), "-v", "0"]}
    return Peer(
        f"Channels tutorial on {server}" + (" + ORM" if database else ""),
        [sys.executable, "-m", server, *options[server], application],
        directory=directory,
        port=port,
        protocol=PLAIN,
        services=_pids(redis, database),
        env=env,
    )


def _pids(*services: MariaDB | Redis | None) -> list[int]:
    return [service.process.pid for service in services if service is not None]
