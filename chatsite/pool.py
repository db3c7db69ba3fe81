"""The threads that talk to the database: few, long-lived, each with its own connection."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import partial
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from chatsite.errors import Unavailable
from chatsite.logs import worded

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

TRUSTED_SECONDS = 1.0  # for how long a connection that worked is used without asking whether it lives
OUTAGE_LINE_SECONDS = 10.0  # of each process; every send of an outage is refused
_used = threading.local()
_failed_at = 0.0
_told_at = -OUTAGE_LINE_SECONDS
_executor: ThreadPoolExecutor | None = None


def executor() -> ThreadPoolExecutor:
    """The process's one pool, made at first use (after a fork, if there is one)."""
    global _executor
    if _executor is None:
        _executor = ThreadPoolExecutor(settings.DATABASE_THREADS, thread_name_prefix="database")
    return _executor


async def in_pool(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs sync database code off the event loop. A database outage raises `Unavailable`."""
    work = partial(run, function, *args, **kwargs)
    own = copy_context()  # log lines keep their request's id
    return await asyncio.get_running_loop().run_in_executor(executor(), own.run, work)


def run(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The same, in the thread itself: a connection that was broken or not used for a while is checked before."""
    begin()
    try:
        return function(*args, **kwargs)
    except (OperationalError, InterfaceError) as error:
        tell_of_outage(error)
        raise Unavailable from error
    finally:
        end()


def tell_of_outage(error: Exception) -> None:
    """One line at a time of many refusals: whoever runs the server has to hear whether a disk is full or what else."""
    global _told_at
    if time.monotonic() - _told_at >= OUTAGE_LINE_SECONDS:
        _told_at = time.monotonic()
        logger.error("database_unavailable", extra={"error": worded(error)})


def begin() -> None:
    """Before work in this thread: only a connection that worked just now is used unasked."""
    if not _is_trusted():
        close_old_connections()


def end() -> None:
    _used.at = time.monotonic()
    if connection.errors_occurred:
        _distrust_all()


def _is_trusted() -> bool:
    used_at = getattr(_used, "at", 0.0)
    return bool(used_at > _failed_at and time.monotonic() - used_at < TRUSTED_SECONDS)


def _distrust_all() -> None:
    """What broke one thread's connection has broken the others' too."""
    global _failed_at
    _failed_at = time.monotonic()
    close_old_connections()
