"""One connection to Redis: every command is answered, or its asker hears that it was not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from channels.layers import get_channel_layer
from django.conf import settings
from django_redis import get_redis_connection
from redis.exceptions import ConnectionError as Unreachable

from chatsite.gateway.layer import GatewayLayer
from chatsite.gateway.line import Line
from tests.trouble.conftest import OwnRedis

PATIENCE_SECONDS = 60


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    own = Line({"address": settings.REDIS_URL, "socket_timeout": None})
    yield own
    await own.close()


async def test_many_commands_are_one_question(line: Line) -> None:
    key = f"{settings.REDIS_PREFIX}:line"
    await line.ask(*[("RPUSH", key, str(n)) for n in range(1000)])
    await asyncio.gather(*[line.ask(("RPUSH", key, "more"), ("RPUSH", key, "more")) for _ in range(50)])
    assert get_redis_connection().llen(key) == 1100


async def test_an_error_reaches_its_asker_and_nobody_else(line: Line) -> None:
    wrong = asyncio.create_task(line.ask(("PING",), ("NOSUCHCOMMAND",)))
    right = asyncio.create_task(line.ask(("PING",)))
    with pytest.raises(Unreachable, match="unknown command"):
        await wrong
    await right


async def test_who_gives_up_leaves_the_others_their_answers(line: Line) -> None:
    await line.ask(("PING",))
    impatient = asyncio.create_task(line.ask(("PING",), ("PING",)))
    await asyncio.sleep(0)
    impatient.cancel()
    await line.ask(("PING",))


async def test_after_a_hang_up_it_dials_anew(line: Line) -> None:
    await line.ask(("PING",))
    with pytest.raises(Unreachable):
        await line.ask(("QUIT",), ("PING",))
    await line.ask(("PING",))


async def test_subscriptions_come_back_with_redis(tmp_path: Path) -> None:
    redis = OwnRedis(tmp_path)
    redis.start()
    layer = GatewayLayer(hosts=[{"address": redis.url, "socket_timeout": None}], prefix="line")
    try:
        channel = await layer.new_channel()
        await layer.group_add_many(["a", "b"], channel)
        redis.kill()
        with pytest.raises((Unreachable, OSError)):
            await layer.group_send("a", {"type": "lost"})
        redis.start()
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                await layer.group_send_many([("b", {"type": "word"}), ("a", {"type": "word"})])
                try:
                    async with asyncio.timeout(0.2):
                        assert (await layer.receive(channel))["type"] == "word"
                        return
                except TimeoutError:
                    layer._get_layer().channels[channel] = asyncio.Queue()  # a cancelled receive gives it up
    finally:
        await layer.flush()
        redis.kill()


async def test_messages_of_many_groups_keep_their_order() -> None:
    layer = get_channel_layer()
    channel = await layer.new_channel()
    await layer.group_add_many([f"room.{n}" for n in range(10)], channel)
    await layer.group_send_many([(f"room.{n % 10}", {"type": "word", "n": n}) for n in range(200)])
    async with asyncio.timeout(PATIENCE_SECONDS):
        heard = [(await layer.receive(channel))["n"] for _ in range(200)]
    assert heard == list(range(200))
