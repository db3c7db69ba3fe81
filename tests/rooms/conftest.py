"""No limits."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _database(db: None) -> None:
    pass


@pytest.fixture(autouse=True)
def _no_limits(settings: Any) -> None:
    settings.RATE_LIMITS = False
