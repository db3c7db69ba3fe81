"""One run: the frames, then the calls, on a server of its own, and what both left behind."""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from tests.fuzz.calling import Calling
from tests.fuzz.calls import operations
from tests.fuzz.failures import Failure, keep
from tests.fuzz.innocents import Innocents
from tests.fuzz.resources import Held, at_rest, settled
from tests.fuzz.speaking import Speaking
from tests.live import Server, call

WARM_FRAMES, WARM_CALLS = 4_000, 300
RSS_SLACK_KB = 64 * 1024  # of caches that fill and of the allocator's gaps; 10^7 frames that leak 8 bytes are more
DESCRIPTORS_SLACK = 16  # database and Redis connections of threads that had nothing to do before
LOG_MARKS = re.compile(r"^Traceback|command_failed|\bERROR\b|CRITICAL", re.MULTILINE)
ENTRIES = re.compile(r"\n(?=(?:ERROR|WARNING|INFO|CRITICAL): |\d{4}-\d\d-\d\d )")

Tell = Callable[[str, int], None]


class Outcome(NamedTuple):
    seed: int
    frames: int
    frames_seconds: float
    calls: int
    calls_seconds: float
    connections: int
    kinds: dict[str, int]
    statuses: dict[int, int]
    reached: int  # operations that answered a call with 2xx
    operations: int
    rounds: int
    worst_seconds: float
    before: Held
    after: Held
    complaints: list[str]


class Run:
    """`first`: the number of the first burst and call. `tell` hears of progress: ("frames" or "calls", how many)."""

    def __init__(
        self,
        var: Path,
        *,
        seed: int,
        frames: int,
        calls: int,
        first: int = 0,
        tell: Tell = lambda what, count: None,
    ) -> None:
        self.server = Server(var, DJANGO_SETTINGS_MODULE="tests.fuzz.settings")
        self.seed, self.frames, self.calls, self.first = seed, frames, calls, first
        self.tell = tell
        self.complaints: list[str] = []

    def run(self) -> Outcome:
        self.server.prepare().start()
        try:
            return self._run()
        finally:
            self.server.destroy()

    def _run(self) -> Outcome:
        self._speak(self.seed + 1, WARM_FRAMES, lambda count: None)
        self._call(self.seed + 1, WARM_CALLS, lambda count: None)
        before = at_rest(self.server)
        innocents = Innocents(self.server)
        innocents.start()
        speaking, frames_seconds = self._speak(self.seed, self.frames, lambda count: self.tell("frames", count))
        calling, calls_seconds = self._call(self.seed, self.calls, lambda count: self.tell("calls", count))
        innocents.finish()
        self._note(innocents)
        after = settled(self.server, descriptors=before.descriptors + DESCRIPTORS_SLACK, tasks=before.tasks)
        self._weigh(before, after)
        return Outcome(
            seed=self.seed,
            frames=speaking.frames,
            frames_seconds=frames_seconds,
            calls=calling.calls,
            calls_seconds=calls_seconds,
            connections=speaking.connections,
            kinds=dict(speaking.kinds.most_common()),
            statuses=dict(sorted(calling.statuses.items())),
            reached=len(calling.reached),
            operations=len(calling.operations),
            rounds=innocents.rounds,
            worst_seconds=innocents.worst_seconds,
            before=before,
            after=after,
            complaints=self.complaints,
        )

    def _speak(self, seed: int, frames: int, tell: Callable[[int], None]) -> tuple[Speaking, float]:
        speaking = Speaking(self.server, seed, itertools.count(self.first), frames, tell)
        seconds = timed(speaking.run())
        for failure, signed_in in speaking.failures:
            self._keep(failure, seed, signed_in=signed_in)
        self._read_log("frames")
        return speaking, seconds

    def _call(self, seed: int, calls: int, tell: Callable[[int], None]) -> tuple[Calling, float]:
        status, document = call(self.server.base, "GET", "/api/schema", Accept="application/vnd.oai.openapi+json")
        assert status == 200
        calling = Calling(self.server, seed, operations(document), itertools.count(self.first), calls, tell)
        seconds = timed(calling.run())
        for failure in calling.failures:
            self._keep(failure, seed)
        self._read_log("calls")
        return calling, seconds

    def _keep(self, failure: Failure, seed: int, *, signed_in: bool = True) -> None:
        path = keep(failure, seed=seed, signed_in=signed_in)
        self.complaints.append(f"{failure.door} {failure.number}: {failure.complaints[0]} (kept as {path.name})")

    def _read_log(self, when: str) -> None:
        found = log_complaints(self.server.log.read_text(errors="replace"))
        self.complaints += [f"in the log after the {when}: {entry}" for entry in found]

    def _note(self, innocents: Innocents) -> None:
        if innocents.complaint:
            self.complaints.append(f"two innocent members could not talk, {innocents.complaint}")

    def _weigh(self, before: Held, after: Held) -> None:
        if after.rss_kb > before.rss_kb + RSS_SLACK_KB:
            self.complaints.append(f"memory grew from {before.rss_kb} to {after.rss_kb} kB")
        if after.descriptors > before.descriptors + DESCRIPTORS_SLACK:
            self.complaints.append(f"descriptors grew from {before.descriptors} to {after.descriptors}")
        if after.tasks > before.tasks:
            self.complaints.append(f"tasks grew from {before.tasks} to {after.tasks}")


def log_complaints(text: str) -> list[str]:
    """-> the first few entries that a healthy server would not have logged."""
    entries = [entry for entry in ENTRIES.split(text) if LOG_MARKS.search(entry)]
    return [f"{entry[:300]} … {entry[-1_000:]}" for entry in entries[:3]]


def timed(work: Coroutine[Any, Any, None]) -> float:
    """Runs it on the fastest loop at hand -> seconds"""
    factory: Callable[[], asyncio.AbstractEventLoop] | None = None
    with suppress(ImportError):
        import uvloop

        factory = uvloop.new_event_loop
    started = time.monotonic()
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(work)
    return time.monotonic() - started
