"""One run: people chat, things break, everything settles, and the history is judged."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import random
import resource
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from uvloop import new_event_loop

from tests.chaos import vue
from tests.chaos.client import Device
from tests.chaos.faults import FAULTS, possible, schedule
from tests.chaos.history import History, Page, now
from tests.chaos.invariants import Final, Held, Seen, Use, violations
from tests.chaos.population import populate, spread
from tests.chaos.probe import probe
from tests.chaos.spent import Spent
from tests.chaos.stored import Stored
from tests.chaos.vue import VueClients
from tests.chaos.workload import Workload
from tests.chaos.world import World, memory_kb, sockets

POPULATE_SECONDS = 1.5  # what it takes until all have signed up, on two cores that do little else
SETTLE_SECONDS = 60.0  # how long everybody may take to arrive, at worst
PRESENCE_SECONDS = 75.0  # after which everybody is seen as they are
HUNG_UP_SECONDS = 20  # after which a node has noticed
STALLED_SECONDS = 90.0  # without a single ack: nothing goes on any more
THREADS = 64  # more than there are devices: none that waits for a server keeps a fault, or the end of one, waiting

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
    cpu_seconds: tuple[float, ...] = ()  # of the run itself, of servers and the Vue client
    probes: int = 0  # times that it was quiet, and who is at one node was asked what they had heard from another
    pace: float = 1.0  # how many times slower than POPULATE_SECONDS says this machine was, and limits wider
    spent: dict[str, float] = field(default_factory=dict)  # seconds of wall time, by what they went into


def run(
    seed: int,
    *,
    messages: int,
    faults: int | Sequence[str],
    directory: Path,
    progress: Progress = lambda acked, what: None,
    settle_seconds: float = SETTLE_SECONDS,
    calm_seconds: float = 0.0,
    with_vue: bool = True,
    database_options: tuple[str, ...] = (),
    **env: str,
) -> Outcome:
    """`faults`: how many, or which. `calm_seconds`: between a fault and the probe after it. `env`: of the nodes."""
    if with_vue and vue.is_possible():
        vue.build()
    before, spent = cpu_seconds(), Spent()
    with spent.on("start"):
        world = World(directory, database_options=database_options, **env)
    try:
        with asyncio.Runner(loop_factory=new_event_loop) as runner, _few_collections():
            own = _Run(seed, world, messages, faults, progress, spent, with_vue=with_vue)
            own.settle_seconds, own.calm_seconds = settle_seconds, calm_seconds
            outcome = runner.run(own.outcome(directory))
    except Exception:
        sys.stderr.write(world.log())
        raise
    finally:
        world.close()
    outcome.cpu_seconds = tuple(after - was for after, was in zip(cpu_seconds(), before, strict=True))
    outcome.spent = spent.seconds
    return outcome


def cpu_seconds() -> tuple[float, ...]:
    """-> of this process, and of its children that have ended."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return tuple(one.ru_utime + one.ru_stime for one in used)


