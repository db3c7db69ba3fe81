"""`python -m tests.chaos.planted [name …]`: does the checker find each planted bug, and in which of three runs?"""

from __future__ import annotations

import re
import shutil
import sys
import tempfile
from pathlib import Path

from tests.chaos.planted import NAMES
from tests.chaos.run import run

RUNS = 3
MESSAGES = 1200
SETTINGS = "tests.chaos.planted.settings"
FAULTS = {  # what makes the bug show
    "ack before commit": ["node killed", "node killed", "node killed"],
    "publish before commit": ["node killed", "node killed", "node killed"],
    "no tailer": ["redis killed"],
    "nonce forgotten": ["clients cut off", "node killed", "clients cut off"],
    "sync applied in part": ["clients cut off", "node killed", "clients cut off"],
}


def main(names: list[str]) -> int:
    missed = 0
    print("| bug | caught in run | by |\n|---|---|---|")
    for name in names or NAMES:
        number, invariants = _caught(name)
        missed += number == 0
        print(f"| {name} | {number or 'not caught'} | {', '.join(invariants)} |", flush=True)
    return 1 if missed else 0


def _caught(name: str) -> tuple[int, list[str]]:
    """-> the number of the run that found it (0 = none did), and the invariants that it broke."""
    for number in range(1, RUNS + 1):
        directory = Path(tempfile.mkdtemp(prefix="chaos-"))
        try:
            env = {"CHAOS_BUG": name, "DJANGO_SETTINGS_MODULE": SETTINGS}
            faults = FAULTS.get(name, ["clients cut off"])
            outcome = run(number, messages=MESSAGES, faults=faults, directory=directory, settle_seconds=20.0, **env)
        finally:
            shutil.rmtree(directory, ignore_errors=True)
        if outcome.wrong:
            return number, sorted({re.split(":", text)[0] for text in outcome.wrong})
    return 0, []


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
