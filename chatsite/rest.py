"""Django's WSGI application as both servers run it: its threads trust their database connection as the pool's do."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.cache import close_caches
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, reset_queries

from chatsite import pool


def rest_application() -> Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]:
    """Sets Django up. A connection that worked within a second is used without a ping, here too."""
    application = get_wsgi_application()
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    request_started.disconnect(reset_queries)  # of DEBUG
    request_finished.disconnect(close_caches)  # django-redis keeps its connections
    request_started.connect(lambda **_: pool.begin(), weak=False, dispatch_uid="chat.pool.begin")
    request_finished.connect(lambda **_: pool.end(), weak=False, dispatch_uid="chat.pool.end")
    return application
