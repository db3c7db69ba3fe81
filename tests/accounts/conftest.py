"""Forms, no limits, and mail that has really gone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from accounts import mail
from tests.factories import PASSWORD

FORM = {"username": "ann", "email": "ann@example.com", "password": PASSWORD}


@pytest.fixture(autouse=True)
def _database(db: None) -> None:
    pass


@pytest.fixture(autouse=True)
def _no_limits(settings: Any) -> None:
    settings.RATE_LIMITS = False


@pytest.fixture
def mailbox(mailoutbox: list[Any]) -> Callable[[], list[Any]]:
    """mailbox() -> every mail, those in the mail thread included."""

    def read() -> list[Any]:
        mail._thread.submit(lambda: None).result(5)
        return mailoutbox

    return read


def token_in(message: Any) -> str:
    """-> what stands behind the # of the mail's link"""
    return str(message.body.partition("#")[2].split()[0])
