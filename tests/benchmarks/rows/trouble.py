"""Redis dies while two nodes talk to each other."""

from __future__ import annotations

import time

from tests.benchmarks import machine
from tests.benchmarks.bench import Bench
from tests.benchmarks.crowds import rooms_of
from tests.benchmarks.figures import Figure, faults
from tests.benchmarks.load import Outcome
from tests.benchmarks.ours import Ours
from tests.benchmarks.services import Redis

MEMBERS, SENDERS, RATE = 100, 2, 50
BEFORE_SECONDS, SECONDS = 2.0, 8.0


def without_redis(bench: Bench) -> list[Figure]:
    database, outcomes = bench.services()[0], []
    redis = Redis(bench.directory)

    def kill(_outcome: Outcome) -> None:
        time.sleep(BEFORE_SECONDS)
        redis.kill()

    try:
        with Ours("ours, 2 nodes", bench.directory, database=database, redis=redis, nodes=2) as ours, machine.alone():
            seated = ours.seat(rooms_of(1, bench.people(MEMBERS), senders=SENDERS))
            for turn in range(bench.rounds):
                if turn:
                    redis.start()
                outcomes.append(ours.run(seated, rate=RATE, seconds=SECONDS, at={"START": kill}))
                bench.record("Redis killed", ours.name, outcomes[-1])
            bench.audit(ours)
    finally:
        redis.stop()
    worst = [outcome["worst"] / 1e3 for outcome in outcomes]
    return [
        Figure("Redis killed, two nodes: worst delay of a delivery", 2, 1, worst, "s", less=True),
        Figure("Redis killed, two nodes: lost or out of order", 0, 0, faults(outcomes), "", less=True),
    ]
