"""`make fuzz`: FUZZ_FRAMES frames and FUZZ_CALLS calls of FUZZ_SEED; the report lies in var/fuzz.

Burst 784 of seed 2002 again, alone: FUZZ_SEED=2002 FUZZ_FIRST=784 FUZZ_FRAMES=1 FUZZ_CALLS=0
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.fuzz.report import report
from tests.fuzz.run import Run
from tests.live import ROOT

FRAMES, CALLS = 10**7, 10**6


def main() -> int:
    seed = int(os.environ.get("FUZZ_SEED") or time.time())
    frames, calls = int(os.environ.get("FUZZ_FRAMES") or FRAMES), int(os.environ.get("FUZZ_CALLS") or CALLS)
    first = int(os.environ.get("FUZZ_FIRST") or 0)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with tempfile.TemporaryDirectory() as folder, Progress(*columns) as progress:
        bars = {"frames": progress.add_task("frames", total=frames), "calls": progress.add_task("calls", total=calls)}
        advance = lambda what, count: progress.advance(bars[what], count)  # noqa: E731
        outcome = Run(Path(folder), seed=seed, frames=frames, calls=calls, first=first, tell=advance).run()
    text = report(outcome, services())
    path = ROOT / "var" / "fuzz" / f"{seed}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    print(text, f"\n{path.relative_to(ROOT)}", sep="")
    return 1 if outcome.complaints else 0


def services() -> str:
    database = "MySQL" if os.environ.get("DATABASE_URL", "").startswith("mysql") else "SQLite"
    return f"{database} and {'Redis' if os.environ.get('REDIS_URL') else 'the embedded Valkey'}"


if __name__ == "__main__":
    sys.exit(main())
