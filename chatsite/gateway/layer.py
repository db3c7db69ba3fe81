"""The channel layer: Redis pub/sub of channels_redis, with many groups joined or left in one command."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from channels_redis.pubsub import RedisPubSubChannelLayer, RedisPubSubLoopLayer, RedisSingleShardConnection
from channels_redis.utils import _wrap_close, decode_hosts

GROUPS_A_COMMAND = 1000


class GatewayLayer(RedisPubSubChannelLayer):  # type: ignore[misc]
    """`group_add_many` and `group_discard_many` beside the usual methods. Subclasses what is pinned, not public."""

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

    def _by_shard(self, names: Collection[str]) -> Iterator[tuple[Shard, list[str]]]:
        for shard in self._shards:
            if own := [name for name in names if self._get_shard(name) is shard]:
                yield shard, own


class Shard(RedisSingleShardConnection):  # type: ignore[misc]
    """One Redis server."""

    async def subscribe_many(self, names: Sequence[str]) -> None:
        async with self._lock:
            fresh = [name for name in names if name not in self._subscribed_to]
            for some in _chunks(fresh):
                self._ensure_redis()
                self._ensure_receiver()
                await self._pubsub.subscribe(*some)
                self._subscribed_to.update(some)

    async def unsubscribe_many(self, names: Sequence[str]) -> None:
        async with self._lock:
            known = [name for name in names if name in self._subscribed_to]
            for some in _chunks(known):
                self._ensure_redis()
                self._ensure_receiver()
                await self._pubsub.unsubscribe(*some)
                self._subscribed_to.difference_update(some)


def _chunks(names: Sequence[str]) -> Iterator[Sequence[str]]:
    return (names[start : start + GROUPS_A_COMMAND] for start in range(0, len(names), GROUPS_A_COMMAND))
