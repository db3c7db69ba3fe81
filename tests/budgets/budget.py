"""What the client may cost. Every line of issue 5 §2 stands here, measured or not."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass

RUNS = 5


@dataclass(frozen=True)
class Budget:
    what: str
    most: float
    unit: str
    """None: another program measures it."""
    measure: Callable[[], float] | None = None
    runs: int = RUNS
    elsewhere: str = ""
    """What measures it, when this program does not."""


@dataclass(frozen=True)
class Figure:
    budget: Budget
    values: tuple[float, ...]
    failure: str = ""

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def holds(self) -> bool:
        return bool(self.values) and self.median <= self.budget.most

    def row(self) -> str:
        limit = f"{self.budget.most:g} {self.budget.unit}"
        if self.failure:
            return f"| {self.budget.what} | {limit} | could not be measured: {self.failure} | no |"
        if not self.values:
            return f"| {self.budget.what} | {limit} | not here: {self.budget.elsewhere} | |"
        spread = f" ({min(self.values):.4g} to {max(self.values):.4g})" if len(self.values) > 1 else ""
        return f"| {self.budget.what} | {limit} | {self.median:.4g}{spread} | {'yes' if self.holds else 'NO'} |"


def take(budget: Budget) -> Figure:
    if budget.measure is None:
        return Figure(budget, ())
    try:
        return Figure(budget, tuple(budget.measure() for _ in range(budget.runs)))
    except Exception as failure:  # one that fails must not hide the others; it counts as not held
        return Figure(budget, (), f"{type(failure).__name__}: {failure}".splitlines()[0][:200])


HEAD = "| what | at most | measured (median, range) | held |\n|---|---|---|---|"
