"""Ten thousand who say nothing, and two thousand who all come back at once."""

from __future__ import annotations

import time

from tests.benchmarks import machine
from tests.benchmarks.bench import REAL, Bench
from tests.benchmarks.crowds import circle, rooms_of
from tests.benchmarks.figures import Figure, column, faults
from tests.benchmarks.load import Outcome
from tests.benchmarks.ours import RETURN, Ours

IDLE, ROOMS, ROOMS_EACH = 10_000, 1_000, 10
CALM_DOWN_SECONDS, LOOK_SECONDS = 4.0, 8.0  # memory has settled; idle CPU is measured
HANDSHAKES = 64  # at the same time
DROPPED_ROOMS, DROPPED_EACH = 4, 500
MISSED = 40  # messages said while they were away


def idle(bench: Bench) -> list[Figure]:
    """Once, on a fresh process: what it holds and uses is that process's own, without MariaDB and Redis."""
    database, redis = bench.services()
    with Ours("ours, fresh", bench.directory, database=database, redis=redis) as ours, machine.alone():
        seated = ours.seat(circle(bench.people(IDLE), ROOMS, ROOMS_EACH, senders=0))
        server = ours.server_pids()
        before = machine.memory_kb(server)

        def look(outcome: Outcome) -> None:
            time.sleep(CALM_DOWN_SECONDS)
            outcome["held_kb"] = machine.memory_kb(server)
            used = machine.cpu_seconds(server)
            time.sleep(LOOK_SECONDS)
            outcome["idle_percent"] = (machine.cpu_seconds(server) - used) / LOOK_SECONDS * 100

        outcome = ours.run(seated, hold=1, concurrency=HANDSHAKES, at={"HELD": look})
    bench.record("idle", ours.name, outcome)
    accepted = outcome["joined"] / outcome["join_seconds"]
    assert outcome["alive"] == outcome["joined"], "some of the idle were sent away"
    memory = f"{before / 1024:.0f} MB before, {outcome['held_kb'] / 1024:.0f} MB with them"
    each_kb = (outcome["held_kb"] - before) / outcome["joined"]
    who = f"{outcome['joined']:,} idle connections, {ROOMS_EACH} rooms a user"
    note = f"server stack {outcome['join_cpu_ms']:.2f} ms of CPU each"
    return [
        Figure(f"{who}: memory each", 35, 24, [each_kb], "kB", less=True, note=memory),
        Figure(f"{who}: accepted and authenticated", 800, 1700, [accepted], "/s", note=note),
        Figure(f"{who}: idle CPU", 3, 1, [outcome["idle_percent"]], "%", less=True),
    ]


def dropped(bench: Bench) -> list[Figure]:
    """Every round in rooms of its own, whose version everybody knows."""
    ours, outcomes = bench.ours(REAL), []
    crowd = rooms_of(DROPPED_ROOMS, bench.people(DROPPED_EACH), senders=1)
    with machine.alone():
        for _ in range(bench.rounds):
            seated = ours.seat(crowd)
            returning = RETURN.replace("VERSION", str(seated.version))
            outcomes.append(ours.run(seated, drop=MISSED, returning=returning))
            bench.record("dropped", ours.name, outcomes[-1])
    bench.audit(ours)
    row = f"{len(crowd):,} sockets dropped at once"
    return [
        Figure(f"{row}: all caught up", 30, 10, column(outcomes, "return_seconds"), "s", less=True),
        Figure(f"{row}: messages missed for good or out of order", 0, 0, faults(outcomes), "", less=True),
    ]
