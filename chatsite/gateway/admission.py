"""How many may sign in at once: a storm is admitted as fast as the database answers.

Who would have to wait too long is sent away with a time of their own to come back at: those times lie as far apart
as sign-ins take, so that the storm returns as a queue.
"""

from __future__ import annotations

import asyncio

from chatsite.errors import ChatError
from chatsite.gateway import pull as slots
from chatsite.gateway.pull import Claims, Ready
from chatsite.gateway.together import Together

BATCH_MAX = 64  # sign-ins a batch; between two of them the loop delivers
WAITING_MAX = 4096  # sign-ins, whatever the rate
ANSWER_SECONDS = 5.0  # how long a sign-in may wait for its answer; clients give up after 10
RETRY_MIN_SECONDS, RETRY_MAX_SECONDS = 1.0, 60.0


class TooMany(Exception):
    """Not now; `retry_after` in seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class Admission:
    """One per hub. Answers in the order of arrival."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self.door: Together[Claims, Ready] = Together(loop, _admit, BATCH_MAX)
        self._return_at = 0.0  # loop time at which the last one sent away comes back

    @property
    def _wait(self) -> float:
        """-> seconds until a newcomer would be answered."""
        return len(self.door) * self.door.seconds_each

    async def admit(self, claims: Claims) -> Ready:
        """Raises TooMany, or the ChatError that refuses these claims."""
        if len(self.door) >= WAITING_MAX or self._wait > ANSWER_SECONDS:
            raise TooMany(self._place_in_line())
        return await self.door.ask(claims)

    def _place_in_line(self) -> float:
        """-> seconds until those who wait, and those who were sent away before, have had their turn."""
        now = self._loop.time()
        soonest = now + max(RETRY_MIN_SECONDS, self._wait)
        self._return_at = max(self._return_at + self.door.seconds_each, soonest)
        if self._return_at - now > RETRY_MAX_SECONDS:
            self._return_at = soonest
        return round(self._return_at - now, 3)


def _admit(claims: list[Claims]) -> list[Ready | ChatError]:
    return slots.pull.admit(claims)
