"""The rows of the table; BENCH_ONLY picks some by these names."""

from tests.benchmarks.bench import Row
from tests.benchmarks.rows import crowds_at_rest, fanout, history, latency, sends, trouble, workers

ROWS: dict[str, Row] = {
    "broadcast": fanout.broadcast,
    "durable_500": fanout.large_room,
    "durable_25x20": fanout.small_rooms,
    "calm": latency.calm,
    "high": latency.high,
    "slow": latency.slow,
    "idle": crowds_at_rest.idle,
    "workers": workers.two_workers,
    "history": history.page,
    "redis_killed": trouble.without_redis,
    "dropped": crowds_at_rest.dropped,
    "sends_one_room": sends.one_room,
    "sends_100_rooms": sends.many_rooms,
}

WITHOUT_MARIADB = {"calm", "high", "slow", "sends_one_room", "sends_100_rooms"}  # the others are about real services
