"""Who serves this chat right now: a restore must not pull the ground away under anybody.

On this machine each serving process holds a lock, which ends with it however it ends. On every other one, and in every
other container, it renews a key in Redis, which is gone soon after it.
"""

import itertools
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django_redis import get_redis_connection
from redis import Redis
from redis.exceptions import RedisError

from chatsite.database import NotReady
from chatsite.locks import Lock

RENEWED_SECONDS = 2.0
KEPT_SECONDS = 10.0  # after the last renewal
POLL_SECONDS = 0.1


class Sign:
    """Of a process that serves, until it ends."""

    def __init__(self) -> None:
        self._lock = Lock(_lock_file())
        self._key = f"{_prefix()}{socket.gethostname()}:{os.getpid()}"
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="serving", daemon=True)

    def start(self) -> None:
        """Waits while something is restored here."""
        self._lock.acquire(shared=True, wait=sys.platform != "win32")  # there shared locks exclude each other
        self._thread.start()

    def stop(self) -> None:
        """Nobody waits for a process that has ended well."""
        self._is_over.set()
        self._thread.join()
        self._lock.close()

    def _run(self) -> None:
        for renewal in itertools.count():
            self._renew(renewal)
            if self._is_over.wait(RENEWED_SECONDS):
                break
        with suppress(RedisError):  # it ends by itself
            get_redis_connection("default").delete(self._key)

    def _renew(self, renewal: int) -> None:
        with suppress(RedisError):  # the next one may get through
            get_redis_connection("default").set(self._key, renewal, px=int(KEPT_SECONDS * 1000))


@contextmanager
def nobody_serves(client: Redis) -> Iterator[None]:
    """Refuses while anybody does; who starts to serve on this machine waits until this is over."""
    lock = Lock(_lock_file())
    try:
        if not lock.acquire(wait=False) or _is_any_alive(client):
            raise is_running()
        yield
    finally:
        lock.close()


def is_running() -> NotReady:
    return NotReady(_("The chat is running: stop every server of it first."))


def _is_any_alive(client: Redis) -> bool:
    """A key that is renewed has a process; one that is not was left by one that was killed."""
    first = _signs(client)
    until = time.monotonic() + KEPT_SECONDS + RENEWED_SECONDS
    now = first
    while now and time.monotonic() < until:
        if any(first.get(key) != renewal for key, renewal in now.items()):
            return True
        time.sleep(POLL_SECONDS)
        now = _signs(client)
    return bool(now)


def _signs(client: Redis) -> dict[Any, Any]:
    """-> the renewals by key"""
    keys = list(client.scan_iter(f"{_prefix()}*", count=1_000))
    found = zip(keys, client.mget(keys), strict=True) if keys else ()
    return {key: renewal for key, renewal in found if renewal is not None}


def _lock_file() -> Path:
    return Path(settings.RUN_DIR) / "serving.lock"


def _prefix() -> str:
    return f"{settings.REDIS_PREFIX}:serving:"
