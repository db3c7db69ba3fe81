"""A server that is not ours, as a target of the load."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Self
from uuid import uuid4

import jwt

from tests.benchmarks import crowds, machine
from tests.benchmarks.load import Load, Outcome, Protocol
from tests.live import ROOT

SECRET = "benchmark-secret-of-more-than-thirty-two-characters"
TOKEN_SECONDS = 3600


class Peer:
    """`pids`: the services that work for it. It listens at the port that its environment names."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        directory: Path,
        port: int,
        protocol: Protocol,
        services: Collection[int] = (),
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.name, self.directory, self.port = name, directory, port
        self._command, self._services, self._env = command, services, env or {}
        self.load = Load(protocol, [port], self.pids)

    def __enter__(self) -> Self:
        env = {**os.environ, "PORT": str(self.port), "SECRET": SECRET, **self._env}
        self.process = machine.start(self._command, self.directory / f"{uuid4().hex[:8]}.log", cwd=ROOT, env=env)
        deadline = time.monotonic() + machine.START_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return self
            time.sleep(0.1)
        raise RuntimeError(f"{self.name} does not start; see its log in {self.directory}")

    def __exit__(self, *_: object) -> None:
        machine.stop(self.process)

    def pids(self) -> list[int]:
        return [self.process.pid, *self._services]

    def seat(self, crowd: crowds.Crowd) -> Path:
        """Tokens only: these servers believe whoever shows one."""
        expires = int(time.time()) + TOKEN_SECONDS
        tokens = [jwt.encode({"user_id": n, "exp": expires}, SECRET, "HS256") for n in range(1, len(crowd) + 1)]
        rooms = range(1, len(crowds.members_of(crowd)) + 1)
        return crowds.write(crowd, tokens, rooms, self.directory / f"{uuid4().hex[:8]}.people")

    def run(self, people: Path, **options: object) -> Outcome:
        machine.settle(self.pids())
        return self.load.run(people, **options)  # type: ignore[arg-type]

    def audit(self) -> int:
        """They acknowledge nothing."""
        return 0
