"""uvicorn as this product runs it, and the socket it listens on."""

import errno
import importlib.util
import socket

import uvicorn
from django.conf import settings
from django.utils.translation import gettext as _
from uvicorn.supervisors import Multiprocess

from chatsite.database import NotReady

APPLICATION = "chatsite.asgi:application"
HTTP_PROTOCOL = "chatsite.gateway.uvicorn_protocol:HttpProtocol"  # serves the WebSockets, too
BACKLOG = 4096  # connections that wait to be accepted when everybody comes back at once
GRACE_SECONDS = 10
READY_SECONDS = 60  # a worker may take to start; uvicorn's 5 abort a rolling restart on a busy machine


def config() -> uvicorn.Config:
    return uvicorn.Config(
        APPLICATION,
        host=settings.HOST,
        port=settings.PORT,
        workers=settings.WEB_CONCURRENCY,
        loop="uvloop" if importlib.util.find_spec("uvloop") else "asyncio",
        http=HTTP_PROTOCOL,
        ws="none",
        backlog=BACKLOG,
        timeout_graceful_shutdown=GRACE_SECONDS,
        timeout_worker_healthcheck=READY_SECONDS,
        forwarded_allow_ips=settings.TRUSTED_PROXIES,
        access_log=False,
        server_header=False,
        log_level="warning",
    )


def loaded() -> uvicorn.Config:
    """The configuration, with the application imported where this process is the one that serves it."""
    chosen = config()
    if chosen.workers == 1:
        chosen.load()
    return chosen


def serve(chosen: uvicorn.Config, listening: socket.socket) -> None:
    """Until SIGINT or SIGTERM."""
    try:
        if chosen.workers > 1:
            Multiprocess(chosen, sockets=[listening]).run()
        else:
            uvicorn.Server(chosen).run(sockets=[listening])
    except KeyboardInterrupt:
        pass


def refuse_taken_port() -> None:
    """Early, before the database is touched."""
    listen().close()


def listen() -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.HOST else socket.AF_INET
    listening = socket.socket(family)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.HOST, settings.PORT))
        listening.listen(BACKLOG)
    except OSError as error:
        listening.close()
        raise NotReady(_why_not(error)) from error
    listening.set_inheritable(True)
    return listening


def _why_not(error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return _("Port %(port)s is taken by another program: set PORT to a free one.") % {"port": settings.PORT}
    if error.errno == errno.EACCES:
        sentence = _("Port %(port)s needs more rights than you have: set PORT to one above 1023.")
        return sentence % {"port": settings.PORT}
    sentence = _("HOST %(host)s is not an address of this machine: set HOST to one, or to 0.0.0.0 (%(why)s).")
    return sentence % {"host": settings.HOST, "why": error.strerror}
