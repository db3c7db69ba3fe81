"""What goes wrong. Each fault is injected, lasts a while, and is mended; a seed decides which come, and when."""

from __future__ import annotations

import asyncio
import contextlib
import random
import signal
from collections.abc import Awaitable, Callable, Sequence

from redis import Redis

from tests.chaos.client import Device
from tests.chaos.mariadb import OwnMariaDB
from tests.chaos.world import World

LASTS_SECONDS = 2.5

Fault = Callable[[World, Sequence[Device], random.Random], Awaitable[None]]
FAULTS: dict[str, Fault] = {}
OF_THE_DATABASE = {"database killed", "database hangs", "database cut off", "rooms locked", "statements killed"}
KILLS = 8  # rounds of killed statements: some of them meet a COMMIT


def fault(name: str) -> Callable[[Fault], Fault]:
    def register(inject: Fault) -> Fault:
        FAULTS[name] = inject
        return inject

    return register


def schedule(seed: int, count: int, *, with_database: bool) -> list[str]:
    """-> the names of `count` faults: every kind once before any comes again."""
    chooser, names = random.Random(f"{seed}:faults"), []
    kinds = [name for name in FAULTS if with_database or name not in OF_THE_DATABASE]
    while len(names) < count:
        chooser.shuffle(kinds)
        names += kinds
    return names[:count]


async def lasting() -> None:
    await asyncio.sleep(LASTS_SECONDS)


@fault("node killed")
async def kill_node(world: World, devices: Sequence[Device], choose: random.Random) -> None:
    await asyncio.to_thread(world.restart, choose.choice(world.nodes), signal.SIGKILL)


@fault("node restarted")
async def restart_node(world: World, devices: Sequence[Device], choose: random.Random) -> None:
    await asyncio.to_thread(world.restart, choose.choice(world.nodes), signal.SIGTERM)


@fault("node frozen")
async def freeze_node(world: World, devices: Sequence[Device], choose: random.Random) -> None:
    node = choose.choice(world.nodes)
    world.freeze(node)
    await lasting()
    world.thaw(node)


@fault("redis killed")
async def kill_redis(world: World, devices: Sequence[Device], choose: random.Random) -> None:
    world.redis.kill()
    await lasting()
    await asyncio.to_thread(world.redis.start)


@fault("redis hangs")
async def hang_redis(world: World, devices: Sequence[Device], choose: random.Random) -> None:
    world.redis_line.hang()
    await lasting()
    world.redis_line.restore()


@fault("redis cut off")
async def cut_redis(world: World, devices: Sequence[Device], choose: random.Random) -> None:
    await asyncio.to_thread(world.redis_line.cut)
    await lasting()
    world.redis_line.restore()


@fault("redis forgets")
async def flush_redis(world: World, devices: Sequence[Device], choose: random.Random) -> None:
    with Redis(port=world.redis.port) as client:
        await asyncio.to_thread(client.flushall)
        for kind in ("pubsub", "normal"):
            await asyncio.to_thread(client.client_kill_filter, _type=kind, skipme=True)


@fault("database killed")
async def kill_database(world: World, devices: Sequence[Device], choose: random.Random) -> None:
    assert world.database is not None
    world.database.kill()
    await asyncio.to_thread(world.database.start)


@fault("database hangs")
async def hang_database(world: World, devices: Sequence[Device], choose: random.Random) -> None:
    assert world.database_line is not None
    world.database_line.hang()
    await lasting()
    world.database_line.restore()


@fault("database cut off")
async def cut_database(world: World, devices: Sequence[Device], choose: random.Random) -> None:
    assert world.database_line is not None
    await asyncio.to_thread(world.database_line.cut)
    await lasting()
    world.database_line.restore()


@fault("rooms locked")
async def lock_rooms(world: World, devices: Sequence[Device], choose: random.Random) -> None:
    """One after the other, until all of them are."""
    assert world.database is not None
    statement = "SELECT room_id FROM rooms_roomcounter WHERE SLEEP(0.3) = 0 FOR UPDATE"
    with contextlib.suppress(Exception):  # a deadlock may choose this one
        await asyncio.to_thread(world.database.run, statement, "chat")


@fault("statements killed")
async def kill_statements(world: World, devices: Sequence[Device], choose: random.Random) -> None:
    assert world.database is not None
    for _ in range(KILLS):
        await asyncio.to_thread(_kill_connections, world.database)
        await asyncio.sleep(LASTS_SECONDS / KILLS)


def _kill_connections(database: OwnMariaDB) -> None:
    others = "SELECT id FROM information_schema.processlist WHERE user = 'root' AND id <> CONNECTION_ID()"
    for (number,) in database.run(others):
        with contextlib.suppress(Exception):  # it has gone by itself
            database.run(f"KILL {number}")


@fault("redis full")
async def fill_redis(world: World, devices: Sequence[Device], choose: random.Random) -> None:
    with Redis(port=world.redis.port) as client:
        await asyncio.to_thread(client.config_set, "maxmemory", "1mb")
        await lasting()
        await asyncio.to_thread(client.config_set, "maxmemory", "0")


@fault("all cut off at once")
async def cut_everybody(world: World, devices: Sequence[Device], choose: random.Random) -> None:
    for device in devices:
        device.cut()


@fault("clients cut off")
async def cut_clients(world: World, devices: Sequence[Device], choose: random.Random) -> None:
    for device in choose.sample(devices, len(devices) // 2):
        device.cut()


@fault("clients deaf")
async def deafen_clients(world: World, devices: Sequence[Device], choose: random.Random) -> None:
    some = choose.sample(devices, len(devices) // 4)
    for device in some:
        device.hears.clear()
    await lasting()
    for device in some:
        device.hears.set()
