"""`make bench`: BENCH_ONLY=calm,high picks rows, BENCH_ROUNDS says how often each load is run (3)."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks import machine
from tests.benchmarks.bench import REAL, Bench
from tests.benchmarks.figures import Figure
from tests.benchmarks.ours import Lost
from tests.benchmarks.report import report, table
from tests.benchmarks.rows import ROWS, WITHOUT_MARIADB


def main() -> int:
    started = time.monotonic()
    names = [name for name in os.environ.get("BENCH_ONLY", "").split(",") if name] or list(ROWS)
    if unknown := set(names) - ROWS.keys():
        sys.exit(f"BENCH_ONLY knows {', '.join(ROWS)}; not {', '.join(sorted(unknown))}.")
    figures: list[Figure] = []
    path = machine.VAR / "report.md"
    machine.VAR.mkdir(parents=True, exist_ok=True)
    rounds = int(os.environ.get("BENCH_ROUNDS") or 3)
    with tempfile.TemporaryDirectory(prefix="chat-bench-") as directory, Bench(Path(directory), rounds=rounds) as bench:
        try:
            for name in names:
                figures += measure(bench, name)
                path.write_text(report(bench, figures, command(), time.monotonic() - started))
        except Lost as lost:
            print(lost, file=sys.stderr)
            return 1
    print(f"\n{path.read_text()}\nWritten to {path}.")
    return 0


def measure(bench: Bench, name: str) -> list[Figure]:
    if REAL not in bench.kinds and name not in WITHOUT_MARIADB:
        print(f"\n── {name}: not run, there is no MariaDB here.", flush=True)
        return []
    print(f"\n── {name} …", flush=True)
    figures = ROWS[name](bench)
    print(table(figures), flush=True)
    return figures


def command() -> str:
    chosen = [f"{name}={os.environ[name]}" for name in ("BENCH_ONLY", "BENCH_ROUNDS") if os.environ.get(name)]
    return " ".join(["make bench", *chosen])


if __name__ == "__main__":
    sys.exit(main())
