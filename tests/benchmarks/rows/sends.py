"""Acknowledged durable sends a second: each sender waits for its ack, or has a few on their way."""

from __future__ import annotations

from tests.benchmarks.bench import Bench
from tests.benchmarks.crowds import Crowd, circle, rooms_of
from tests.benchmarks.figures import Figure, column

SENDERS = 64
ROOMS = 100
ROOMS_EACH = 25  # so that a room has 16 members
PIPELINED = 8  # sends of one connection on their way


def one_room(bench: Bench) -> list[Figure]:
    return _rows(bench, "in one room", rooms_of(1, bench.people(SENDERS), senders=SENDERS), 5000, 10000)


def many_rooms(bench: Bench) -> list[Figure]:
    people = bench.people(SENDERS)
    return _rows(bench, f"over {ROOMS} rooms", circle(people, ROOMS, ROOMS_EACH, senders=SENDERS), 3000, 6000)


def _rows(bench: Bench, where: str, crowd: Crowd, bar: float, goal: float) -> list[Figure]:
    figures = []
    for how, depth in (("waiting", 1), (f"{PIPELINED} on their way", PIPELINED)):
        row = f"acked sends, {SENDERS} senders {where}, {how}"
        for kind, of in bench.each(row, crowd, depth=depth).items():
            note = f"p99 of an ack {max(column(of, 'ack_p99')):.0f} ms"
            figures.append(Figure(f"{row}, {kind}", bar, goal, column(of, "ack_rate"), "/s", note=note))
    return figures
