"""What goes wrong. Each fault is injected, lasts a while, and is mended; a seed decides which come, and when."""

from __future__ import annotations

import asyncio
import contextlib
import random
import resource
import signal
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, Protocol

from redis import Redis

from tests.chaos.mariadb import OwnMariaDB, execute
from tests.chaos.world import World

LASTS_SECONDS = 2.5


class Breakable(Protocol):
    """A device, of whichever kind."""

    def cut(self) -> None: ...
    def deafen(self) -> None: ...
    def listen(self) -> None: ...


Fault = Callable[[World, Sequence[Breakable], random.Random], Awaitable[None]]
Need = Callable[[World], bool]
FAULTS: dict[str, Fault] = {}
NEEDS: dict[str, Need] = {}
KILLS = 8  # rounds of killed statements: some of them meet a COMMIT
CONNECTIONS_LEAST, CONNECTIONS_MOST = 10, 151  # MariaDB's own bounds: fewer it cannot be told to take
DESCRIPTORS_LEFT = 3  # for a node that is short of them
HOUR_SECONDS = 3600


def fault(name: str, needs: Need = lambda world: True) -> Callable[[Fault], Fault]:
    def register(inject: Fault) -> Fault:
        FAULTS[name], NEEDS[name] = inject, needs
        return inject

    return register


def has_database(world: World) -> bool:
    return world.database is not None


def possible(world: World) -> list[str]:
    """-> what this machine lets us do."""
    return [name for name in FAULTS if NEEDS[name](world)]


def schedule(seed: int, count: int, possible: Sequence[str]) -> list[str]:
    """-> the names of `count` faults: every kind once before any comes again."""
    chooser, names = random.Random(f"{seed}:faults"), []
    kinds = list(possible)
    while len(names) < count:
        chooser.shuffle(kinds)
        names += kinds
    return names[:count]


async def lasting() -> None:
    await asyncio.sleep(LASTS_SECONDS)


@fault("node killed")
async def kill_node(world: World, devices: Sequence[Breakable], choose: random.Random) -> None:
    await asyncio.to_thread(world.restart, choose.choice(world.nodes), signal.SIGKILL)


@fault("node restarted")
async def restart_node(world: World, devices: Sequence[Breakable], choose: random.Random) -> None:
    await asyncio.to_thread(world.restart, choose.choice(world.nodes), signal.SIGTERM)


@fault("node frozen")
async def freeze_node(world: World, devices: Sequence[Breakable], choose: random.Random) -> None:
    node = choose.choice(world.nodes)
    world.freeze(node)
    await lasting()
    world.thaw(node)


@fault("redis killed")
async def kill_redis(world: World, devices: Sequence[Breakable], choose: random.Random) -> None:
    world.redis.kill()
    await lasting()
    await asyncio.to_thread(world.redis.start)


@fault("redis hangs")
async def hang_redis(world: World, devices: Sequence[Breakable], choose: random.Random) -> None:
    assert world.redis_line is not None
    world.redis_line.hang()
    await lasting()
    world.redis_line.restore()


@fault("redis cut off")
async def cut_redis(world: World, devices: Sequence[Breakable], choose: random.Random) -> None:
    assert world.redis_line is not None
    await asyncio.to_thread(world.redis_line.cut)
    await lasting()
    world.redis_line.restore()


@fault("redis forgets")
async def flush_redis(world: World, devices: Sequence[Breakable], choose: random.Random) -> None:
    with Redis(port=world.redis.port) as client:
        await asyncio.to_thread(client.flushall)
        for kind in ("pubsub", "normal"):
            await asyncio.to_thread(client.client_kill_filter, _type=kind, skipme=True)


@fault("database killed", has_database)
async def kill_database(world: World, devices: Sequence[Breakable], choose: random.Random) -> None:
    await asyncio.to_thread(world.restart_database)


@fault("database hangs", has_database)
async def hang_database(world: World, devices: Sequence[Breakable], choose: random.Random) -> None:
    assert world.database_line is not None
    world.database_line.hang()
    await lasting()
    world.database_line.restore()


@fault("database cut off", has_database)
async def cut_database(world: World, devices: Sequence[Breakable], choose: random.Random) -> None:
    assert world.database_line is not None
    await asyncio.to_thread(world.database_line.cut)
    await lasting()
    world.database_line.restore()


