"""The channel layer: Redis pub/sub of channels_redis, with many groups joined, left or sent to in one write."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer, RedisPubSubLoopLayer, RedisSingleShardConnection
from channels_redis.utils import _wrap_close, decode_hosts
from redis.exceptions import RedisError

from chatsite.gateway.line import Line

logger = logging.getLogger(__name__)

GROUPS_A_COMMAND = 1000
RETRY_SECONDS = 0.5
RETRY_TIMEOUT_SECONDS = 2.0


class GatewayLayer(RedisPubSubChannelLayer):  # type: ignore[misc]
    """`group_add_many`, `_discard_many` and `_send_many` beside the usual methods.

    Subclasses what is pinned, not public.
    """

    def _get_layer(self) -> LoopLayer:
        loop = asyncio.get_running_loop()
        if loop not in self._layers:
            self._layers[loop] = LoopLayer(*self._args, **self._kwargs, channel_layer=self)
            _wrap_close(self, loop)
        layer: LoopLayer = self._layers[loop]
        return layer


class LoopLayer(RedisPubSubLoopLayer):  # type: ignore[misc]
    """The layer of one event loop."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._shards: list[Shard] = [Shard(host, self) for host in decode_hosts(kwargs.get("hosts"))]

    async def group_add_many(self, groups: Iterable[str], channel: str) -> None:
        """As group_add of each, with one command a shard and GROUPS_A_COMMAND of them."""
        names = [self._get_group_channel_name(group) for group in groups]
        for name in names:
            self.groups.setdefault(name, set()).add(channel)
        for shard, own in self._by_shard(names):
            await shard.subscribe_many(own)

    async def group_discard_many(self, groups: Iterable[str], channel: str) -> None:
        """As group_discard of each."""
        names = [self._get_group_channel_name(group) for group in groups]
        for name in names:
            self.groups.get(name, set()).discard(channel)
        empty = [name for name in names if not self.groups.get(name)]
        for name in empty:
            self.groups.pop(name, None)
        for shard, own in self._by_shard(empty):
            await shard.unsubscribe_many(own)

    async def group_send_many(self, messages: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """As group_send of each, in order."""
        serialize = self.channel_layer.serialize
        named = [(self._get_group_channel_name(group), serialize(message)) for group, message in messages]
        for shard in self._shards:
            own = [one for one in named if len(self._shards) == 1 or self._get_shard(one[0]) is shard]
            if own:
                await shard.publish_many(own)

    def heard(self, name: bytes, data: bytes) -> None:
        """A message on one of our channels."""
        channel = name.decode()
        for one in (channel,) if channel in self.channels else self.groups.get(channel, ()):
            if queue := self.channels.get(one):
                queue.put_nowait(data)

    def _by_shard(self, names: Collection[str]) -> Iterator[tuple[Shard, list[str]]]:
        for shard in self._shards:
            if own := [name for name in names if self._get_shard(name) is shard]:
                yield shard, own


class Shard(RedisSingleShardConnection):  # type: ignore[misc]
    """One Redis server: a line to publish on, and one to listen on."""

    _subscribed_to: set[str]

    def __init__(self, host: Any, layer: LoopLayer) -> None:
        super().__init__(host, layer)
        self._out = Line(host)
        self._in = Line(host, layer.heard)
        self._in.on_lost = self._lost
        self._again: asyncio.Task[None] | None = None

    async def publish(self, channel: str, message: bytes) -> None:
        await self.publish_many([(channel, message)])

    async def publish_many(self, messages: Iterable[tuple[str, bytes]]) -> None:
        await self._out.ask(*[("PUBLISH", channel, message) for channel, message in messages])

    async def subscribe(self, channel: str) -> None:
        await self.subscribe_many([channel])

    async def unsubscribe(self, channel: str) -> None:
        await self.unsubscribe_many([channel])

    async def subscribe_many(self, names: Sequence[str]) -> None:
        async with self._lock:
            for some in _chunks([name for name in names if name not in self._subscribed_to]):
                await self._in.ask(("SUBSCRIBE", *some), replies=len(some))
                self._subscribed_to.update(some)

    async def unsubscribe_many(self, names: Sequence[str]) -> None:
        async with self._lock:
            for some in _chunks([name for name in names if name in self._subscribed_to]):
                await self._in.ask(("UNSUBSCRIBE", *some), replies=len(some))
                self._subscribed_to.difference_update(some)

    async def flush(self) -> None:
        """Hangs up; the next call dials anew."""
        if self._again is not None:
            self._again.cancel()
        async with self._lock:
            self._subscribed_to.clear()
            await self._out.close()
            await self._in.close()

    def _lost(self) -> None:
        """Redis hung up: whatever we had subscribed to is subscribed to again as soon as it answers."""
        wanted, self._subscribed_to = list(self._subscribed_to), set()
        if wanted:
            self._again = asyncio.get_running_loop().create_task(self._subscribe_again(wanted))

    async def _subscribe_again(self, names: Sequence[str]) -> None:
        while True:
            await asyncio.sleep(RETRY_SECONDS)
            try:
                async with asyncio.timeout(RETRY_TIMEOUT_SECONDS):
                    await self.subscribe_many(names)
                return
            except (OSError, RedisError, TimeoutError) as error:
                logger.warning("redis_away", extra={"error": repr(error)})


def _chunks(names: Sequence[str]) -> Iterator[Sequence[str]]:
    return (names[start : start + GROUPS_A_COMMAND] for start in range(0, len(names), GROUPS_A_COMMAND))
