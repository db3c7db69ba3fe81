"""`make fuzz`: FUZZ_FRAMES frames and FUZZ_CALLS calls from FUZZ_SEED on; the report lies in var/fuzz."""

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
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with tempfile.TemporaryDirectory() as folder, Progress(*columns) as progress:
        bars = {"frames": progress.add_task("frames", total=frames), "calls": progress.add_task("calls", total=calls)}
        run = Run(
            Path(folder), seed=seed, frames=frames, calls=calls, tell=lambda what, n: progress.advance(bars[what], n)
        )
        outcome = run.run()
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
