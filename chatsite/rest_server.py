"""granian as this product runs it: REST and pages as WSGI, without the sockets."""

from django.conf import settings
from django.db import connections
from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from chatsite.server import BACKLOG, GRACE_SECONDS

APPLICATION = "chatsite.wsgi:application"
CONNECTIONS_MAX = 1024  # in each process; more of them wait to be accepted
HEAD_SECONDS = 30  # a request's head may take, and a connection may stay without one
HEAD_BYTES = 64 * 1024


def serve() -> None:
    """Until SIGINT or SIGTERM; what has begun may end."""
    connections.close_all()  # the workers are forked
    Server(
        APPLICATION,
        address=settings.HOST,
        port=settings.PORT,
        interface=Interfaces.WSGI,
        workers=settings.WEB_CONCURRENCY,
        blocking_threads=settings.REST_THREADS,
        backlog=BACKLOG,
        backpressure=CONNECTIONS_MAX,
        http1_settings=HTTP1Settings(header_read_timeout=HEAD_SECONDS * 1000, max_buffer_size=HEAD_BYTES),
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE_SECONDS,
        log_level=LogLevels.error,
    ).serve()
