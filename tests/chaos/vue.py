"""The Vue client's own core in a Node process: its socket, outbox, streams and stores, at the run's nodes.

frontend/src/testing/chaos-client.ts takes orders and tells what it sent, what was answered, and at the end what it
would show.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from chatsite.tasks import frontend
from tests.chaos.history import FAIL, OK, History, Recall, Send
from tests.chaos.invariants import Counted, Held
from tests.live import Person, Server

SOURCE = "src/testing/chaos-client.ts"
BUNDLE = frontend.FRONTEND / "out" / "chaos" / "chaos-client.js"
VITE = frontend.FRONTEND / "node_modules" / "vite" / "bin" / "vite.js"
PASSING = {"network", "unavailable", "rate_limited", "token_expired", "authentication_failed"}
LINE_BYTES_MAX = 64 * 1024 * 1024  # a report holds all that a client shows
REPORT_SECONDS = 20.0
PAUSE_SECONDS = (0.01, 0.08)  # between two deeds of one client
DEEDS = {"send": 50, "edit": 5, "recall": 4, "react": 6, "read": 8, "open": 5, "older": 3, "show": 2, "join": 6}
DEEDS |= {"cut": 1}


def is_possible() -> bool:
    """Whether the client's packages are there; `make test` installs them."""
    return VITE.is_file()


def build() -> None:
    """Bundles it, unless that was done since the client changed last."""
    newest = max(file.stat().st_mtime for file in (frontend.FRONTEND / "src").rglob("*.ts"))
    if BUNDLE.is_file() and BUNDLE.stat().st_mtime > newest:
        return
    command = [_node(), str(VITE), "build", "--ssr", SOURCE, "--outDir", str(BUNDLE.parent), "--logLevel", "warn"]
    subprocess.run(command, cwd=frontend.FRONTEND, check=True)


def _node() -> str:
    return str(frontend.node_directory() / "node")


class VueDevice:
    def __init__(self, name: str, person: Person, process: VueClients) -> None:
        self.name, self.person, self._process = name, person, process
        self.report: dict[str, Any] = {}

    def do(self, deed: str, at: int = 0) -> None:
        self._process.order({"do": deed, "name": self.name, "at": at})

    def cut(self) -> None:
        self.do("cut")

    def deafen(self) -> None:
        self._process.signal(signal.SIGSTOP)

    def listen(self) -> None:
        self._process.signal(signal.SIGCONT)

    def held(self) -> list[Held]:
        """What it would show, by its last report."""
        return [
            Held(self.name, self.person.id, room["room"], room["version"], _base(room), _shown(room["rows"]))
            for room in self.report["report"]
        ]

    def counted(self, stored: dict[tuple[int, int], int]) -> list[Counted]:
        return [
            Counted(self.name, room["room"], room["unread"], stored.get((room["room"], self.person.id)))
            for room in self.report["report"]
        ]

    def missing(self, heads: dict[int, int], stored: dict[tuple[int, int], int]) -> list[str]:
        """What parts it from where it should stand. `heads`: the versions of the rooms that its person is in."""
        if not self.report:
            return [f"{self.name} tells nothing"]
        rooms = {room["room"]: room["version"] for room in self.report["report"]}
        followed, unsent = set(self.report["followed"]), self.report["unsent"]
        found = [f"{self.name} still has {unsent} unsent"] * bool(unsent)
        found += [f"{self.name} follows {followed}, is in {set(heads)}"] * (followed != heads.keys())
        found += [f"{self.name} shows {rooms}, not {heads}"] * (rooms != heads)
        return found + [f"{self.name} counts wrongly: {c}" for c in self.counted(stored) if c.shown != c.stored]


def _base(room: dict[str, Any]) -> int | None:
    return room["rows"][0][0] - 1 if room["rows"] and room["is_whole"] else None


def _shown(rows: Sequence[Sequence[Any]]) -> dict[int, tuple[int, str]]:
    return {seq: (message, content) for seq, message, content in rows}


