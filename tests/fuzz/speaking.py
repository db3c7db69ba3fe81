"""Frames without end: many sockets of many people, each with a burst on its way."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator

from tests.fuzz.bursts import Burst, make_burst
from tests.fuzz.failures import Failure, shrunk, stored
from tests.fuzz.grammar import Case
from tests.fuzz.people import Place, pair
from tests.fuzz.speaker import Complaint, Speaker
from tests.live import Server

PAIRS = 4
SOCKETS_EACH = 2
BURSTS_EACH = 200  # then other people take over: their rooms have become long, their names odd
FAILURES_MAX = 10


class Speaking:
    """`frames` have been sent and judged; `kinds` counts them by mutation."""

    def __init__(
        self, server: Server, seed: int, numbers: Iterator[int], enough: int, tell: Callable[[int], None]
    ) -> None:
        self.server = server
        self.seed = seed
        self.enough = enough
        self.frames = 0
        self.connections = 0
        self.kinds: Counter[str] = Counter()
        self.failures: list[tuple[Failure, bool]] = []
        self._numbers = numbers
        self._tell = tell

    async def run(self) -> None:
        await asyncio.gather(*(self._two_people() for _ in range(PAIRS)))

    async def _two_people(self) -> None:
        while self._goes_on:
            places = await asyncio.to_thread(pair, self.server)
            await asyncio.gather(*(self._socket(place) for place in places for _ in range(SOCKETS_EACH)))

    @property
    def _goes_on(self) -> bool:
        return self.frames < self.enough and len(self.failures) < FAILURES_MAX

    async def _socket(self, place: Place) -> None:
        speaker: Speaker | None = None
        for _ in range(BURSTS_EACH):
            if not self._goes_on or place.is_stale:
                break
            burst = make_burst(self.seed, next(self._numbers), place.fill)
            if not burst.signed_in:
                await self._knock(place, burst)
                continue
            speaker = speaker or await self._open(place)
            await self._judge(place, burst, await speaker.burst(burst.cases))
            if not speaker.is_open:
                speaker = None
        if speaker:
            speaker.close()

    async def _open(self, place: Place, *, signed_in: bool = True) -> Speaker:
        self.connections += 1
        return await Speaker.open(place, signed_in=signed_in)

    async def _knock(self, place: Place, burst: Burst) -> None:
        speaker = await self._open(place, signed_in=False)
        await self._judge(place, burst, await speaker.burst(burst.cases))
        speaker.close()

    async def _judge(self, place: Place, burst: Burst, complaints: list[Complaint]) -> None:
        self.frames += len(burst.cases)
        self.kinds.update(case.kind for case in burst.cases)
        self._tell(len(burst.cases))
        if complaints:
            await self._keep(place, burst, complaints)

    async def _keep(self, place: Place, burst: Burst, complaints: list[Complaint]) -> None:
        async def fails(cases: list[Case]) -> bool:
            return bool(await replay(place, cases, signed_in=burst.signed_in))

        least = await shrunk(burst.cases, fails)
        told = [f"{c.what} {c.frame.decode(errors='replace')}".strip() for c in complaints[:5]]
        self.failures.append((Failure("frames", burst.number, told, [stored(c) for c in least]), burst.signed_in))


async def replay(place: Place, cases: list[Case], *, signed_in: bool) -> list[Complaint]:
    """The same frames on a connection of their own. -> what is wrong with the answers"""
    speaker = await Speaker.open(place, signed_in=signed_in)
    complaints = await speaker.burst(cases)
    speaker.close()
    return complaints
