"""`make bench`."""

from __future__ import annotations

from chatsite.tasks import packages, setup
from chatsite.tasks.shell import PYTHON, must
from chatsite.tasks.suite import EMBEDDED


def bench() -> None:
    """Starts services of its own: those of the environment are left alone."""
    setup.set_up_for_development()
    packages.install_mysql_driver()
    must([PYTHON, "-m", "tests.benchmarks"], "The benchmark could not be finished: see the words above.", env=EMBEDDED)
