"""Questions to the database that many connections ask at once: whatever arrived while the last batch was being
answered is the next one. No timer: a lone question goes off at once."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from typing import Generic, TypeVar

from chatsite.errors import ChatError, Unavailable, new_request_id
from chatsite.pool import in_pool

logger = logging.getLogger(__name__)

Question = TypeVar("Question")
Answer = TypeVar("Answer")

SMOOTHING = 0.2  # weight of the newest batch in the measured rate


class Together(Generic[Question, Answer]):
    """`answer_all` runs in the database pool: it takes up to `batch_max` questions and answers or refuses each."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        answer_all: Callable[[list[Question]], list[Answer | ChatError]],
        batch_max: int,
    ) -> None:
        self._loop = loop
        self._answer_all = answer_all
        self._batch_max = batch_max
        self._waiting: deque[tuple[Question, asyncio.Future[Answer]]] = deque()
        self._task: asyncio.Task[None] | None = None
        self.seconds_each = 0.0  # measured over the last batches

    def __len__(self) -> int:
        """How many wait for their batch to begin."""
        return len(self._waiting)

    def ask(self, question: Question) -> asyncio.Future[Answer]:
        """-> the answer, or the ChatError that refuses it. Who cancels it is not asked for any more."""
        answer: asyncio.Future[Answer] = self._loop.create_future()
        self._waiting.append((question, answer))
        if self._task is None or self._task.done():
            self._task = self._loop.create_task(self._run())
        return answer

    async def _run(self) -> None:
        while self._waiting:
            started = self._loop.time()
            batch = [self._waiting.popleft() for _ in range(min(self._batch_max, len(self._waiting)))]
            if batch := [(question, answer) for question, answer in batch if not answer.done()]:
                self._settle(batch, await self._answers([question for question, _ in batch]))
                self._measure((self._loop.time() - started) / len(batch))

    async def _answers(self, questions: list[Question]) -> list[Answer | ChatError]:
        try:
            return await in_pool(self._answer_all, questions)
        except ChatError as error:
            return [error] * len(questions)
        except Exception as error:
            refusal = Unavailable()
            refusal.request_id = new_request_id()
            logger.error("questions_failed", exc_info=error, extra={"request_id": refusal.request_id})
            return [refusal] * len(questions)

    def _settle(self, batch: list[tuple[Question, asyncio.Future[Answer]]], found: list[Answer | ChatError]) -> None:
        for (_, answer), result in zip(batch, found, strict=True):
            if answer.done():
                continue
            if isinstance(result, ChatError):
                answer.set_exception(result)
            else:
                answer.set_result(result)

    def _measure(self, seconds_each: float) -> None:
        if self.seconds_each:
            seconds_each = SMOOTHING * seconds_each + (1 - SMOOTHING) * self.seconds_each
        self.seconds_each = seconds_each
