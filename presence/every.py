"""Clockwork of the event loop."""

import asyncio
import math


class Every:
    """Due once in so many seconds, and until it is done."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._due_at = -math.inf

    def is_due(self) -> bool:
        return asyncio.get_running_loop().time() >= self._due_at

    def done(self) -> None:
        self.due_in(self._seconds)

    def due_in(self, seconds: float) -> None:
        self._due_at = asyncio.get_running_loop().time() + seconds
