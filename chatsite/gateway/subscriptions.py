"""The groups that this process wants to hear, kept in step with the channel layer however often Redis goes away."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from channels.layers import get_channel_layer

from chatsite.errors import ChatError
from chatsite.gateway import groups
from chatsite.gateway import pull as slots
from chatsite.pool import in_pool

if TYPE_CHECKING:
    from chatsite.gateway.hub import Hub

logger = logging.getLogger(__name__)

ADD_TIMEOUT_SECONDS = 2.0
RETRY_SECONDS = 0.5
PAUSE_SECONDS = 0.02  # after a step: what comes meanwhile goes into one command


class Subscriptions:
    """Nobody waits for a subscription: a room is heard a moment later, and its head is checked once it is."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._channel: str | None = None
        self._wanted: dict[str, int] = {groups.HUBS: 0}  # group -> room id, 0 for other groups
        self._added: set[str] = set()
        self._fresh: set[str] = {groups.HUBS}  # wanted, not added yet
        self._stale: set[str] = set()  # added, no longer wanted
        self._changed = asyncio.Event()
        self._changed.set()

    def want_room(self, room_id: int) -> None:
        self._want(groups.room(room_id), room_id)

    def want_user(self, user_id: int) -> None:
        self._want(groups.user(user_id), 0)

    def _want(self, group: str, room_id: int) -> None:
        self._wanted[group] = room_id
        self._stale.discard(group)
        if group not in self._added:
            self._fresh.add(group)
            self._changed.set()

    def drop_room(self, room_id: int) -> None:
        self._drop(groups.room(room_id))

    def drop_user(self, user_id: int) -> None:
        self._drop(groups.user(user_id))

    def _drop(self, group: str) -> None:
        self._wanted.pop(group, None)
        self._fresh.discard(group)
        if group in self._added:
            self._stale.add(group)
            self._changed.set()

    def use(self, channel: str) -> None:
        """The hub has a new channel: everything is added to it afresh."""
        self._channel = channel
        self.renew()

    def renew(self) -> None:
        """Redis may have forgotten us: add every group again (a failed group_add stays in the layer's books)."""
        self._added.clear()
        self._stale.clear()
        self._fresh = set(self._wanted)
        self._changed.set()

    async def run(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            if self._channel is None:
                continue
            try:
                await self._bring_into_step(self._channel)
                await asyncio.sleep(PAUSE_SECONDS)
            except Exception as error:  # Redis or the database is away: the tailer delivers, we come back
                logger.warning("subscribe_failed", extra={"error": repr(error)})
                await asyncio.sleep(RETRY_SECONDS)
                self._changed.set()

    async def _bring_into_step(self, channel: str) -> None:
        """All that is wanted by now, and all that no longer is, with one command each."""
        await self._add(fresh := list(self._fresh), channel)
        await self._discard(list(self._stale), channel)
        await self._check_heads([room for group in fresh if (room := self._wanted.get(group))])

    async def _add(self, fresh: list[str], channel: str) -> None:
        if not fresh:
            return
        async with asyncio.timeout(ADD_TIMEOUT_SECONDS):
            await get_channel_layer().group_add_many(fresh, channel)
        self._added.update(fresh)
        self._fresh.difference_update(fresh)
        self._stale.update(group for group in fresh if group not in self._wanted)

    async def _discard(self, stale: list[str], channel: str) -> None:
        if not stale:
            return
        async with asyncio.timeout(ADD_TIMEOUT_SECONDS):
            await get_channel_layer().group_discard_many(stale, channel)
        self._added.difference_update(stale)
        self._stale.difference_update(stale)
        self._fresh.update(group for group in stale if group in self._wanted)

    async def _check_heads(self, room_ids: list[int]) -> None:
        """What was committed between reading a room's head and hearing its group."""
        if room_ids:
            try:
                self._hub.expect(await in_pool(slots.pull.heads, room_ids))
            except ChatError:
                logger.warning("heads_unread", extra={"rooms": len(room_ids)})
