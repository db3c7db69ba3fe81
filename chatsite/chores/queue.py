"""The chores as tasks in the database: made when they are due, done by one process, kept for a while.

Every interval of a queue begins at a full hour or minute, wherever the server was started, and each chore has one task
in it. Whoever works on a queue is alone at it (`alone_at`), which the system ends with its process. So a task that is
still called running then has lost its process, and no two processes make or do the same one.
"""

import logging
import os
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from django.db.models import Q
from django.utils.timezone import now
from django_tasks import TaskResultStatus, task
from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult

from chatsite.chores import EVERY_MINUTE, HOURLY, chores, do
from chatsite.database import alone_at

logger = logging.getLogger(__name__)

MINUTE, HOUR = "minute", "hour"
QUEUES = {MINUTE: EVERY_MINUTE, HOUR: HOURLY}  # what is short comes first; settings.TASKS names the same
INTERVALS_KEPT = 24  # of tasks that were done
KEPT_FAILED = timedelta(days=14)
ATTEMPTS_MAX = 3
Result: TypeAlias = DBTaskResult[[str], int]  # a task, before and after it is done
UNDONE = (TaskResultStatus.READY, TaskResultStatus.RUNNING)


class ProcessesDied(Exception):
    """Every process that took this task has died."""


@task(queue_name=HOUR)
def chore(name: str) -> int:
    """-> how many rows it has deleted"""
    return do(name)


def name_of(result: Result) -> str:
    """-> which of the chores this task is"""
    return str(result.args_kwargs["args"][0])


def work() -> int:
    """Does what is due and nobody is at. -> how many tasks"""
    waiting = _waiting()
    return sum(_work_on(queue) for queue in QUEUES if queue in waiting)


def _waiting() -> set[str]:
    """The queues with something to do, in one statement: that is all a server does most of the time."""
    begin = {queue: _begin(every) for queue, every in QUEUES.items()}
    of_now = Q(status__in=UNDONE) | Q(run_after__in=begin.values())
    rows = list(DBTaskResult.objects.filter(of_now, queue_name__in=QUEUES).order_by())
    undone = {row.queue_name for row in rows if row.status in UNDONE}
    made = {name_of(row) for row in rows if row.run_after == begin[row.queue_name]}
    return undone | {queue for queue in QUEUES if not made.issuperset(_names(queue))}


def _work_on(queue: str) -> int:
    with alone_at(f"chores.{queue}") as is_ours:
        if not is_ours:
            return 0
        _take_up_again(queue)
        _make_due(queue)
        done = sum(map(_do, list(_ready(queue))))
        _forget_old(queue)
    return done


def _take_up_again(queue: str) -> None:
    for row in DBTaskResult.objects.running().filter(queue_name=queue):
        if len(row.worker_ids) >= ATTEMPTS_MAX:
            logger.error("chore_given_up", extra={"chore": name_of(row)})
            row.set_failed(ProcessesDied(", ".join(row.worker_ids)))
        else:
            row.status = TaskResultStatus.READY
            row.save(update_fields=["status"])


def _make_due(queue: str) -> None:
    begin = _begin(QUEUES[queue])
    made = {name_of(row) for row in DBTaskResult.objects.filter(queue_name=queue, run_after=begin)}
    for name in _names(queue):
        if name not in made:
            chore.using(queue_name=queue, run_after=begin).enqueue(name)


def _ready(queue: str) -> Iterator[Result]:
    """Those of another release are left to its processes."""
    ready = DBTaskResult.objects.ready().filter(queue_name=queue)
    return (row for row in ready if name_of(row) in chores)


def _do(row: Result) -> int:
    row.claim(_worker_id())
    _worker().run_task(row)
    return 1


def _worker() -> Worker:
    """Of the library, for a single task: its own loop polls without end, and knows no processes that died."""
    return Worker(
        queue_names=list(QUEUES),
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=_worker_id(),
        excluded_queue_names=[],
    )


def _worker_id() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _forget_old(queue: str) -> None:
    of_queue = DBTaskResult.objects.filter(queue_name=queue)
    of_queue.successful().filter(finished_at__lt=now() - INTERVALS_KEPT * QUEUES[queue]).delete()
    of_queue.failed().filter(finished_at__lt=now() - KEPT_FAILED).delete()


def _names(queue: str) -> list[str]:
    return [name for name, known in chores.items() if known.every == QUEUES[queue]]


def _begin(every: timedelta) -> datetime:
    """-> of the interval in which we are"""
    seconds = every.total_seconds()
    return datetime.fromtimestamp(now().timestamp() // seconds * seconds, UTC)
