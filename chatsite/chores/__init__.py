"""What has to be done now and then, once for the whole installation, however many processes and nodes there are.

Each of them is a task of django-tasks in the database (queue.py), which a thread of a serving process takes
(housekeeper.py), and which administrators see (admin.py). A chore must do no harm when it is done twice or breaks off:
a task whose process dies is taken up again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from chatsite import metrics
from chatsite.errors import Text

HOURLY = timedelta(hours=1)
EVERY_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Chore:
    """`title` names what it deletes; `do` answers how many of them it has deleted."""

    title: Text
    every: timedelta
    do: Callable[[], int]


chores: dict[str, Chore] = {}  # by name; filled by the apps in their AppConfig.ready()


def do(name: str) -> int:
    """One of them, whether it is due or not."""
    try:
        deleted = chores[name].do()
    except BaseException:
        metrics.chore_runs.labels(name, "failed").inc()
        raise
    metrics.chore_runs.labels(name, "done").inc()
    metrics.chore_rows.labels(name).inc(deleted)
    return deleted
