"""The short fuzz run of `make test`: odd frames and calls, and a server that does not mind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.run import Run

SEED = 20_261_125
FRAMES, CALLS = 50_000, 2_000

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.once  # `make fuzz` takes the others
def test_fifty_thousand_odd_frames_and_two_thousand_odd_calls_break_nothing(tmp_path: Path) -> None:
    outcome = Run(tmp_path / "var", seed=SEED, frames=FRAMES, calls=CALLS).run()
    assert outcome.complaints == []
    assert outcome.frames >= FRAMES
    assert outcome.calls >= CALLS
    assert outcome.rounds > 1
    assert outcome.reached > outcome.operations / 2
