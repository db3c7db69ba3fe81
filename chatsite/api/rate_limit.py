"""Token buckets that all processes share in Redis; while Redis is away each process counts for itself."""

import threading
import time
from typing import NamedTuple

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from chatsite import redis_address
from chatsite.errors import RateLimited
from chatsite.live import setting

TIMEOUT_SECONDS = 0.3
REDIS_PAUSE_SECONDS = 5.0  # after a failure nobody waits for Redis again before that
LOCAL_BUCKETS_MAX = 10_000

# KEYS[1] bucket · ARGV: tokens a second, capacity, tokens to take (negative: to give back).
# -> seconds to wait, "0" when taken. The clock is Redis's own; commands of Redis 6.0 only.
_TAKE = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local rate, burst, cost = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local bucket = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens, at = tonumber(bucket[1]) or burst, tonumber(bucket[2]) or now
tokens = math.min(burst, tokens + math.max(0, now - at) * rate)
if cost > 0 and tokens < cost then return tostring((cost - tokens) / rate) end
redis.call('HSET', KEYS[1], 'tokens', tostring(math.min(burst, tokens - cost)), 'at', string.format('%.6f', now))
redis.call('PEXPIRE', KEYS[1], math.ceil(burst / rate * 1000))
return '0'
"""


class Rate(NamedTuple):
    per_second: float
    burst: int


# The contract's limits, by name.
RATES = {
    "sign_in": Rate(10 / 60, 10),  # failed ones, per account
    "sign_in_address": Rate(60 / 60, 60),  # failed ones, per address
    "register": Rate(20 / 60, 300),  # per address
    "password_reset": Rate(20 / 60, 20),  # per address
    "mail": Rate(3 / 600, 3),  # per receiver
    "search": Rate(60 / 60, 60),  # per user
    "export": Rate(4 / 3600, 4),  # per user
    "join_by_code": Rate(10 / 60, 10),  # per user
}


def limit(name: str, key: object, rate: float | None = None, burst: int | None = None) -> None:
    """Takes one token or raises RateLimited. `rate` is in tokens a second; without it the named one of RATES counts."""
    wait = _take(name, key, _rate(name, rate, burst), 1)
    if wait > 0:
        raise RateLimited(wait)


def give_back(name: str, key: object, rate: float | None = None, burst: int | None = None) -> None:
    """Undoes one `limit`: for limits that count failures only."""
    _take(name, key, _rate(name, rate, burst), -1)


def _rate(name: str, per_second: float | None, burst: int | None) -> Rate:
    return RATES[name] if per_second is None else Rate(per_second, burst or max(1, round(per_second)))


def _take(name: str, key: object, rate: Rate, cost: int) -> float:
    if not setting("RATE_LIMITS"):
        return 0
    bucket = f"{settings.REDIS_PREFIX}:limit:{name}:{key}"
    wait = _shared.take(bucket, rate, cost)
    return _local.take(bucket, rate, cost) if wait is None else wait


class SharedBuckets:
    """In Redis. The client is made at first use, after a fork if there is one."""

    def __init__(self) -> None:
        self._client: Redis | None = None
        self._paused_until = 0.0

    def take(self, bucket: str, rate: Rate, cost: int) -> float | None:
        """-> seconds to wait, or None: Redis is away."""
        if time.monotonic() < self._paused_until:
            return None
        try:
            return float(self._redis().eval(_TAKE, 1, bucket, rate.per_second, rate.burst, cost))
        except RedisError:
            self._paused_until = time.monotonic() + REDIS_PAUSE_SECONDS
            return None

    def _redis(self) -> Redis:
        if self._client is None:
            self._client = redis_address.client(
                settings.REDIS_URL,
                socket_timeout=TIMEOUT_SECONDS,
                socket_connect_timeout=TIMEOUT_SECONDS,
                retry=Retry(NoBackoff(), 0),
            )
        return self._client


class LocalBuckets:
    """In this process. Bounded: the buckets that waited longest for their owner are forgotten, as if refilled."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}  # bucket -> tokens, at which time

    def take(self, bucket: str, rate: Rate, cost: int) -> float:
        now = time.monotonic()
        with self._lock:
            tokens, at = self._buckets.pop(bucket, (float(rate.burst), now))
            tokens = min(rate.burst, tokens + (now - at) * rate.per_second)
            taken = cost <= 0 or tokens >= cost
            self._buckets[bucket] = (min(rate.burst, tokens - cost) if taken else tokens, now)
            if len(self._buckets) > LOCAL_BUCKETS_MAX:
                del self._buckets[next(iter(self._buckets))]
        return 0 if taken else (cost - tokens) / rate.per_second


_shared = SharedBuckets()
_local = LocalBuckets()
