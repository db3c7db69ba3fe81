"""Who has fallen silent, or whose token has run out: each connection is looked at when something may be due there.

A wheel of seconds instead of a timer for each connection, or a look at all of them every second.
"""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

from chatsite.errors import ChatError
from chatsite.gateway import frames
from chatsite.gateway.frames import Close

if TYPE_CHECKING:
    from chatsite.gateway.connection import Connection

LOOK_SECONDS = 1.0
PING_SECONDS = 50.0  # without a frame or a pong: clients that send their heartbeat in time are never asked
SILENT_SECONDS = 75.0


class Vigil:
    """One per hub. `watch` and `forget` cost the same however many there are."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._slots: dict[int, set[Connection]] = {}  # loop time in whole seconds -> whom to look at then
        self._looked_at = int(loop.time())

    def __len__(self) -> int:
        return sum(map(len, self._slots.values()))

    def watch(self, connection: Connection) -> None:
        self._put(connection, self._due(connection, PING_SECONDS))

    def forget(self, connection: Connection) -> None:
        if slot := self._slots.get(connection.look_at):
            slot.discard(connection)
            if not slot:
                del self._slots[connection.look_at]

    def _due(self, connection: Connection, patience: float) -> float:
        """-> loop time at which the connection will have been silent for so long, or its token will have run out."""
        return min(connection.heard_at + patience, self._loop.time() + connection.expires_at - time.time())

    def _put(self, connection: Connection, at: float) -> None:
        connection.look_at = max(int(at), self._looked_at) + 1
        self._slots.setdefault(connection.look_at, set()).add(connection)

    async def run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.look(int(self._loop.time()))

    def look(self, now: int) -> None:
        """Looks at all who are due by `now`."""
        due = [self._slots.pop(second, set()) for second in range(self._looked_at + 1, now + 1)]
        self._looked_at = max(now, self._looked_at)
        for connection in set().union(*due):
            self._look_at(connection)

    def _look_at(self, connection: Connection) -> None:
        silent = self._loop.time() - connection.heard_at
        if silent >= SILENT_SECONDS:
            connection.close(Close.SILENT)
        elif time.time() >= connection.expires_at:
            expired = connection.refusal(ChatError("token_expired"))
            connection.close(Close.UNAUTHENTICATED, frames.error(None, expired))
        elif silent >= PING_SECONDS:
            connection.ping()
            self._put(connection, self._due(connection, SILENT_SECONDS))
        else:
            self._put(connection, self._due(connection, PING_SECONDS))
