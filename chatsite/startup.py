"""What every serving process does before it serves, whoever starts it: `serve`, `runserver`, uvicorn or daphne."""

import atexit
import gc
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

from django.conf import settings
from django.core.checks import CheckMessage, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connections
from django.utils.translation import gettext as _
from redis import RedisError

from chatsite import half_restored, redis, redis_address
from chatsite.database import NotReady, reach_database
from chatsite.live.watcher import Watcher
from chatsite.serving import Sign

GARBAGE_THRESHOLD = 10_000  # objects made and not yet freed before the collector looks at them; Python: 700
_until_exit = ExitStack()
_is_prepared = False


def prepare_process() -> None:
    """Refuses an unsafe production; keeps the embedded Redis running, the live settings up to date, restores out."""
    global _is_prepared
    if _is_prepared:
        return
    _is_prepared = True
    if settings.UNSAFE == "refuse":
        refuse_unsafe()
    if settings.REDIS_IS_EMBEDDED:
        _until_exit.enter_context(redis.embedded_in_use(settings.RUN_DIR))
        atexit.register(_until_exit.close)
    Watcher().start()
    sign = Sign()
    sign.start()
    atexit.register(sign.stop)


def settle_memory() -> None:
    """What is loaded by now stays: the garbage collector need not go through it again, nor start for every message."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_THRESHOLD, 20, 50)


def refuse_unsafe() -> None:
    """In a thread: uvicorn imports the application on its event loop, where Django allows no query."""
    with ThreadPoolExecutor(1) as thread:
        found = thread.submit(_checked).result()
    errors = [str(message.msg) for message in found if message.is_serious()]
    if errors:
        raise ImproperlyConfigured(" ".join(errors))


def _checked() -> list[CheckMessage]:
    """A database that is down is no reason: a worker started anew in an outage must come up."""
    try:
        return run_checks(tags=["chat"], databases=["default"])
    except DatabaseError:
        return run_checks(tags=["chat"])
    finally:
        connections.close_all()


def reach_chat() -> None:
    """For what reads or changes a chat: the database answers, and holds no half of one."""
    reach_database()
    half_restored.refuse_file()
    half_restored.refuse_rows()


def reach_redis() -> None:
    """One PING to the Redis that REDIS_URL names."""
    if settings.REDIS_IS_EMBEDDED:
        return
    try:
        with redis_address.client(settings.REDIS_URL, socket_connect_timeout=3, socket_timeout=3) as client:
            client.ping()
    except (RedisError, ValueError, OSError) as error:
        why = str(error).rstrip(".")
        raise NotReady(_("Redis does not answer: check REDIS_URL (%(why)s).") % {"why": why}) from error
