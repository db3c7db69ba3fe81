"""GET /metrics for Prometheus: what all processes of this machine have counted, and how they are now."""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.csrf import csrf_exempt
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from chatsite import metrics
from chatsite.api import exceptions, health
from chatsite.errors import ChatError, NotFound

_PID = re.compile(r"_(\d+)\.db$")


@csrf_exempt
def show(request: HttpRequest) -> HttpResponse:
    """Without METRICS_TOKEN there is no such address."""
    if not settings.METRICS_TOKEN:
        return exceptions.respond(request, NotFound())
    if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"):
        return exceptions.respond(request, ChatError("authentication_failed"))
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


def exposition() -> bytes:
    shown = CollectorRegistry()
    shown.register(_Now())
    if settings.METRICS_DIR is None:
        return generate_latest(metrics.registry) + generate_latest(shown)
    for pid in _pids(settings.METRICS_DIR) - set(_living(settings.METRICS_DIR)):
        # What it had open or waiting is no more; what it counted is.
        mark_process_dead(pid, str(settings.METRICS_DIR))  # type: ignore[no-untyped-call]  # the library has no types here
    MultiProcessCollector(shown, str(settings.METRICS_DIR))  # type: ignore[no-untyped-call]  # nor here
    return generate_latest(shown)


class _Now(Collector):
    """What is looked at when somebody asks."""

    def collect(self) -> Iterator[Metric]:
        yield _gauge("chat_up", "Always 1.", 1, version=settings.VERSION)
        yield _gauge("chat_database_up", "Whether the database answers.", health.database() == "ok")
        yield _gauge("chat_redis_up", "Whether Redis answers.", health.redis() == "ok")
        pids = [os.getpid()] if settings.METRICS_DIR is None else list(_living(settings.METRICS_DIR))
        yield _gauge("chat_processes", "Processes of this chat on this machine.", len(pids))
        yield _gauge("chat_resident_memory_bytes", "Their memory.", sum(map(_resident_bytes, pids)))


def _gauge(name: str, text: str, value: float, **labels: str) -> Metric:
    family = GaugeMetricFamily(name, text, labels=list(labels))
    family.add_metric(list(labels.values()), float(value))
    return family


def _pids(directory: Path) -> set[int]:
    return {int(found[1]) for path in directory.iterdir() if (found := _PID.search(path.name))}


def _living(directory: Path) -> Iterable[int]:
    return filter(_is_alive, _pids(directory))


def _is_alive(pid: int) -> bool:
    if sys.platform == "win32":  # where signal 0 ends a process
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _resident_bytes(pid: int) -> int:
    with suppress(OSError, ValueError):  # another system than Linux, or it has just ended
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    return 0


def forget_the_dead() -> None:
    """When a server starts: what processes have counted that no longer are."""
    if settings.METRICS_DIR is not None:
        alive = set(_living(settings.METRICS_DIR))
        for path in settings.METRICS_DIR.iterdir():
            if (found := _PID.search(path.name)) and int(found[1]) not in alive:
                path.unlink(missing_ok=True)
