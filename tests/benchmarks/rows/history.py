"""The newest page of a room, with the access check, on one core."""

from __future__ import annotations

import statistics

from tests.benchmarks import machine
from tests.benchmarks.bench import REAL, WARM_SECONDS, Bench
from tests.benchmarks.crowds import rooms_of
from tests.benchmarks.figures import Figure, column
from tests.benchmarks.pages import ask
from tests.live import ROOT

MEMBERS, CONNECTIONS = 20, 8
WSGI = ROOT / "chatsite" / "wsgi.py"


def page(bench: Bench) -> list[Figure]:
    ours, outcomes = bench.ours(REAL), []
    with machine.alone():
        seated = ours.seat(rooms_of(1, MEMBERS, senders=1))
        ours.run(seated, rate=100, warm=0, seconds=2)  # something to read
        path = f"/api/rooms/{seated.rooms[0]}/messages?limit=50"
        for _ in range(bench.rounds):
            machine.settle(ours.pids())
            tokens, port = seated.tokens[:CONNECTIONS], ours.servers[0].port
            outcomes.append(ask(port, path, tokens, ours.pids(), warm=WARM_SECONDS, seconds=bench.seconds))
            bench.record("newest history page", ours.name, outcomes[-1])
    bench.audit(ours)
    row = "newest history page, 50 messages"
    cpu, p99, load = (statistics.median(column(outcomes, name)) for name in ("cpu_ms", "p99", "load_share"))
    note = f"{cpu:.2f} ms of CPU each, p99 {p99:.0f} ms, load {load:.2f} cores"
    return [
        Figure(f"{row}, through the ASGI server", 500, 900, column(outcomes, "requests"), "/s", note=note),
        Figure(f"{row}, own WSGI group", 1500, 2000, note="" if WSGI.exists() else "there is no chatsite/wsgi.py"),
    ]