@fault("rooms locked", has_database)
async def lock_rooms(world: World, devices: Sequence[Breakable], choose: random.Random) -> None:
    """One after the other, until all of them are."""
    assert world.database is not None
    statement = "SELECT room_id FROM rooms_roomcounter WHERE SLEEP(0.3) = 0 FOR UPDATE"
    with contextlib.suppress(Exception):  # a deadlock may choose this one
        await asyncio.to_thread(world.database.run, statement, "chat")


@fault("statements killed", has_database)
async def kill_statements(world: World, devices: Sequence[Breakable], choose: random.Random) -> None:
    assert world.database is not None
    for _ in range(KILLS):
        await asyncio.to_thread(_kill_connections, world.database)
        await asyncio.sleep(LASTS_SECONDS / KILLS)


def _kill_connections(database: OwnMariaDB) -> None:
    with database.link() as link:
        _kill_others(link)


def _kill_others(link: Any) -> None:
    others = "SELECT id FROM information_schema.processlist WHERE user = 'root' AND id <> CONNECTION_ID()"
    for (number,) in execute(link, others):
        with contextlib.suppress(Exception):  # it has gone by itself
            execute(link, f"KILL {number}")


@fault("redis full")
async def fill_redis(world: World, devices: Sequence[Breakable], choose: random.Random) -> None:
    with Redis(port=world.redis.port) as client:
        await asyncio.to_thread(client.config_set, "maxmemory", "1mb")
        await lasting()
        await asyncio.to_thread(client.config_set, "maxmemory", "0")


@fault("all cut off at once")
async def cut_everybody(world: World, devices: Sequence[Breakable], choose: random.Random) -> None:
    for device in devices:
        device.cut()


@fault("clients cut off")
async def cut_clients(world: World, devices: Sequence[Breakable], choose: random.Random) -> None:
    for device in choose.sample(devices, len(devices) // 2):
        device.cut()


@fault("clients deaf")
async def deafen_clients(world: World, devices: Sequence[Breakable], choose: random.Random) -> None:
    some = choose.sample(devices, len(devices) // 4)
    for device in some:
        device.deafen()
    await lasting()
    for device in some:
        device.listen()


@fault("connections used up", has_database)
async def use_up_connections(world: World, devices: Sequence[Breakable], choose: random.Random) -> None:
    assert world.database is not None
    await asyncio.to_thread(_use_up_connections, world.database)


def _use_up_connections(database: OwnMariaDB) -> None:
    """On one connection from beginning to end: the nodes keep all others for as long as they like."""
    with database.link() as link:
        execute(link, f"SET GLOBAL max_connections = {CONNECTIONS_LEAST}")
        _kill_others(link)
        time.sleep(LASTS_SECONDS)
        execute(link, f"SET GLOBAL max_connections = {CONNECTIONS_MOST}")


@fault("disk full", lambda world: world.disk is not None)
async def fill_disk(world: World, devices: Sequence[Breakable], choose: random.Random) -> None:
    """Somebody makes room, and does not wait for the minute after which MariaDB looks again."""
    assert world.disk is not None
    await asyncio.to_thread(world.disk.fill)
    await lasting()
    await asyncio.to_thread(world.disk.free)
    await asyncio.to_thread(world.restart_database)


@fault("power lost", lambda world: world.power is not None)
async def lose_power(world: World, devices: Sequence[Breakable], choose: random.Random) -> None:
    await asyncio.to_thread(world.lose_power, choose)


@fault("clock jumps")
async def set_clock(world: World, devices: Sequence[Breakable], choose: random.Random) -> None:
    """That of one node, an hour ahead or back, and the right time again."""
    clock = choose.choice(world.clocks)
    clock.write_text(str(choose.choice((HOUR_SECONDS, -HOUR_SECONDS))))
    await lasting()
    clock.write_text("0")


@fault("descriptors used up", lambda world: hasattr(resource, "prlimit"))
async def use_up_descriptors(world: World, devices: Sequence[Breakable], choose: random.Random) -> None:
    """A node can open nothing any more, while half of all clients come back to it or to the other."""
    node = choose.choice(world.nodes)
    assert node.process is not None
    number = node.process.pid
    soft, hard = resource.prlimit(number, resource.RLIMIT_NOFILE)
    resource.prlimit(number, resource.RLIMIT_NOFILE, (_open_files(number) + DESCRIPTORS_LEFT, hard))
    for device in choose.sample(devices, len(devices) // 2):
        device.cut()
    await lasting()
    resource.prlimit(number, resource.RLIMIT_NOFILE, (soft, hard))


def _open_files(process: int) -> int:
    return sum(1 for _ in Path(f"/proc/{process}/fd").iterdir())
