"""The threads that talk to the database: few, long-lived, each with its own connection."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections

from chatsite.errors import Unavailable

P = ParamSpec("P")
T = TypeVar("T")

_executor: ThreadPoolExecutor | None = None


def executor() -> ThreadPoolExecutor:
    """The process's one pool, made at first use (after a fork, if there is one)."""
    global _executor
    if _executor is None:
        _executor = ThreadPoolExecutor(settings.DATABASE_THREADS, thread_name_prefix="database")
    return _executor


async def in_pool(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Runs sync database code off the event loop. A database outage raises `Unavailable`."""
    return await asyncio.get_running_loop().run_in_executor(executor(), partial(run, function, *args, **kwargs))


def run(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """The same, in the thread itself: broken or too old connections are closed before and after."""
    close_old_connections()
    try:
        return function(*args, **kwargs)
    except (OperationalError, InterfaceError) as error:
        raise Unavailable from error
    finally:
        close_old_connections()
