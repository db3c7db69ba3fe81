"""Twelve faults while people chat: nothing acked is lost, doubled, misordered or told to who must not hear it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from tests.chaos.run import left_out, run

MESSAGES = int(os.environ.get("CHAOS_MESSAGES", "20000"))
FAULTS = 12
SEED = int(os.environ.get("CHAOS_SEED", "1"))
REGRESSIONS = sorted((Path(__file__).parent / "regressions").glob("*.json"))
HANG_SECONDS = 3600  # only against a run that goes on for ever


@pytest.mark.slow
@pytest.mark.timeout(HANG_SECONDS)
def test_nothing_is_lost_whatever_breaks(tmp_path: Path) -> None:
    outcome = run(SEED, messages=MESSAGES, faults=FAULTS, directory=tmp_path)
    own, others = outcome.cpu_seconds
    print(
        f"\nseed {SEED}: {outcome.acked} acked, {len(outcome.faults)} faults, {outcome.probes} probes,"
        f" {outcome.seconds:.0f} s, {outcome.pace:.1f} times slower;"
    )
    print(f"CPU: {own:.0f} s of the clients and the checker, {others:.0f} s of the servers and the Vue client")
    print(f"seconds: {', '.join(f'{what} {spent:.0f}' for what, spent in outcome.spent.items() if spent >= 1)}")
    print(left_out(outcome))
    assert outcome.wrong == [], f"seed {SEED}, {outcome.faults}"
    assert outcome.acked >= MESSAGES


@pytest.mark.slow
@pytest.mark.timeout(HANG_SECONDS)
@pytest.mark.parametrize("file", REGRESSIONS, ids=lambda file: file.stem)
def test_what_went_wrong_once_does_not_again(file: Path, tmp_path: Path) -> None:
    """Schedules on which a run once failed, cut down to what it took."""
    kept = json.loads(file.read_text())
    outcome = run(kept["seed"], messages=kept["messages"], faults=kept["faults"], directory=tmp_path)
    assert outcome.wrong == []
