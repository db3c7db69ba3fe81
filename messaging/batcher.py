"""Group commit: whatever arrived while the last batch was being committed is the next one. No timer."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from chatsite import metrics, pool
from chatsite.errors import ChatError, Unavailable, new_request_id
from chatsite.gateway.gathering import gathering
from messaging.services.send import Draft, Result, announce, send

logger = logging.getLogger(__name__)

BATCH_MAX = 256  # drafts a transaction
QUEUE_MAX = 4096  # drafts that may wait; beyond it, `unavailable`

Done = Callable[[Result], None]


class Waiting(NamedTuple):
    draft: Draft
    done: Done
    since: float  # loop time


class Batcher:
    """One per event loop. `submit` keeps the order; the commit decides seq in that order."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._queue: deque[Waiting] = deque()
        self._is_running = False

    def __len__(self) -> int:
        return len(self._queue)

    def submit(self, draft: Draft, done: Done) -> None:
        """`done` is called on the loop after COMMIT, or with the ChatError that refused the draft."""
        if len(self._queue) >= QUEUE_MAX:
            raise Unavailable
        self._queue.append(Waiting(draft, done, self._loop.time()))
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
            with metrics.commit_seconds.time():
                results = pool.run(send, [waiting.draft for waiting in batch])
        except Exception as error:  # the outcome is unknown
            results = [_unknown(error)] * len(batch)
        self._loop.call_soon_threadsafe(self._settle, batch, results)
        try:
            pool.run(announce, results)
        except Exception:  # the tailer finds what was not announced
            logger.exception("announcement_failed", extra={"messages": len(batch)})
        self._loop.call_soon_threadsafe(self._go_on)

    def _settle(self, batch: Sequence[Waiting], results: Sequence[Result]) -> None:
        with gathering.open():
            for waiting, result in zip(batch, results, strict=True):
                waiting.done(result)
        self._count(batch, results)

    def _count(self, batch: Sequence[Waiting], results: Sequence[Result]) -> None:
        """Everything once for the whole batch."""
        now = self._loop.time()
        metrics.frames_in.labels("send_message").inc(len(batch))
        metrics.replies.inc(len(batch))
        metrics.batch_size.observe(len(batch))
        metrics.send_seconds.observe_many(now - waiting.since for waiting in batch)
        for outcome, number in Counter(map(_outcome, results)).items():
            metrics.sends.labels(outcome).inc(number)

    def _go_on(self) -> None:
        """One turn of the loop delivers the batch, the next one reads what its acks brought in, which then goes along:
        batches are twice as large, and as many writes fewer."""
        if self._queue:
            self._loop.call_soon(self._loop.call_soon, self._start)
        else:
            self._is_running = False


def _unknown(error: Exception) -> Unavailable:
    """All who were in the batch get the id under which it was logged."""
    refusal = Unavailable()
    refusal.request_id = new_request_id()
    logger.error("batch_failed", exc_info=error, extra={"request_id": refusal.request_id})
    return refusal


def _outcome(result: Result) -> str:
    if isinstance(result, ChatError):
        return result.code
    return "duplicate" if result.duplicate else "stored"


_batchers: dict[asyncio.AbstractEventLoop, Batcher] = {}


def batcher() -> Batcher:
    """The batcher of the running loop."""
    loop = asyncio.get_running_loop()
    if loop not in _batchers:
        for closed in [known for known in _batchers if known.is_closed()]:
            del _batchers[closed]
        _batchers[loop] = Batcher(loop)
        metrics.queues["sends"] = _batchers[loop].__len__
    return _batchers[loop]
