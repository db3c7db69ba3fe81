"""The correct path: what was committed reaches everyone within two seconds, whatever happens to Redis."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.timezone import now

from chatsite.errors import ChatError
from chatsite.gateway import pull as slots
from chatsite.pool import in_pool

if TYPE_CHECKING:
    from chatsite.gateway.hub import Hub

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
OVERLAP = timedelta(seconds=60)  # longer than a commit may take, or clocks may differ
SWEEP_SECONDS = 30.0  # every followed room's head, for commits that took longer still


class Tailer:
    """Reads three indexed ranges a second for the whole process, and filters them in memory."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._last_poll = now()
        self._last_sweep = 0.0

    async def run(self) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            if not self._hub.users:
                self._last_poll = now()
                continue
            try:
                await self._poll()
            except ChatError as error:
                logger.warning("tailer_waits", extra={"error": error.code})

    async def _poll(self) -> None:
        started = now()
        recent = await in_pool(slots.pull.recent, self._last_poll - OVERLAP)
        self._last_poll = started
        await self._hub.catch_on(recent)
        if self._hub.loop.time() - self._last_sweep > SWEEP_SECONDS:
            await self.sweep()

    async def sweep(self) -> None:
        self._last_sweep = self._hub.loop.time()
        rooms = list(self._hub.rooms)
        if rooms:
            self._hub.expect(await in_pool(slots.pull.heads, rooms))
