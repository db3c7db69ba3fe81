"""The hub hears itself through Redis every second; silence means that others may not be heard either."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from channels.layers import get_channel_layer

from chatsite.errors import ChatError

if TYPE_CHECKING:
    from chatsite.gateway.hub import Hub

logger = logging.getLogger(__name__)

BEAT_SECONDS = 1.0
SEND_TIMEOUT_SECONDS = 0.5
MISSED_IS_LOST = 2  # beats
MISSED_IS_DEAF = 5  # beats sent but not heard: the subscription itself is gone
MESSAGE_TYPE = "hub.beat"


class Beat:
    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._missed = 0
        self.lost = False

    def heard(self) -> None:
        """The first beat after missing ones: subscribe to everything again, and look for what was not heard."""
        self._missed = 0
        if self.lost:
            self.lost = False
            self._hub.subscriptions.renew()
            self._hub.spawn(self._sweep())

    async def _sweep(self) -> None:
        try:
            await self._hub.tailer.sweep()
        except ChatError as error:
            logger.warning("sweep_waits", extra={"error": error.code})

    async def run(self) -> None:
        while True:
            await asyncio.sleep(BEAT_SECONDS)
            channel = self._hub.channel
            if channel is None:
                continue
            sent = await self._send(channel)
            self._missed += 1
            if self._missed > MISSED_IS_LOST:
                self.lost = True
            if sent and self._missed > MISSED_IS_DEAF:
                self._missed = 0
                self._hub.listen_anew()

    async def _send(self, channel: str) -> bool:
        try:
            async with asyncio.timeout(SEND_TIMEOUT_SECONDS):
                await get_channel_layer().send(channel, {"type": MESSAGE_TYPE})
        except Exception:
            return False
        return True
