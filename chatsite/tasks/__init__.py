"""What `make` can do; start.py is its door. Standard library only: it runs before anything is installed."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence

from chatsite.tasks import bench, bundle, check, clean, newcomer, running, setup, suite
from chatsite.tasks.shell import Failed, say

TASKS: dict[str, Callable[[], None]] = {
    "run": running.run,
    "dev": running.develop,
    "test": suite.test,
    "check": check.check,
    "check-ui": suite.check_ui,
    "budgets": suite.budgets,
    "fuzz": suite.fuzz,
    "chaos": suite.chaos,
    "bench": bench.bench,
    "bundle": bundle.bundle,
    "screenshots": suite.screenshots,
    "types": check.write_types,
    "messages": check.write_messages,
    "lint": check.repair,
    "clean": clean.clean,
    "newcomer": newcomer.newcomer,
    "setup": setup.set_up_for_development,
}


def main(arguments: Sequence[str], usage: str) -> int:
    name = arguments[0] if arguments else "run"
    if len(arguments) > 1 or name not in TASKS:
        say(usage)
        return 0 if name in ("help", "-h", "--help") else 2
    # Containers like to set it. Each process would compile 1,500 files anew: half of what its start costs.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    try:
        TASKS[name]()
    except Failed as failure:
        sys.stderr.write(f"{failure}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0
