"""What `make test` and its like say when one of their steps fails."""

from __future__ import annotations

import sys

import pytest

from chatsite.tasks.shell import Failed, Steps

pytestmark = pytest.mark.once


def test_what_a_failed_step_said_last_is_said_again_at_the_end(capsys: pytest.CaptureFixture[str]) -> None:
    steps = Steps("test")
    assert not steps.run("one", [sys.executable, "-c", "print('broken here'); raise SystemExit(3)"])
    assert steps.run("two", [sys.executable, "-c", "print('all right')"])
    capsys.readouterr()
    with pytest.raises(Failed, match="make test failed: one"):
        steps.finish()
    said = capsys.readouterr().out
    assert "broken here" in said
    assert "all right" not in said


def test_a_step_ends_though_what_it_left_behind_goes_on() -> None:
    leaves = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(20)'])"
    assert Steps("test").run("leaves", [sys.executable, "-c", leaves])
