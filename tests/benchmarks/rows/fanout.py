"""Saturation: five hundred in a room, and twenty-five rooms of twenty, in one run with other servers.

The old system is not at hand. Its figures follow from Node's, which were measured beside it on this kind of machine,
medians of three rounds: CPU per delivery 23.2 to 9.06 ms a thousand; durable deliveries/s 36,620 to 73,664 in a room
of 500, 2,550 to 25,173 in 25 rooms of 20.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

from tests.benchmarks import peers
from tests.benchmarks.bench import EMBEDDED, REAL, Bench
from tests.benchmarks.crowds import Crowd, rooms_of
from tests.benchmarks.figures import Figure, column, ratio
from tests.benchmarks.load import Outcome

OLD_BROADCAST_CPU = 23.2 / 9.06  # old system / Node
OLD_LARGE_RATE, OLD_SMALL_RATE = 36_620 / 73_664, 2_550 / 25_173
MEMBERS = 500
SMALL_ROOMS, SMALL_MEMBERS = 25, 20
BATCH = 32  # what the C broadcaster joins at most
LONG = {"window": BATCH, "seconds": 6.0}  # for those who deliver once in a while

Found = dict[str, list[Outcome]]


def broadcast(bench: Bench) -> list[Figure]:
    """Ours stores every message even here: it knows no other way."""
    row = f"broadcast, {MEMBERS} in a room"
    _, redis = bench.services()
    targets: dict[str, Any] = {
        "ours": bench.ours(REAL),
        "node": bench.start(peers.node(bench.directory, redis, None)),
        "joining": bench.start(peers.limit(bench.directory, BATCH)),
        "single": bench.start(peers.limit(bench.directory, 1)),
        "stock": bench.start(peers.stock(bench.directory, redis, None)),
        "daphne": bench.start(peers.stock(bench.directory, redis, None, "daphne")),
    }
    crowd = rooms_of(1, bench.people(MEMBERS), senders=1)
    options = {key: {"window": BATCH} for key in targets} | dict.fromkeys(("stock", "daphne"), LONG)
    found = bench.compare(row, {key: (target, crowd, options[key]) for key, target in targets.items()})
    cpu = {key: column(of, "cpu_per_1k_ms") for key, of in found.items()}
    return [
        ratio(
            f"{row}, CPU: old system / ours",
            20,
            30,
            cpu["node"],
            cpu["ours"],
            factor=OLD_BROADCAST_CPU,
            note="from Node's",
        ),
        ratio(f"{row}, CPU: Node / ours", 6, 12, cpu["node"], cpu["ours"]),
        ratio(f"{row}, CPU: ours / C that joins", 3, 1.6, cpu["ours"], cpu["joining"], less=True),
        ratio(f"{row}, CPU: C, one send() a delivery / ours", 0, 0, cpu["single"], cpu["ours"]),
        ratio(f"{row}, CPU: Channels tutorial on uvicorn / ours", 0, 0, cpu["stock"], cpu["ours"]),
        ratio(f"{row}, CPU: Channels tutorial on daphne / ours", 0, 0, cpu["daphne"], cpu["ours"]),
    ]


def large_room(bench: Bench) -> list[Figure]:
    crowd = rooms_of(1, bench.people(MEMBERS), senders=32)
    found = _durable(bench, f"durable, {MEMBERS} in a room", crowd, 32)
    return _against(f"durable, {MEMBERS} in a room", found, OLD_LARGE_RATE, (25, 45), (10, 20))


def small_rooms(bench: Bench) -> list[Figure]:
    row = f"durable, {SMALL_ROOMS} rooms of {SMALL_MEMBERS}"
    found = _durable(bench, row, rooms_of(SMALL_ROOMS, bench.people(SMALL_MEMBERS), senders=4), 100)
    return _against(row, found, OLD_SMALL_RATE, (30, 45), (3, 5))


def _durable(bench: Bench, row: str, crowd: Crowd, window: int) -> Found:
    targets: dict[str, Any] = {kind: bench.ours(kind) for kind in bench.kinds}
    if REAL in bench.kinds:
        database, redis = bench.services()
        targets["node"] = bench.shared("node", lambda: peers.node(bench.directory, redis, database))
        targets["stock"] = bench.shared("stock", lambda: peers.stock(bench.directory, redis, database))
    return bench.compare(row, {key: (target, crowd, {"window": window}) for key, target in targets.items()})


def _against(
    row: str, found: Found, old: float, old_marks: Sequence[float], node_marks: Sequence[float]
) -> list[Figure]:
    rate = {key: column(of, "rate") for key, of in found.items()}
    figures = [
        Figure(f"{row}, deliveries/s, ours, {kind}", 0, 0, rate[kind], "/s")
        for kind in found
        if kind in (REAL, EMBEDDED)
    ]
    if "node" not in found:
        return figures
    cpu = {key: statistics.median(column(of, "cpu_per_1k_ms")) for key, of in found.items()}
    by_cpu = cpu["node"] / cpu[REAL]
    return [
        *figures,
        ratio(
            f"{row}, deliveries/s: ours / old system",
            *old_marks,
            rate[REAL],
            rate["node"],
            factor=1 / old,
            note=f"from Node's; by CPU {by_cpu / old:.1f}",
        ),
        ratio(f"{row}, deliveries/s: ours / Node", *node_marks, rate[REAL], rate["node"], note=f"by CPU {by_cpu:.1f}"),
        ratio(
            f"{row}, deliveries/s: ours / Channels tutorial",
            0,
            0,
            rate[REAL],
            rate["stock"],
            note=f"by CPU {cpu['stock'] / cpu[REAL]:.0f}",
        ),
    ]
