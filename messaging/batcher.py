"""Group commit: whatever arrived while the last batch was being committed is the next one. No timer."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence

from chatsite import pool
from chatsite.errors import ChatError, Unavailable
from messaging.schemas import SendAck
from messaging.services.send import Draft, Result, announce, send

BATCH_MAX = 256  # drafts a transaction
QUEUE_MAX = 4096  # drafts that may wait; beyond it, `unavailable`


class Batcher:
    """One per event loop. `submit` keeps the order; the commit decides seq in that order."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._queue: deque[tuple[Draft, asyncio.Future[SendAck]]] = deque()
        self._task: asyncio.Task[None] | None = None

    def submit(self, draft: Draft) -> asyncio.Future[SendAck]:
        """-> resolved after COMMIT, or failed with the ChatError that refused the draft."""
        future: asyncio.Future[SendAck] = self._loop.create_future()
        if len(self._queue) >= QUEUE_MAX:
            future.set_exception(Unavailable())
            return future
        self._queue.append((draft, future))
        if self._task is None or self._task.done():
            self._task = self._loop.create_task(self._run())
        return future

    async def _run(self) -> None:
        while self._queue:
            batch = [self._queue.popleft() for _ in range(min(BATCH_MAX, len(self._queue)))]
            futures = [future for _, future in batch]
            try:
                await self._loop.run_in_executor(pool.executor(), self._commit, [d for d, _ in batch], futures)
            except Exception as error:
                self._settle(futures, [Unavailable() for _ in futures])
                self._loop.call_exception_handler({"message": "batch failed", "exception": error})

    def _commit(self, drafts: Sequence[Draft], futures: Sequence[asyncio.Future[SendAck]]) -> None:
        pool.run(self._commit_and_announce, drafts, futures)

    def _commit_and_announce(self, drafts: Sequence[Draft], futures: Sequence[asyncio.Future[SendAck]]) -> None:
        results = send(drafts)
        self._loop.call_soon_threadsafe(self._settle, futures, results)
        announce(results)

    def _settle(self, futures: Sequence[asyncio.Future[SendAck]], results: Sequence[Result]) -> None:
        for future, result in zip(futures, results, strict=True):
            if future.done():
                continue
            if isinstance(result, ChatError):
                future.set_exception(result)
            else:
                future.set_result(result.ack())


_batchers: dict[asyncio.AbstractEventLoop, Batcher] = {}


def batcher() -> Batcher:
    """The batcher of the running loop."""
    loop = asyncio.get_running_loop()
    if loop not in _batchers:
        for closed in [known for known in _batchers if known.is_closed()]:
            del _batchers[closed]
        _batchers[loop] = Batcher(loop)
    return _batchers[loop]
