"""One run: people chat, things break, everything settles, and the history is judged."""

from __future__ import annotations

import asyncio
import contextlib
import random
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.chaos.client import Device
from tests.chaos.faults import FAULTS, OF_THE_DATABASE, schedule
from tests.chaos.history import History, Page, now
from tests.chaos.invariants import Final, Held, Row, Seen, Use, violations
from tests.chaos.mariadb import binary
from tests.chaos.workload import Workload
from tests.chaos.world import World, memory_kb, sockets
from tests.live import Person

PEOPLE, ROOMS, ROOM_MEMBERS = 16, 8, 5
SETTLE_SECONDS = 60.0  # how long everybody may take to arrive, at worst
PRESENCE_SECONDS = 75.0  # after which everybody is seen as they are
HUNG_UP_SECONDS = 20  # after which a node has noticed
STALLED_SECONDS = 90.0  # without a single ack: nothing goes on any more

Progress = Callable[[int, str], None]  # acked so far, what happens


@dataclass
class Outcome:
    seed: int
    acked: int
    faults: list[str]
    wrong: list[str]
    seconds: float
    memory_kb: list[int] = field(default_factory=list)  # of the nodes, at the end
    left_out: list[str] = field(default_factory=list)


def run(
    seed: int,
    *,
    messages: int,
    faults: int | Sequence[str],
    directory: Path,
    progress: Progress = lambda acked, what: None,
    settle_seconds: float = SETTLE_SECONDS,
    **env: str,
) -> Outcome:
    """`faults`: how many, or which. `env`: of the nodes."""
    world = World(directory, **env)
    try:
        return asyncio.run(_Run(seed, world, messages, faults, progress, settle_seconds).outcome())
    except Exception:
        sys.stderr.write(world.log())
        raise
    finally:
        world.close()


