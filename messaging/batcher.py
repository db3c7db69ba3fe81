"""Group commit: whatever arrived while the last batch was being committed is the next one. No timer."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from chatsite import pool
from chatsite.errors import Unavailable
from chatsite.gateway.gathering import gathering
from messaging.services.send import Draft, Result, announce, send

BATCH_MAX = 256  # drafts a transaction
QUEUE_MAX = 4096  # drafts that may wait; beyond it, `unavailable`

Done = Callable[[Result], None]


class Waiting(NamedTuple):
    draft: Draft
    done: Done


class Batcher:
    """One per event loop. `submit` keeps the order; the commit decides seq in that order."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._queue: deque[Waiting] = deque()
        self._is_running = False

    def submit(self, draft: Draft, done: Done) -> None:
        """`done` is called on the loop after COMMIT, or with the ChatError that refused the draft."""
        if len(self._queue) >= QUEUE_MAX:
            raise Unavailable
        self._queue.append(Waiting(draft, done))
        if not self._is_running:
            self._is_running = True
            self._loop.call_soon(self._start)  # a tick later: what arrived together is committed together

    def _start(self) -> None:
        batch = [self._queue.popleft() for _ in range(min(BATCH_MAX, len(self._queue)))]
        self._loop.run_in_executor(pool.executor(), self._commit, batch)

    def _commit(self, batch: Sequence[Waiting]) -> None:
        """In a thread of the pool. The next batch waits for the announcement, so that those keep the order too."""
        results: Sequence[Result]
        try:
            results = pool.run(send, [waiting.draft for waiting in batch])
        except Exception as error:  # the outcome is unknown
            self._report(error)
            results = [Unavailable() for _ in batch]
        self._loop.call_soon_threadsafe(self._settle, batch, results)
        try:
            pool.run(announce, results)
        except Exception as error:  # the tailer finds what was not announced
            self._report(error)
        self._loop.call_soon_threadsafe(self._go_on)

    def _report(self, error: Exception) -> None:
        context = {"message": "batch failed", "exception": error}
        self._loop.call_soon_threadsafe(self._loop.call_exception_handler, context)

    def _settle(self, batch: Sequence[Waiting], results: Sequence[Result]) -> None:
        with gathering.open():
            for waiting, result in zip(batch, results, strict=True):
                waiting.done(result)

    def _go_on(self) -> None:
        if self._queue:
            self._start()
        else:
            self._is_running = False


_batchers: dict[asyncio.AbstractEventLoop, Batcher] = {}


def batcher() -> Batcher:
    """The batcher of the running loop."""
    loop = asyncio.get_running_loop()
    if loop not in _batchers:
        for closed in [known for known in _batchers if known.is_closed()]:
            del _batchers[closed]
        _batchers[loop] = Batcher(loop)
    return _batchers[loop]
