"""Many groups joined and left at once, on a real Redis."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from channels.layers import get_channel_layer

from chatsite.gateway.layer import GatewayLayer
from chatsite.gateway.subscriptions import Subscriptions

PATIENCE_SECONDS = 60


@pytest.fixture
def layer() -> GatewayLayer:
    return get_channel_layer()


class Ear:
    """One channel that groups are added to; keeps what it hears."""

    def __init__(self, layer: GatewayLayer, channel: str) -> None:
        self.layer, self.channel = layer, channel

    async def hears(self, group: str) -> None:
        """Says something to the group until it arrives here: when a subscription takes effect, nobody is told."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                await self.layer.group_send(group, {"type": "word", "group": group})
                try:
                    async with asyncio.timeout(0.2):
                        while (await self.layer.receive(self.channel))["group"] != group:
                            pass
                except TimeoutError:
                    await self.layer._subscribe_to_channel(self.channel)  # a cancelled receive gives its channel up
                    continue
                return


async def test_all_of_many_groups_are_heard_after_one_command(layer: GatewayLayer) -> None:
    channel = await layer.new_channel()
    names = [f"room.{n}" for n in range(2500)]
    asked: list[Any] = []
    line = layer._get_layer()._shards[0]._in
    ask = line.ask
    line.ask = lambda *commands, **replies: asked.extend(commands) or ask(*commands, **replies)
    await layer.group_add_many(names, channel)
    assert [command[0] for command in asked] == ["SUBSCRIBE"] * 3
    for name in (names[0], names[1234], names[-1]):
        await Ear(layer, channel).hears(name)


async def test_left_groups_are_silent_and_the_others_are_not(layer: GatewayLayer) -> None:
    channel, other = await layer.new_channel(), await layer.new_channel()
    await layer.group_add_many(["a", "b"], channel)
    await layer.group_add_many(["a"], other)
    await layer.group_discard_many(["a"], channel)
    await Ear(layer, other).hears("a")
    await Ear(layer, channel).hears("b")
    shard = layer._get_layer()._shards[0]
    await layer.group_discard_many(["a"], other)
    assert not any(name.endswith("__a") for name in shard._subscribed_to)


class Hub:
    """As much of a hub as subscriptions need."""

    def expect(self, heads: dict[int, int]) -> None:
        self.heads = heads


async def in_step(subscriptions: Subscriptions) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while subscriptions._fresh or subscriptions._stale:  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def test_what_is_wanted_is_added_and_what_is_dropped_is_left(layer: GatewayLayer) -> None:
    subscriptions = Subscriptions(Hub())  # type: ignore[arg-type]
    task = asyncio.create_task(subscriptions.run())
    subscriptions.use(await layer.new_channel("hub."))
    for user_id in range(100):
        subscriptions.want_user(user_id)
    await in_step(subscriptions)
    assert len(subscriptions._added) == 101
    for user_id in range(100):
        subscriptions.drop_user(user_id)
    subscriptions.want_user(7)
    await in_step(subscriptions)
    assert subscriptions._added == {"hubs", "user.7"}
    subscriptions.renew()
    assert subscriptions._fresh == {"hubs", "user.7"}
    await in_step(subscriptions)
    task.cancel()
