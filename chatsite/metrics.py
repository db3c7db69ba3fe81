"""What this process counts for Prometheus (chatsite/api/metrics.py shows it).

Labels are words of this program: routes, commands, codes, names of queues. Never an id, a name or anything that came
in from outside. What happens to many receivers at once is counted once, by their number.
"""

import re
from bisect import bisect_left
from collections import Counter as Counts
from collections.abc import Callable, Container, Iterable
from functools import cache
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

registry = CollectorRegistry()

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
SIZES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
METHODS = frozenset(("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"))
OTHER = "other"


class BatchHistogram(Histogram):
    """Takes many values at once; with the insides of the pinned library."""

    def observe_many(self, values: Iterable[float]) -> None:
        """As `observe` of each, with a write for each bucket instead of two for each value."""
        values = list(values)
        self._sum.inc(sum(values))
        for bucket, count in Counts(bisect_left(self._upper_bounds, value) for value in values).items():
            self._buckets[bucket].inc(count)


frames_in = Counter("chat_frames_in", "Commands that clients sent.", ["command"], registry=registry)
_frames_out = Counter("chat_frames_out", "Frames to clients, one for each receiver.", ["kind"], registry=registry)
room_frames = _frames_out.labels("room")  # what happened in a room, live
sync_frames = _frames_out.labels("sync")  # the same, found in the database
own_frames = _frames_out.labels("people")  # to people's own connections, and presence
replies = _frames_out.labels("reply")

sends = Counter("chat_sends", "Messages sent, by what became of them.", ["result"], registry=registry)
send_seconds = BatchHistogram(
    "chat_send_seconds", "From a message's coming in until its ack.", registry=registry, buckets=SECONDS
)
commit_seconds = Histogram("chat_commit_seconds", "A batch's transaction.", registry=registry, buckets=SECONDS)
batch_size = Histogram("chat_batch_messages", "Messages a transaction.", registry=registry, buckets=SIZES)

pulls = Counter("chat_pulls", "Readings of what changed since a version.", ["kind"], registry=registry)
refused = Counter("chat_refused", "Errors that clients got.", ["door", "code"], registry=registry)
closed = Counter("chat_closed", "Connections closed, by close code; client: by them.", ["code"], registry=registry)
lost_envelopes = Counter("chat_publish_lost", "Envelopes that Redis did not take.", registry=registry)

rest_requests = Counter("chat_rest_requests", "REST and pages.", ["method", "route", "status"], registry=registry)
rest_seconds = Histogram("chat_rest_seconds", "Their time.", ["route"], registry=registry, buckets=SECONDS)

chore_runs = Counter("chat_chore_runs", "Chores done or broken off.", ["chore", "outcome"], registry=registry)
chore_rows = Counter("chat_chore_rows", "Rows that chores deleted.", ["chore"], registry=registry)

_LIVE: Literal["livesum"] = "livesum"  # of several processes: those that live, together
connections = Gauge("chat_connections", "Open connections.", registry=registry, multiprocess_mode=_LIVE)
people = Gauge("chat_connected_people", "Their people, in each process.", registry=registry, multiprocess_mode=_LIVE)
streams = Gauge("chat_room_streams", "Rooms that are followed.", registry=registry, multiprocess_mode=_LIVE)
_queued = Gauge("chat_queued", "What waits, by queue.", ["queue"], registry=registry, multiprocess_mode=_LIVE)

# name -> how many wait in this process; entered by whoever has a queue
queues: dict[str, Callable[[], float]] = {}


def sample_queues() -> None:
    for name, length in queues.items():
        _queued.labels(name).set(length())


def known(value: str, words: Container[str]) -> str:
    """-> the value where it is one of ours."""
    return value if value in words else OTHER


def request(*, method: str | None, route: str | None, status: int, seconds: float) -> None:
    """`route` None: a file, or nothing that has an address."""
    path = "none" if route is None else readable(route)
    _requests(known(method or "", METHODS), path, status).inc()
    _seconds(path).observe(seconds)


@cache
def _requests(method: str, path: str, status: int) -> Counter:
    return rest_requests.labels(method, path, str(status))


@cache
def _seconds(path: str) -> Histogram:
    return rest_seconds.labels(path)


@cache
def readable(route: str) -> str:
    """A pattern of the URLconf, of which there is a finite number -> as people write it."""
    named = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"{\1}", route)
    return "/" + re.sub(r"[\^$?\\]|\(.*\)", "", named).strip("/")
