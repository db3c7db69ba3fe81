"""What has to be done now and then, once for the whole installation, however many processes and nodes there are.

Each serving process tries; a key in Redis that lives as long as the interval lets one through. A chore must do no harm
when it is done twice or breaks off: without Redis nobody does it, and after a crash it waits for the next time.
"""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.db import connections
from django_redis import get_redis_connection
from redis.exceptions import RedisError

from chatsite import metrics

logger = logging.getLogger(__name__)

LOOK_SECONDS = 60.0
HOURLY = timedelta(hours=1)
EVERY_MINUTE = timedelta(minutes=1)

# name -> how often and what; filled by the apps in their AppConfig.ready(). It answers how many rows it has deleted.
chores: dict[str, tuple[timedelta, Callable[[], int]]] = {}


def do_due() -> dict[str, int]:
    """Those that nobody has done for their interval."""
    return {name: do(name) for name, (every, _chore) in chores.items() if _is_ours(name, every)}


def do(name: str) -> int:
    """One of them, whether it is due or not."""
    _every, chore = chores[name]
    try:
        deleted = chore()
    except BaseException:
        metrics.chore_runs.labels(name, "failed").inc()
        raise
    metrics.chore_runs.labels(name, "done").inc()
    metrics.chore_rows.labels(name).inc(deleted)
    return deleted


def _is_ours(name: str, every: timedelta) -> bool:
    key = f"{settings.REDIS_PREFIX}:chore:{name}"
    return bool(get_redis_connection("default").set(key, 1, nx=True, px=every))


class Housekeeper:
    """A thread of the serving process, with a database connection of its own."""

    def __init__(self) -> None:
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Does not wait: what breaks off is done the next time."""
        self._is_over.set()

    def _run(self) -> None:
        while not self._is_over.wait(LOOK_SECONDS):
            try:
                do_due()
            except RedisError:
                logger.info("chores_wait")
            except Exception:
                logger.exception("chore_failed")
            finally:
                connections.close_all()
