"""Where the time of a run went stands beside its outcome."""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from tests.chaos.run import Outcome
from tests.chaos.spent import Spent

pytestmark = pytest.mark.once


def test_what_was_spent_is_kept_with_the_outcome() -> None:
    spent = Spent()
    for what in ("talk", "probes", "talk"):
        with spent.on(what):
            pass
    outcome = Outcome(1, 0, [], [], 0.0, spent=spent.seconds)
    assert json.loads(json.dumps(asdict(outcome)))["spent"].keys() == {"talk", "probes"}
