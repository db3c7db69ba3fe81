"""Token buckets in this process's memory: what one user or one connection may do a second.

Each bucket is one number, the time at which it will be full again (GCRA), in whole nanoseconds: no drift, and in
any window of w seconds at most `burst + w * rate` are admitted.
"""

import threading
import time
from collections.abc import Callable, Hashable

from chatsite.errors import RateLimited
from chatsite.live import setting

SECOND = 1_000_000_000  # nanoseconds
MILLISECOND = 1_000_000


class TokenBuckets:
    """A bucket for each key: `rate` tokens a second, at most `burst` at once. `clock` tells nanoseconds."""

    def __init__(self, *, rate: int, burst: int, clock: Callable[[], int] = time.monotonic_ns) -> None:
        self._interval = -(-SECOND // rate)  # rounded up: rather a nanosecond late than one too many
        self._depth = burst * self._interval
        self._clock = clock
        self._full_at: dict[Hashable, int] = {}  # in the order of the last admission
        self._lock = threading.Lock()  # REST threads and the event loop share a user's bucket

    def take(self, key: Hashable) -> None:
        """Takes a token, or raises RateLimited with the time after which there will be one."""
        if setting("RATE_LIMITS") and (wait := self._wait_after_taking(key)):
            raise RateLimited(-(-wait // MILLISECOND) / 1000)  # rounded up: whoever waits that long is admitted

    def _wait_after_taking(self, key: Hashable) -> int:
        """-> nanoseconds until there is a token; 0 = taken."""
        with self._lock:
            now = self._clock()
            self._forget_full(now)
            full_at = max(self._full_at.get(key, now), now) + self._interval
            if full_at - now > self._depth:
                return full_at - now - self._depth
            self._full_at.pop(key, None)
            self._full_at[key] = full_at
            return 0

    def _forget_full(self, now: int) -> None:
        """A full bucket is as good as none: what stays was used in the last `burst / rate` seconds."""
        while self._full_at:
            oldest = next(iter(self._full_at))
            if self._full_at[oldest] > now:
                return
            del self._full_at[oldest]

    def __len__(self) -> int:
        return len(self._full_at)


sends = TokenBuckets(rate=20, burst=60)  # by user id
typing = TokenBuckets(rate=1, burst=1)  # by user id
frames = TokenBuckets(rate=200, burst=1000)  # by connection id; well above what the other limits announce
