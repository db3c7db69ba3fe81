"""A row of the table: what was measured against a bar and a goal."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import NamedTuple

from tests.benchmarks.load import Outcome


class Figure(NamedTuple):
    """`values`: one a round; none = not run. A bar of 0 with `less` means: never, in no round."""

    row: str
    bar: float
    goal: float
    values: Sequence[float] = ()
    unit: str = ""
    less: bool = False  # is less better?
    note: str = ""

    @property
    def value(self) -> float | None:
        if not self.values:
            return None
        # What must never happen is not averaged away.
        return max(self.values) if self.is_forbidden else statistics.median(self.values)

    @property
    def is_forbidden(self) -> bool:
        return self.less and self.bar == 0

    @property
    def has_marks(self) -> bool:
        return self.less or self.goal > 0

    def verdict(self) -> str:
        if self.value is None:
            return "not run"
        if not self.has_marks:
            return ""
        if self._meets(self.goal):
            return "goal"
        return "bar" if self._meets(self.bar) else "**below the bar**"

    def _meets(self, mark: float) -> bool:
        assert self.value is not None
        return self.value <= mark if self.less else self.value >= mark


def ratio(
    row: str,
    bar: float,
    goal: float,
    ours: Sequence[float],
    theirs: Sequence[float],
    *,
    less: bool = False,
    factor: float = 1,
    note: str = "",
) -> Figure:
    """ours / theirs, round by round; with `factor`, another system's figure that follows from theirs."""
    values = [factor * a / b for a, b in zip(ours, theirs, strict=True)]
    return Figure(row, bar, goal, values, "×", less, note)


def column(outcomes: Sequence[Outcome], name: str) -> list[float]:
    return [float(outcome[name]) for outcome in outcomes]


def faults(outcomes: Sequence[Outcome]) -> list[float]:
    """Lost, doubled, out of order or damaged, by round."""
    return [float(sum(outcome[kind] for kind in ("lost", "doubled", "reordered", "damaged"))) for outcome in outcomes]
