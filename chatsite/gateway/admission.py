"""Signing in, many at once: whatever arrived while the last batch was being read is the next one. No timer.

A storm is admitted as fast as the database answers. Who would have to wait too long is sent away with a time of
their own to come back at: those times lie as far apart as sign-ins take, so that the storm returns as a queue.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import NamedTuple

from chatsite.errors import ChatError, Unavailable
from chatsite.gateway import pull as slots
from chatsite.gateway.pull import Claims, Ready
from chatsite.pool import in_pool

BATCH_MAX = 64  # sign-ins a batch; between two of them the loop delivers
WAITING_MAX = 4096  # sign-ins, whatever the rate
ANSWER_SECONDS = 5.0  # how long a sign-in may wait for its answer; clients give up after 10
RETRY_MIN_SECONDS, RETRY_MAX_SECONDS = 1.0, 60.0
SMOOTHING = 0.2  # weight of the newest batch in the measured rate


class TooMany(Exception):
    """Not now; `retry_after` in seconds."""

    def __init__(self, retry_after: float) -> None:
        super().__init__(retry_after)
        self.retry_after = retry_after


class Waiting(NamedTuple):
    claims: Claims
    answer: asyncio.Future[Ready]


class Admission:
    """One per hub. Answers in the order of arrival."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._waiting: deque[Waiting] = deque()
        self._task: asyncio.Task[None] | None = None
        self._seconds_each = 0.0  # measured over the last batches
        self._return_at = 0.0  # loop time at which the last one sent away comes back

    def __len__(self) -> int:
        return len(self._waiting)

    async def admit(self, claims: Claims) -> Ready:
        """Raises TooMany, or the ChatError that refuses these claims."""
        if len(self._waiting) >= WAITING_MAX or len(self._waiting) * self._seconds_each > ANSWER_SECONDS:
            raise TooMany(self._place_in_line())
        waiting = Waiting(claims, self._loop.create_future())
        self._waiting.append(waiting)
        if self._task is None or self._task.done():
            self._task = self._loop.create_task(self._run())
        return await waiting.answer

    def _place_in_line(self) -> float:
        """-> seconds until those who wait, and those who were sent away before, have had their turn."""
        now = self._loop.time()
        soonest = now + max(RETRY_MIN_SECONDS, len(self._waiting) * self._seconds_each)
        self._return_at = max(self._return_at + self._seconds_each, soonest)
        if self._return_at - now > RETRY_MAX_SECONDS:
            self._return_at = soonest
        return round(self._return_at - now, 3)

    async def _run(self) -> None:
        while self._waiting:
            started = self._loop.time()
            batch = [self._waiting.popleft() for _ in range(min(BATCH_MAX, len(self._waiting)))]
            await self._answer([w for w in batch if not w.answer.done()])
            self._measure((self._loop.time() - started) / len(batch))

    async def _answer(self, batch: list[Waiting]) -> None:
        try:
            found: list[Ready | ChatError] = await in_pool(slots.pull.admit, [w.claims for w in batch])
        except ChatError as error:
            found = [error] * len(batch)
        except Exception as error:
            found = [Unavailable()] * len(batch)
            self._loop.call_exception_handler({"message": "sign-ins failed", "exception": error})
        for waiting, result in zip(batch, found, strict=True):
            if waiting.answer.done():
                continue
            if isinstance(result, ChatError):
                waiting.answer.set_exception(result)
            else:
                waiting.answer.set_result(result)

    def _measure(self, seconds_each: float) -> None:
        if self._seconds_each:
            seconds_each = SMOOTHING * seconds_each + (1 - SMOOTHING) * self._seconds_each
        self._seconds_each = seconds_each
