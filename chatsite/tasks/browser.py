"""The Chromium that the browser tests drive."""

from __future__ import annotations

import os
import shutil

from chatsite.tasks.shell import PYTHON, call, say

NAMES = ("chromium", "google-chrome", "chromium-browser")


def installed() -> str | None:
    """The machine's own, or the one that CHROMIUM names."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)


def fetch() -> None:
    """Playwright's own where the machine has none. What it cannot do, the tests will say."""
    if not installed():
        say("Fetching a Chromium for the browser tests …")
        call([PYTHON, "-m", "playwright", "install", "--only-shell", "chromium"])
