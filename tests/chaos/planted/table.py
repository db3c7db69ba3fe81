"""Which planted bug was caught when it was last looked for; kept beside this file, shown in every report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import NamedTuple

from tests.chaos.planted import CONTROLS, NAMES

FILE = Path(__file__).with_name("caught.json")
RUNS = 3


class Caught(NamedTuple):
    bug: str
    run: int  # of RUNS; 0 = in none
    by: list[str]  # the invariants that it broke

    @property
    def is_right(self) -> bool:
        return bool(self.run) != (self.bug in CONTROLS)

    def __str__(self) -> str:
        return f"| {self.bug} | {self.run or 'not caught'} | {', '.join(self.by)} |"


def keep(caught: Caught) -> None:
    found = {one.bug: one for one in kept()} | {caught.bug: caught}
    ordered = [found[name] for name in (*NAMES, *CONTROLS) if name in found]
    FILE.write_text(json.dumps([one._asdict() for one in ordered], indent=1) + "\n")


def kept() -> list[Caught]:
    return [Caught(**one) for one in json.loads(FILE.read_text())] if FILE.is_file() else []


def table() -> str:
    """In Markdown."""
    bugs, controls = ([one for one in kept() if (one.bug in CONTROLS) is flag] for flag in (False, True))
    lines = ["| planted bug | caught in run | by |", "|---|---|---|", *map(str, bugs)]
    lines += ["", f"{sum(one.is_right for one in bugs)} of {len(NAMES)} caught in at most {RUNS} runs."]
    lines += [f"Without a bug, with a {one.bug}: {'caught' if one.run else 'nothing found'}." for one in controls]
    return "\n".join(lines)
