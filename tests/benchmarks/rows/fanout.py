"""Saturation: five hundred in a room, and twenty-five rooms of twenty, every message committed first."""

from __future__ import annotations

from tests.benchmarks.bench import Bench
from tests.benchmarks.crowds import Crowd, rooms_of
from tests.benchmarks.figures import Figure, column


def large_room(bench: Bench) -> list[Figure]:
    return _durable(bench, "durable, 500 in a room", rooms_of(1, bench.people(500), senders=32), 32)


def small_rooms(bench: Bench) -> list[Figure]:
    return _durable(bench, "durable, 25 rooms of 20", rooms_of(25, bench.people(20), senders=4), 100)


def _durable(bench: Bench, row: str, crowd: Crowd, window: int) -> list[Figure]:
    found = bench.each(row, crowd, window=window)
    return [Figure(f"{row}, deliveries/s, {kind}", 0, 0, column(of, "rate"), "/s") for kind, of in found.items()]
