"""`python -m tests.chaos.planted [name …]`: does the checker find each planted bug, and in which of three runs?"""

from __future__ import annotations

import re
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from tests.chaos.planted import CONTROLS, NAMES
from tests.chaos.planted.table import RUNS, Caught, keep, kept, table
from tests.chaos.run import Outcome, run

MESSAGES = 1200
SETTINGS = "tests.chaos.planted.settings"
FAULTS = {  # what makes the bug show
    "ack before commit": ["node killed", "node killed", "node killed"],
    "publish before commit": ["node killed", "node killed", "node killed"],
    "no tailer": ["redis killed"],
    "slow tailer": ["redis killed"],
    "no resubscribing": ["redis killed"],
    "nonce forgotten": ["clients cut off", "node killed", "clients cut off"],
    "sync applied in part": ["clients cut off", "node killed", "clients cut off"],
    "nothing synced to the disk": ["power lost", "power lost"],
}
CALM_SECONDS = {"slow tailer": 3.0, "no resubscribing": 3.0}  # for those who subscribe again to do it
SETTLE_SECONDS = {"slow tailer": 60.0, "no resubscribing": 60.0}  # until the tailer has come, too
SETTLE_ELSE_SECONDS = 20.0
OPTIONS = {"nothing synced to the disk": ("--sync-binlog=0", "--innodb-flush-log-at-trx-commit=2")}


def main(names: list[str]) -> int:
    for name in names or [*NAMES, *CONTROLS]:
        caught = _caught(name)
        keep(caught)
        print(caught, flush=True)
    print(table())
    return 0 if all(one.is_right for one in kept()) else 1


def _caught(name: str) -> Caught:
    for number in range(1, RUNS + 1):
        outcome = _run(name, number)
        if outcome.wrong:
            return Caught(name, number, sorted({re.split(":", text)[0] for text in outcome.wrong}))
    return Caught(name, 0, [])


def _run(name: str, seed: int) -> Outcome:
    directory = Path(tempfile.mkdtemp(prefix="chaos-"))
    try:
        return run(
            seed,
            messages=MESSAGES,
            faults=FAULTS.get(name, ["clients cut off"]),
            directory=directory,
            settle_seconds=SETTLE_SECONDS.get(name, SETTLE_ELSE_SECONDS),
            calm_seconds=CALM_SECONDS.get(name, 0.0),
            with_vue=False,
            database_options=OPTIONS.get(name, ()),
            CHAOS_BUG=name,
            DJANGO_SETTINGS_MODULE=SETTINGS,
        )
    finally:
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # leaves no server behind
    sys.exit(main(sys.argv[1:]))