class VueClients:
    """One Node process with a client for each of these people."""

    def __init__(self, people: Sequence[Person], nodes: Sequence[Server], history: History, seed: int) -> None:
        self._nodes, self._history = nodes, history
        self._random = random.Random(f"{seed}:vue")
        self.pace = 1.0
        self.devices = [VueDevice(f"vue{number}", person, self) for number, person in enumerate(people)]
        self._by_name = {device.name: device for device in self.devices}
        self._sends: dict[str, Send] = {}
        self._process: asyncio.subprocess.Process | None = None
        self._reading: asyncio.Task[None] | None = None
        self._reported = asyncio.Event()

    async def start(self, log: Path) -> None:
        pipe = asyncio.subprocess.PIPE
        with log.open("wb") as errors:
            self._process = await asyncio.create_subprocess_exec(
                _node(), str(BUNDLE), stdin=pipe, stdout=pipe, stderr=errors, limit=LINE_BYTES_MAX
            )
        self._reading = asyncio.create_task(self._read())
        origins = [node.base for node in self._nodes]
        for device in self.devices:
            person = device.person
            me = {"user_id": person.id, "access": person.access, "refresh": person.refresh}
            self.order({"do": "come", "name": device.name, "nodes": origins, **me})
        self.order({"do": "clock", "ms": self._random.choice((-1, 1)) * 10 * 365 * 24 * 3600 * 1000})

    def order(self, order: dict[str, Any]) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.write(json.dumps(order).encode() + b"\n")

    def signal(self, number: int) -> None:
        if self._process is not None:
            self._process.send_signal(number)

    async def close(self) -> None:
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        if self._reading is not None:
            await self._reading

    # --- what they do

    def act(self, rooms: Sequence[int]) -> None:
        """Each of them does something."""
        for device in self.devices:
            (deed,) = self._random.choices(list(DEEDS), list(DEEDS.values()))
            device.do(deed, self._random.choice(rooms) if deed == "join" else self._random.randrange(10**6))

    async def pause(self) -> None:
        await asyncio.sleep(self._random.uniform(*PAUSE_SECONDS))

    async def report(self, rooms: int) -> None:
        """Has everybody open each of their rooms, and say what they show."""
        for device in self.devices:
            self._reported.clear()
            device.report = {}
            for number in range(rooms):
                device.do("open", number)
            device.do("report")
            async with asyncio.timeout(REPORT_SECONDS * self.pace):
                await self._reported.wait()

    # --- what they tell

    async def _read(self) -> None:
        assert self._process is not None
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            self._take(json.loads(line))

    def _take(self, fact: dict[str, Any]) -> None:
        name = fact["name"]
        if "sent" in fact:
            self._note_sent(fact)
        elif "acked" in fact:
            self._note_ack(self._sends[fact["acked"]], fact)
        elif "refused" in fact and fact["code"] not in PASSING:
            send = self._sends[fact["refused"]]
            send.outcome, send.code, send.answered_at = FAIL, fact["code"], fact["at"]
        elif "edited" in fact:
            self._history.edited.add(fact["edited"])
        elif "recalled" in fact:
            self._history.recalls.append(Recall(fact["room"], fact["recalled"], fact["version"], fact["at"]))
        elif "broken" in fact:
            self._history.broken.append(f"{name}: {fact['broken']}")
        elif "repeated" in fact:
            self._history.repeated.append(f"{name}: {fact['repeated']}")
        elif "report" in fact:
            self._by_name[name].report = fact
            self._reported.set()

    def _note_sent(self, fact: dict[str, Any]) -> None:
        user = self._by_name[fact["name"]].person.id
        send = Send(user, fact["room"], fact["sent"], fact["content"], fact["at"])
        self._sends[send.nonce] = send
        self._history.sends.append(send)

    def _note_ack(self, send: Send, fact: dict[str, Any]) -> None:
        if send.outcome == OK:
            send.repeats.append((fact["message"], fact["seq"], fact["duplicate"]))
            return
        send.outcome, send.seq, send.message, send.answered_at = OK, fact["seq"], fact["message"], fact["at"]
        self._history.acked += 1