class _Run:
    def __init__(
        self,
        seed: int,
        world: World,
        messages: int,
        faults: int | Sequence[str],
        progress: Progress,
        settle_seconds: float,
    ) -> None:
        self.settle_seconds = settle_seconds
        self.seed, self.world, self.messages, self.progress = seed, world, messages, progress
        with_database = world.database is not None
        self.left_out = [] if with_database else sorted(OF_THE_DATABASE)
        self.faults = schedule(seed, faults, with_database=with_database) if isinstance(faults, int) else list(faults)
        self.history = History()
        self.devices: list[Device] = []
        self.rooms: list[int] = []
        self.owners: dict[int, Device] = {}

    async def outcome(self) -> Outcome:
        started = now()
        await asyncio.to_thread(self._populate)
        before = [memory_kb(node.process) for node in self.world.nodes if node.process]
        running = [asyncio.create_task(device.run()) for device in self.devices]
        workload = Workload(self.seed, self.devices, self.rooms, self.owners, self.history)
        try:
            working = asyncio.create_task(workload.run())
            await self._break_things()
            workload.is_over = True
            await self._settle()
            working.cancel()
            final = await asyncio.to_thread(self._final)
            final.seen = await self._see()
        finally:
            for device in self.devices:
                device.stop()
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)
        final.uses = await self._uses(before)
        wrong = violations(self.history, final)
        memory = [use.memory_kb for use in final.uses]
        seconds = now() - started
        return Outcome(self.seed, self.history.acked, self.faults, wrong, seconds, memory, self.left_out)

    # --- before

    def _populate(self) -> None:
        node = self.world.nodes[0]
        with ThreadPoolExecutor(2) as pool:
            people: list[Person] = list(pool.map(lambda _: node.register(), range(PEOPLE)))
        choose = random.Random(f"{self.seed}:people")
        for number, person in enumerate(people):
            for device in range(1 + number % 2):
                name = f"d{number}.{device}"
                own = person.sign_in_again() if device else person
                self.devices.append(Device(name, own, self.world.nodes, self.history, self.seed))
        for number in range(ROOMS):
            owner = people[number]
            room = owner.make_room(f"room {number}")["id"]
            self.rooms.append(room)
            self.owners[room] = next(d for d in self.devices if d.person is owner)
            others = [person for person in people if person is not owner]
            for person in others if number == 0 else choose.sample(others, ROOM_MEMBERS):
                person.ok("POST", f"/api/rooms/{room}/join")

    # --- meanwhile

    async def _break_things(self) -> None:
        """A fault after each stretch of messages: the schedule depends on what was done, not on the clock."""
        choose = random.Random(f"{self.seed}:targets")
        for number, name in enumerate(self.faults, 1):
            await self._until_acked(self.messages * number // (len(self.faults) + 1), name)
            await FAULTS[name](self.world, self.devices, choose)
        await self._until_acked(self.messages, "")

    async def _until_acked(self, count: int, what: str) -> None:
        best, since = self.history.acked, now()
        while self.history.acked < count:
            await asyncio.sleep(0.1)
            self.progress(self.history.acked, what)
            if self.history.acked > best:
                best, since = self.history.acked, now()
            elif now() - since > STALLED_SECONDS:
                raise RuntimeError(f"nothing is acked any more, after {best} messages; next: {what or 'the end'}")

    # --- after

    async def _settle(self) -> None:
        """Until every outbox is empty and every device stands where the database does, or time is up."""
        deadline = now() + self.settle_seconds
        while now() < deadline:
            await asyncio.sleep(0.5)
            if not any(device.unsent for device in self.devices) and await asyncio.to_thread(self._has_arrived):
                await asyncio.sleep(1.0)  # for what must not come any more
                return

    def _has_arrived(self) -> bool:
        heads, members = self._heads(), self._members()
        for device in self.devices:
            mine = {room for room, user in members if user == device.person.id and room in heads}
            held = {room_id: room.version for room_id, room in dict(device.rooms).items()}
            if held != {room: heads[room][0] for room in mine}:
                return False
        return True

    def _final(self) -> Final:
        rows = [
            Row(room, seq, message, sender, _text(nonce), content, bool(recalled), version)
            for room, seq, message, sender, nonce, content, recalled, version in self._query(
                "SELECT room_id, seq, id, sender_id, nonce, content, recalled_at IS NOT NULL, version"
                f" FROM messaging_message WHERE room_id IN ({self._room_list()})"
            )
        ]
        held = [
            Held(device.name, device.person.id, room_id, room.version, room.base, _shown(room.messages))
            for device in self.devices
            for room_id, room in device.rooms.items()
            if room_id in self.rooms
        ]
        pages = [self._whole(room) for room in self.rooms]
        return Final(rows, self._heads(), self._members(), held, pages)

    async def _see(self) -> list[Seen]:
        """How the owners of their rooms see people, one of whom has just hung up; asked until it is true."""
        gone = self.devices[-1].person.id
        for device in self.devices:
            if device.person.id == gone:
                device.stop()
        deadline = now() + PRESENCE_SECONDS
        while True:
            seen = await asyncio.to_thread(self._statuses, gone)
            if all((one.status != "offline") == one.is_connected for one in seen) or now() > deadline:
                return seen
            await asyncio.sleep(1.0)

    def _statuses(self, gone: int) -> list[Seen]:
        watched = {user: self.owners[room].person for room, user in self._members() if room in self.owners}
        return [
            Seen(user, user != gone, by.ok("GET", f"/api/users/{user}")["status"])
            for user, by in watched.items()
            if user != by.id
        ]

    async def _uses(self, before: list[int]) -> list[Use]:
        for _ in range(HUNG_UP_SECONDS):
            if not any(sockets(node.port) for node in self.world.nodes):
                break
            await asyncio.sleep(1.0)
        processes = [node.process for node in self.world.nodes if node.process]
        return [
            Use(number, before[number], memory_kb(process), sockets(self.world.nodes[number].port))
            for number, process in enumerate(processes)
        ]

    def _whole(self, room: int) -> Page:
        """A room's history, page by page."""
        owner, asked_at, messages, before = self.owners[room].person, now(), [], ""
        while True:
            page = owner.ok("GET", f"/api/rooms/{room}/messages?limit=100{before}")
            messages += page["results"]
            if not page["has_before"]:
                return Page(owner.id, room, asked_at, messages)
            before = f"&before={page['results'][0]['seq']}"

    def _heads(self) -> dict[int, tuple[int, int]]:
        sql = f"SELECT room_id, version, last_seq FROM rooms_roomcounter WHERE room_id IN ({self._room_list()})"
        return {room: (version, seq) for room, version, seq in self._query(sql)}

    def _members(self) -> dict[tuple[int, int], int]:
        sql = (
            "SELECT room_id, user_id, last_read_seq FROM rooms_membership"
            f" WHERE left_at IS NULL AND room_id IN ({self._room_list()})"
        )
        return {(room, user): seq for room, user, seq in self._query(sql)}

    def _room_list(self) -> str:
        return ",".join(map(str, self.rooms))

    def _query(self, sql: str) -> Sequence[Any]:
        if self.world.database is not None:
            return self.world.database.run(sql, "chat")
        import sqlite3

        with contextlib.closing(sqlite3.connect(self.world.nodes[0].var / "chat.sqlite3")) as link:
            return link.execute(sql).fetchall()


def _text(nonce: str | bytes) -> str:
    return nonce.decode() if isinstance(nonce, bytes) else nonce


def _shown(messages: dict[int, Any]) -> dict[int, tuple[int, str]]:
    return {seq: (message["id"], message["content"]) for seq, message in messages.items()}


def left_out(outcome: Outcome) -> str:
    """-> one loud line where the machine could not do everything; else nothing."""
    if not outcome.left_out:
        return ""
    return f"!!! NOT TRIED, for want of mariadbd: {', '.join(outcome.left_out)}."


__all__ = ["Outcome", "binary", "left_out", "run"]
