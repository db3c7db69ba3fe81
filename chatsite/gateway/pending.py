"""The pipelined commands of one connection that wait for their reply."""

import asyncio


class Pending:
    __slots__ = ("_fewer", "count")

    def __init__(self) -> None:
        self.count = 0
        self._fewer: asyncio.Event | None = None  # made when somebody waits

    def add(self) -> None:
        self.count += 1

    def remove(self) -> None:
        self.count -= 1
        if self._fewer is not None:
            self._fewer.set()

    async def at_most(self, count: int) -> None:
        """Until no more than `count` are left."""
        while self.count > count:
            self._fewer = self._fewer or asyncio.Event()
            self._fewer.clear()
            await self._fewer.wait()
