"""What a second worker costs: each hears every message, on the same core."""

from __future__ import annotations

from tests.benchmarks.bench import REAL, Bench
from tests.benchmarks.crowds import rooms_of
from tests.benchmarks.figures import Figure, column, ratio

MEMBERS, SENDERS, WINDOW = 500, 32, 32


def two_workers(bench: Bench) -> list[Figure]:
    row = "CPU per delivery with 2 workers / with 1"
    crowd = rooms_of(1, bench.people(MEMBERS), senders=SENDERS)
    load = {"window": WINDOW}
    found = bench.compare(row, {"one": (bench.ours(REAL), crowd, load), "two": (bench.ours(REAL, 2), crowd, load)})
    one, two = (column(found[key], "cpu_per_1k_ms") for key in ("one", "two"))
    return [ratio(row, 1.25, 1.05, two, one, less=True)]
