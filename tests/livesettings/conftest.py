"""An administrator who changes settings, in the process of the test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts.models import User
from chatsite.live.services import change_settings
from tests.factories import make_user


@pytest.fixture(autouse=True)
def _database(db: None, settings: Any) -> None:
    settings.RATE_LIMITS = False


@pytest.fixture
def root() -> User:
    return make_user("root", is_staff=True, is_superuser=True)


Change = Callable[..., list[str]]


@pytest.fixture
def change(root: User, django_capture_on_commit_callbacks: Any) -> Change:
    """change(REGISTRATION="closed") -> the names that changed; in force afterwards."""

    def committed(**wanted: Any) -> list[str]:
        with django_capture_on_commit_callbacks(execute=True):
            return change_settings(by=root, wanted=wanted)

    return committed