@contextlib.contextmanager
def _few_collections() -> Iterator[None]:
    """A history is millions of objects that stay: nobody need look through them again and again."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 1000)
    try:
        yield
    finally:
        gc.set_threshold(*before)


class _Run:
    def __init__(
        self,
        seed: int,
        world: World,
        messages: int,
        faults: int | Sequence[str],
        progress: Progress,
        spent: Spent,
        *,
        with_vue: bool,
    ) -> None:
        self.spent = spent
        self.settle_seconds, self.calm_seconds = SETTLE_SECONDS, 0.0
        self.seed, self.world, self.messages, self.progress = seed, world, messages, progress
        kinds = possible(world)
        self.left_out = sorted(FAULTS.keys() - set(kinds))
        self.with_vue = with_vue and vue.is_possible()
        if with_vue and not self.with_vue:
            self.left_out.append("the Vue client (npm ci)")
        wanted = schedule(seed, faults, kinds) if isinstance(faults, int) else faults
        self.faults = [name for name in wanted if name in kinds]
        self.history = History()
        self.devices: list[Device] = []
        self.vue = VueClients([], [], self.history, seed)
        self.rooms: list[int] = []
        self.probes, self.pace = 0, 1.0
        self.owners: dict[int, Device] = {}

    async def outcome(self, directory: Path) -> Outcome:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(THREADS))
        started = now()
        with self.spent.on("sign-ups"):
            await self._populate()
        before = [memory_kb(node.process) for node in self.world.nodes if node.process]
        if self.with_vue:
            await self.vue.start(directory / "vue.log")
        running = [asyncio.create_task(device.run()) for device in self.devices]
        workload = Workload(self.seed, self.devices, self.rooms, self.owners, self.history, self.vue, self.pace)
        try:
            working = asyncio.create_task(workload.run())
            await self._break_things(workload)
            workload.is_over = True
            with self.spent.on("settling"):
                await self._settle()
                await self.vue.report(len(self.rooms))  # by now they have loaded what they opened
            working.cancel()
            with self.spent.on("reading and presence"):
                final, seen = await asyncio.gather(asyncio.to_thread(self._final), self._see())
        finally:
            await self.vue.close()
            for device in self.devices:
                device.stop()
            for task in running:
                task.cancel()
            ended = await asyncio.gather(*running, return_exceptions=True)
        for error in ended:
            if isinstance(error, Exception):  # a device that gave up would pass for one that the server left alone
                raise error
        final.seen = seen
        with self.spent.on("hanging up"):
            final.uses = await self._uses(before)
        with self.spent.on("judging"):
            wrong = violations(self.history, final)
        memory = [use.memory_kb for use in final.uses]
        seconds = now() - started
        outcome = Outcome(self.seed, self.history.acked, self.faults, wrong, seconds, memory, self.left_out)
        outcome.probes, outcome.pace = self.probes, self.pace
        return outcome

    async def _populate(self) -> None:
        started = now()
        made = await asyncio.to_thread(populate, self.world.nodes, self.history, self.seed, with_vue=self.with_vue)
        self.pace = max(1.0, (now() - started) / POPULATE_SECONDS)
        self.devices, self.vue, self.rooms, self.owners = made.devices, made.vue, made.rooms, made.owners
        self.vue.pace = self.pace

    # --- meanwhile

    async def _break_things(self, workload: Workload) -> None:
        """A fault after each stretch of messages: the schedule depends on what was done, not on the clock."""
        choose, walkers = random.Random(f"{self.seed}:targets"), random.Random(f"{self.seed}:walkers")
        for number, name in enumerate(self.faults, 1):
            await self._until_acked(self.messages * number // (len(self.faults) + 1), name)
            with self.spent.on(name):
                await FAULTS[name](self.world, [*self.devices, *self.vue.devices], choose)
            with self.spent.on("probes"):
                await self._probe(workload)
            spread(self.devices, self.world.nodes, walkers)
        await self._until_acked(self.messages, "")

    async def _probe(self, workload: Workload) -> None:
        async with workload.quiet() as is_quiet:
            if is_quiet:
                await asyncio.sleep(self.calm_seconds)
                self.probes += await probe(self.devices, self.rooms[0], self.history, self.pace)

    async def _until_acked(self, count: int, what: str) -> None:
        with self.spent.on("talk"):
            await self._acked(count, what)

    async def _acked(self, count: int, what: str) -> None:
        best, since = self.history.acked, now()
        while self.history.acked < count:
            await asyncio.sleep(0.1)
            self.progress(self.history.acked, what)
            if self.history.acked > best:
                best, since = self.history.acked, now()
            elif now() - since > STALLED_SECONDS * self.pace:
                raise RuntimeError(f"nothing is acked any more, after {best} messages; next: {what or 'the end'}")

    # --- after

    async def _settle(self) -> None:
        """Until every outbox is empty and every device stands where the database does, or time is up."""
        deadline = now() + self.settle_seconds * self.pace
        while now() < deadline:
            await asyncio.sleep(0.5)
            await self.vue.report(len(self.rooms))
            if not any(device.unsent for device in self.devices) and await asyncio.to_thread(self._has_arrived):
                await asyncio.sleep(1.0)  # for what must not come any more
                return

    def _has_arrived(self) -> bool:
        stored = self._stored()
        heads, members = stored.heads(), stored.members()
        for device in self.devices:
            mine = {room for room, user in members if user == device.person.id and room in heads}
            held = {room_id: room.version for room_id, room in dict(device.rooms).items()}
            if held != {room: heads[room][0] for room in mine}:
                return False
        return not self._vue_lacks(stored)

    def _vue_lacks(self, stored: Stored) -> list[str]:
        if not self.vue.devices:
            return []
        heads, members, unread = stored.heads(), stored.members(), stored.unread()
        return [
            text
            for device in self.vue.devices
            for text in device.missing({r: heads[r][0] for r, user in members if user == device.person.id}, unread)
        ]

    def _final(self) -> Final:
        stored = self._stored()
        self.history.broken += self._vue_lacks(stored)
        held = [
            Held(device.name, device.person.id, room_id, room.version, room.base, _shown(room.messages))
            for device in self.devices
            for room_id, room in device.rooms.items()
            if room_id in self.rooms
        ]
        held += [one for device in self.vue.devices for one in device.held()]
        unread = stored.unread()
        counted = [one for device in self.vue.devices for one in device.counted(unread)]
        pages = [self._whole(room) for room in self.rooms]
        return Final(stored.rows(), stored.heads(), stored.members(), held, pages, counted=counted, pace=self.pace)

    async def _see(self) -> list[Seen]:
        """How the owners of their rooms see people, one of whom has just hung up; asked until it is true."""
        gone = self.devices[-1].person.id
        for device in self.devices:
            if device.person.id == gone:
                device.stop()
        deadline = now() + PRESENCE_SECONDS * self.pace
        while True:
            seen = await asyncio.to_thread(self._statuses, gone)
            if all((one.status != "offline") == one.is_connected for one in seen) or now() > deadline:
                return seen
            await asyncio.sleep(1.0)

    def _stored(self) -> Stored:
        return Stored(self.world, self.rooms)

    def _statuses(self, gone: int) -> list[Seen]:
        watched = {user: self.owners[room].person for room, user in self._stored().members() if room in self.owners}
        return [
            Seen(user, user != gone, by.ok("GET", f"/api/users/{user}")["status"])
            for user, by in watched.items()
            if user != by.id
        ]

    async def _uses(self, before: list[int]) -> list[Use]:
        for _ in range(round(HUNG_UP_SECONDS * self.pace)):
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


def _shown(messages: dict[int, Any]) -> dict[int, tuple[int, str]]:
    return {seq: (message["id"], message["content"]) for seq, message in messages.items()}


def left_out(outcome: Outcome) -> str:
    """-> one loud line where the machine could not do everything; else nothing."""
    if not outcome.left_out:
        return ""
    return f"!!! NOT TRIED on this machine: {', '.join(outcome.left_out)}."


__all__ = ["Outcome", "left_out", "run"]
