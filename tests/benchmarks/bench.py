"""What the rows share: services, targets, rounds, and the record of every run."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple, Self

from tests.benchmarks import machine
from tests.benchmarks.crowds import Crowd
from tests.benchmarks.load import Outcome
from tests.benchmarks.ours import Ours
from tests.benchmarks.services import MariaDB, Redis, find_mariadb

REAL, EMBEDDED = "MariaDB + Redis", "embedded"
WARM_SECONDS, WINDOW_SECONDS = 1.0, 3.0


class Run(NamedTuple):
    """One load against one target."""

    row: str
    target: str
    outcome: Outcome


class Bench:
    """`rounds`: how often each load is repeated, the targets taking turns. `scale` < 1 shrinks crowds (smoke test)."""

    def __init__(
        self,
        directory: Path,
        *,
        rounds: int = 3,
        seconds: float = WINDOW_SECONDS,
        kinds: Sequence[str] = (REAL, EMBEDDED),
        scale: float = 1,
    ) -> None:
        self.directory, self.rounds, self.seconds, self.scale = directory, rounds, seconds, scale
        self.kinds = [kind for kind in kinds if kind == EMBEDDED or find_mariadb()]
        self.runs: list[Run] = []
        self.audited = 0
        self._stack = ExitStack()
        self._ours: dict[tuple[str, int], Ours] = {}
        self._shared: dict[str, Any] = {}
        self._services: tuple[MariaDB, Redis] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self._stack.__exit__(*problem)

    def people(self, number: int) -> int:
        return max(4, round(number * self.scale))

    def services(self) -> tuple[MariaDB, Redis]:
        if self._services is None:
            database, redis = MariaDB(self.directory), Redis(self.directory)
            self._stack.callback(database.stop)
            self._stack.callback(redis.stop)
            self._services = database, redis
        return self._services

    def ours(self, kind: str, workers: int = 1) -> Ours:
        """A running chat, started when first asked for."""
        if (kind, workers) not in self._ours:
            database, redis = self.services() if kind == REAL else (None, None)
            name = f"ours, {kind}" + (f", {workers} workers" if workers > 1 else "")
            made = Ours(name, self.directory, database=database, redis=redis, workers=workers)
            self._ours[kind, workers] = self._stack.enter_context(made)
        return self._ours[kind, workers]

    def start(self, target: Any) -> Any:
        """A target that lives as long as this benchmark."""
        return self._stack.enter_context(target)

    def shared(self, key: str, make: Callable[[], Any]) -> Any:
        """The same for several rows."""
        if key not in self._shared:
            self._shared[key] = self.start(make())
        return self._shared[key]

    def compare(self, row: str, targets: Mapping[str, tuple[Any, Crowd, dict[str, Any]]]) -> dict[str, list[Outcome]]:
        """The same load for each target, forward and backward in turn -> {key: outcome by round}; audits ours."""
        found: dict[str, list[Outcome]] = {key: [] for key in targets}
        with machine.alone():
            seated = {key: target.seat(crowd) for key, (target, crowd, _) in targets.items()}
            for turn in range(self.rounds):
                for key in list(targets)[:: 1 if turn % 2 == 0 else -1]:
                    target, _, options = targets[key]
                    self._wait_for_everybody(targets)
                    outcome = target.run(seated[key], **{"warm": WARM_SECONDS, "seconds": self.seconds, **options})
                    found[key].append(outcome)
                    self.record(row, target.name, outcome)
        self.audit(*(target for target, _, _ in targets.values()))
        return found

    def _wait_for_everybody(self, targets: Mapping[str, tuple[Any, Crowd, dict[str, Any]]]) -> None:
        """What the last one left behind would be paid for by the next."""
        machine.settle([pid for target, _, _ in targets.values() for pid in target.pids()])

    def each(self, row: str, crowd: Crowd, **options: Any) -> dict[str, list[Outcome]]:
        """The same, for ours on each kind of services."""
        return self.compare(row, {kind: (self.ours(kind), crowd, options) for kind in self.kinds})

    def record(self, row: str, target: str, outcome: Outcome) -> None:
        self.runs.append(Run(row, target, outcome))

    def audit(self, *targets: Any) -> None:
        self.audited += sum(target.audit() for target in targets)


Row = Callable[[Bench], list[Any]]
