"""The newest page of a room, with the access check, on one core."""

from __future__ import annotations

import statistics

from tests.benchmarks import machine
from tests.benchmarks.bench import REAL, WARM_SECONDS, Bench
from tests.benchmarks.crowds import rooms_of
from tests.benchmarks.figures import Figure, column
from tests.benchmarks.load import Outcome
from tests.benchmarks.pages import ask

MEMBERS, CONNECTIONS = 20, 8


def page(bench: Bench) -> list[Figure]:
    ours = bench.ours(REAL)
    rest = bench.start(ours.rest_group())
    ports = {"through the ASGI server": ours.servers[0].port, "own WSGI group": rest.port}
    outcomes: dict[str, list[Outcome]] = {way: [] for way in ports}
    with machine.alone():
        seated = ours.seat(rooms_of(1, MEMBERS, senders=1))
        ours.run(seated, rate=100, warm=0, seconds=2)  # something to read
        path, tokens = f"/api/rooms/{seated.rooms[0]}/messages?limit=50", seated.tokens[:CONNECTIONS]
        pids = [*ours.pids(), *rest.pids()]
        for turn in range(bench.rounds):
            for way in list(ports)[:: 1 if turn % 2 == 0 else -1]:
                machine.settle(pids)
                outcome = ask(ports[way], path, tokens, pids, warm=WARM_SECONDS, seconds=bench.seconds)
                outcomes[way].append(outcome)
                bench.record(f"newest history page, {way}", ours.name, outcome)
    bench.audit(ours)
    return [
        _figure("through the ASGI server", 500, 900, outcomes),
        _figure("own WSGI group", 1500, 2000, outcomes),
    ]


def _figure(way: str, bar: float, goal: float, outcomes: dict[str, list[Outcome]]) -> Figure:
    columns = (column(outcomes[way], name) for name in ("cpu_ms", "p99", "load_share"))
    cpu, p99, load = map(statistics.median, columns)
    note = f"{cpu:.2f} ms of CPU each, p99 {p99:.0f} ms, load {load:.2f} cores"
    values = column(outcomes[way], "requests")
    return Figure(f"newest history page, 50 messages, {way}", bar, goal, values, "/s", note=note)
