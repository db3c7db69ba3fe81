"""Transactions that the database may abort: repeated when nothing was lost by it."""

import functools
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection

P = ParamSpec("P")
T = TypeVar("T")

ATTEMPTS = 5
LOCK_WAIT_TIMEOUT, DEADLOCK = 1205, 1213  # MySQL: the transaction was rolled back, the connection lives


def is_lock_conflict(error: BaseException) -> bool:
    return isinstance(error, OperationalError) and bool(error.args) and error.args[0] in (LOCK_WAIT_TIMEOUT, DEADLOCK)


def repeated_on_conflict(function: Callable[P, T]) -> Callable[P, T]:
    """Runs the whole function again after a deadlock or lock timeout, unless a caller's transaction holds it."""

    @functools.wraps(function)
    def repeat(*args: P.args, **kwargs: P.kwargs) -> T:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return function(*args, **kwargs)
            except OperationalError as error:
                if attempt == ATTEMPTS or connection.in_atomic_block or not is_lock_conflict(error):
                    raise
                time.sleep(random.uniform(0, 0.02 * attempt))
        raise AssertionError("unreachable")

    return repeat
