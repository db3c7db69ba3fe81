"""The tables: figures against bar and goal, and every load that was run."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from datetime import UTC, datetime

from tests.benchmarks import machine
from tests.benchmarks.bench import Bench, Run
from tests.benchmarks.figures import Figure

SHOWN = {
    "deliveries/s": ("rate", 0),
    "acks/s": ("ack_rate", 0),
    "CPU ms / 1k": ("cpu_per_1k_ms", 3),
    "p50 ms": ("p50", 1),
    "p99 ms": ("p99", 1),
    "lost": ("lost", 0),
    "doubled": ("doubled", 0),
    "reordered": ("reordered", 0),
    "refused": ("refused", 0),
    "sockets closed": ("gone", 0),
    "server cores": ("server_share", 2),
    "load cores": ("load_share", 2),
    "load's ceiling/s": ("load_ceiling", 0),
    "load late ms": ("late_ms", 1),
}


def report(bench: Bench, figures: Sequence[Figure], command: str, seconds: float) -> str:
    made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    parts = [
        f"`{command}` on {made}: {machine.description()}; {bench.rounds} rounds, {seconds / 60:.0f} minutes.",
        table(figures),
        f"Audited afterwards: {bench.audited:,} acknowledged messages, each with its exact id, room, seq and content.",
        "Every load, medians:",
        runs_table(bench.runs),
    ]
    return "\n\n".join(parts) + "\n"


def table(figures: Sequence[Figure]) -> str:
    rows = ["| figure | bar | goal | measured | min-max | verdict |", "|---|---|---|---|---|---|"]
    return "\n".join(rows + [_row(figure) for figure in figures])


def _row(figure: Figure) -> str:
    name = f"{figure.row} ({figure.note})" if figure.note else figure.row
    if figure.value is None:
        return f"| {name} | {_mark(figure, figure.bar)} | {_mark(figure, figure.goal)} | – | – | not run |"
    low, high = min(figure.values), max(figure.values)
    return (
        f"| {name} | {_mark(figure, figure.bar)} | {_mark(figure, figure.goal)} | {number(figure.value)} {figure.unit} "
        f"| {number(low)}-{number(high)} | {figure.verdict()} |"
    )


def _mark(figure: Figure, mark: float) -> str:
    return number(mark) if figure.has_marks else "–"


def number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def runs_table(runs: Sequence[Run]) -> str:
    head = ["| load | server | " + " | ".join(SHOWN) + " |", "|---" * (2 + len(SHOWN)) + "|"]
    pairs = dict.fromkeys((run.row, run.target) for run in runs if "rate" in run.outcome)
    return "\n".join(head + [_run_row(row, target, runs) for row, target in pairs])


def _run_row(row: str, target: str, runs: Sequence[Run]) -> str:
    outcomes = [run.outcome for run in runs if (run.row, run.target) == (row, target)]
    medians = (f"{statistics.median(o[name] for o in outcomes):.{digits}f}" for name, digits in SHOWN.values())
    return f"| {row} | {target} | {' | '.join(medians)} |"
