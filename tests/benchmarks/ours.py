"""This chat, as production runs it: uvicorn, and either MariaDB and Redis or what is embedded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Self
from uuid import uuid4

from tests.benchmarks import crowds, machine
from tests.benchmarks.load import Load, Outcome, Protocol
from tests.benchmarks.services import MariaDB, Redis
from tests.live import ROOT, Server

HELLO = '{"type":"authenticate","id":"1","data":{"token":"%t"}}'
RETURN = '{"type":"authenticate","id":"1","data":{"token":"%t","rooms":{"%r":VERSION}}}'
MESSAGE = '{"type":"send_message","id":"%n","data":{"room_id":%r,"content":"%p","nonce":"%x%n"}}'
PROTOCOL = Protocol("/ws/", MESSAGE, [f"S{HELLO}", 'E"ready"'])

DRAIN_SECONDS = 15  # after the last send; what has not come by then is lost


class Lost(Exception):
    """An acknowledged message is not in the database as it was acknowledged."""


class Seated:
    """A crowd with accounts, sessions and rooms."""

    def __init__(self, people: Path, made: dict[str, list[str]]) -> None:
        self.people, self.tokens, self.rooms = people, made["tokens"], [int(r) for r in made["rooms"]]
        self.version = made["version"]


class Ours:
    """`name` is the row's; nodes share database and Redis, workers share a port."""

    def __init__(
        self,
        name: str,
        directory: Path,
        *,
        database: MariaDB | None = None,
        redis: Redis | None = None,
        workers: int = 1,
        nodes: int = 1,
    ) -> None:
        self.name, self.directory, self.database, self.redis = name, directory / uuid4().hex[:8], database, redis
        own = {"WEB_CONCURRENCY": str(workers), "REDIS_URL": redis.url if redis else "", "MALLOC_ARENA_MAX": "2"}
        url = database.url(f"chat_{uuid4().hex[:8]}") if database else ""
        self.servers = [Server(self.directory / f"node{n}") for n in range(nodes)]
        for server in self.servers:
            server.database_url = ""  # neither made nor dropped by it
            server.env |= {**own, "DATABASE_URL": url, "REDIS_PREFIX": f"bench{self.directory.name}"}
        self._acks: list[str] = []

    def __enter__(self) -> Self:
        with machine.on_core(machine.SERVER_CORE):
            self.servers[0].prepare()
            for server in self.servers:
                server.var.mkdir(parents=True, exist_ok=True)
                server.start()
        self.load = Load(PROTOCOL, [server.port for server in self.servers], self.pids)
        return self

    def __exit__(self, *_: object) -> None:
        for server in self.servers:
            server.destroy()

    def rest_group(self) -> RestGroup:
        return RestGroup(self.servers[0].beside("rest"))

    def server_pids(self) -> list[int]:
        return [server.process.pid for server in self.servers if server.process is not None]

    def pids(self) -> list[int]:
        """Everything that works for it, the database and Redis included."""
        found = self.server_pids()
        found += [service.process.pid for service in (self.database, self.redis) if service is not None]
        embedded = self.servers[0].var / "run" / "redis.pid"
        return found + ([int(embedded.read_text())] if not self.redis and embedded.is_file() else [])

    def seat(self, crowd: crowds.Crowd) -> Seated:
        """Makes the accounts and rooms of a crowd."""
        wanted = {"people": len(crowd), "members": crowds.members_of(crowd)}
        made = json.loads(self._python("people", given=json.dumps(wanted)))
        path = self.directory / f"{uuid4().hex[:8]}.people"
        return Seated(crowds.write(crowd, made["tokens"], made["rooms"], path), made)

    def run(self, seated: Seated, **options: object) -> Outcome:
        """One load; what it got acknowledged is audited later."""
        prefix = f"{uuid4().hex[:8]}."
        acks = self.directory / f"{prefix}acks"
        machine.settle(self.pids())
        outcome = self.load.run(seated.people, prefix=prefix, acks=acks, **{"drain": DRAIN_SECONDS, **options})  # type: ignore[arg-type]
        self.expect(f"{prefix}={acks}")
        return outcome

    def expect(self, acks: str) -> None:
        """Adds `PREFIX=FILE` of acknowledgements to the next audit."""
        self._acks.append(acks)

    def audit(self) -> int:
        """-> how many acknowledged messages were looked up since the last audit. Raises Lost."""
        files, self._acks = self._acks, []
        try:
            checked, _missed = self._python("audit", *files).split()
        except subprocess.CalledProcessError as error:
            raise Lost(f"{self.name}: {error.stderr}") from error
        return int(checked)

    def _python(self, module: str, *arguments: str, given: str | None = None) -> str:
        done = subprocess.run(
            [sys.executable, "-m", f"tests.benchmarks.{module}", *arguments],
            cwd=ROOT,
            env=self.servers[0].env,
            input=given,
            capture_output=True,
            text=True,
            check=True,
            timeout=300,
        )
        return done.stdout


class RestGroup:
    """`serve --rest` beside a chat."""

    def __init__(self, server: Server) -> None:
        self.server, self.port = server, server.port

    def __enter__(self) -> Self:
        with machine.on_core(machine.SERVER_CORE):
            self.server.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.stop()

    def pids(self) -> list[int]:
        return [self.server.process.pid] if self.server.process is not None else []
