"""Honest latency: messages on a clock, one sender, five hundred members."""

from __future__ import annotations

from tests.benchmarks.bench import Bench
from tests.benchmarks.crowds import rooms_of
from tests.benchmarks.figures import Figure, column, faults

MEMBERS = 500
SLOW = 12
CALM, HIGH = 150, 1500  # messages/s


def calm(bench: Bench) -> list[Figure]:
    row = f"{CALM} messages/s into {MEMBERS} members"
    found = bench.each(row, rooms_of(1, bench.people(MEMBERS), senders=1), rate=CALM)
    return [Figure(f"{row}, p99, {kind}", 40, 15, column(of, "p99"), "ms", less=True) for kind, of in found.items()]


def high(bench: Bench) -> list[Figure]:
    row = f"{HIGH} messages/s into {MEMBERS} members"
    found = bench.each(row, rooms_of(1, bench.people(MEMBERS), senders=1), rate=HIGH)
    return [
        figure
        for kind, of in found.items()
        for figure in (
            Figure(f"{row}, p99, {kind}", 60, 30, column(of, "p99"), "ms", less=True),
            Figure(f"{row}, lost or out of order, {kind}", 0, 0, faults(of), "", less=True),
        )
    ]


def slow(bench: Bench) -> list[Figure]:
    row = f"{SLOW} of {MEMBERS} members stop reading"
    crowd = rooms_of(1, bench.people(MEMBERS), senders=1, slow=min(SLOW, bench.people(MEMBERS) // 4))
    found = bench.each(row, crowd, rate=CALM)
    return [
        figure
        for kind, of in found.items()
        for figure in (
            Figure(f"{row}, p99 of the others, {kind}", 20, 5, column(of, "p99"), "ms", less=True),
            Figure(f"{row}, lost to the others, {kind}", 0, 0, faults(of), "", less=True),
        )
    ]
