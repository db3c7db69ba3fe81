"""`make chaos`: many runs on end, each with a seed of its own, until so many messages and faults are behind us.

CHAOS_MESSAGES (1,000,000), CHAOS_FAULTS (300) and CHAOS_SEED (1) say how many and where to begin. It may be stopped
and goes on where it was: var/chaos/state.json. The report is var/chaos/report.md; a run that fails is cut down to the
fewest faults that still fail and kept in tests/chaos/regressions/.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.chaos.planted.table import table
from tests.chaos.run import Outcome, left_out, run
from tests.live import ROOT

ROUND_MESSAGES = 20_000
VAR = ROOT / "var" / "chaos"
REGRESSIONS = Path(__file__).parent / "regressions"


def main() -> int:
    messages, faults = int(os.environ.get("CHAOS_MESSAGES", "1000000")), int(os.environ.get("CHAOS_FAULTS", "300"))
    first = int(os.environ.get("CHAOS_SEED", "1"))
    rounds = max(1, round(messages / ROUND_MESSAGES))
    done = _resume((first, messages, faults))
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns) as progress:
        task = progress.add_task("chaos", total=messages, completed=sum(outcome["acked"] for outcome in done))
        for number in range(len(done), rounds):
            own_faults = faults * (number + 1) // rounds - faults * number // rounds
            before = sum(outcome["acked"] for outcome in done)

            def tell(acked: int, what: str, before: int = before) -> None:
                progress.update(task, completed=before + acked, description=what or "chaos")

            outcome = _run(first + number, messages // rounds, own_faults, tell)
            done.append(asdict(outcome))
            _save((first, messages, faults), done)
            if outcome.wrong:
                progress.stop()
                _keep(outcome, messages // rounds)
                break
    print((VAR / "report.md").read_text())
    return 1 if any(outcome["wrong"] for outcome in done) else 0


def _run(seed: int, messages: int, faults: int | Sequence[str], tell: Callable[[int, str], None]) -> Outcome:
    directory = Path(tempfile.mkdtemp(prefix="chaos-"))
    try:
        return run(seed, messages=messages, faults=faults, directory=directory, progress=tell)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _resume(wanted: tuple[int, ...]) -> list[dict[str, Any]]:
    """-> the outcomes of former rounds of the same run."""
    file = VAR / "state.json"
    if not file.is_file():
        return []
    kept = json.loads(file.read_text())
    return kept["done"] if kept["wanted"] == list(wanted) and not any(o["wrong"] for o in kept["done"]) else []


def _save(wanted: tuple[int, ...], done: list[dict[str, Any]]) -> None:
    VAR.mkdir(parents=True, exist_ok=True)
    (VAR / "state.json").write_text(json.dumps({"wanted": wanted, "done": done}))
    (VAR / "report.md").write_text(_report(done))


def _report(done: list[dict[str, Any]]) -> str:
    acked, faults = sum(o["acked"] for o in done), sum(len(o["faults"]) for o in done)
    wrong = [text for o in done for text in o["wrong"]]
    lines = [
        "# Chaos",
        "",
        f"{acked:,} messages acked, {faults} faults, {len(wrong)} violations, {sum(o['seconds'] for o in done):.0f} s,"
        f" {1000 * sum(sum(o['cpu_seconds']) for o in done) / max(1, acked):.1f} ms of CPU an ack.",
        "",
        "| seed | acked | faults | probes | violations | seconds | CPU: run, servers | memory of the nodes, MB |",
        "|---|---|---|---|---|---|---|---|",
        *("| " + " | ".join(_cells(o)) + " |" for o in done),
    ]
    lines += ["", *(f"- {text}" for text in wrong[:50])]
    lines += sorted({left_out(Outcome(**o)) for o in done})
    lines += ["", "## Test of the test", "", table()]
    return "\n".join(lines) + "\n"


def _cells(o: dict[str, Any]) -> list[str]:
    memory = ", ".join(str(kb // 1024) for kb in o["memory_kb"])
    spent = ", ".join(f"{seconds:.0f}" for seconds in o["cpu_seconds"])
    numbers = [str(o["probes"]), str(len(o["wrong"])), f"{o['seconds']:.0f}"]
    return [str(o["seed"]), f"{o['acked']:,}", ", ".join(o["faults"]), *numbers, spent, memory]


def _keep(outcome: Outcome, messages: int) -> None:
    """Cuts the schedule down to what still fails, and keeps it."""
    print(f"seed {outcome.seed} failed: looking for the fewest faults that still do …", file=sys.stderr)
    faults = _fewest(outcome.seed, messages, outcome.faults)
    kept = {"found": outcome.wrong[0], "seed": outcome.seed, "messages": messages, "faults": faults}
    file = REGRESSIONS / f"seed_{outcome.seed}.json"
    file.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n")
    print(f"kept as {file.relative_to(ROOT)}", file=sys.stderr)


def _fewest(seed: int, messages: int, faults: list[str]) -> list[str]:
    """Halves as long as one of them fails by itself, then without one after the other."""
    while len(faults) > 1:
        middle = len(faults) // 2
        smaller = [faults[:middle], faults[middle:], *(faults[:i] + faults[i + 1 :] for i in range(len(faults)))]
        failing = next((some for some in smaller if some and _run(seed, messages, some, _silent).wrong), None)
        if failing is None:
            break
        faults = failing
    return faults


def _silent(acked: int, what: str) -> None:
    pass


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))  # leaves no server behind
    sys.exit(main())
