"""Before the first query: a database that cannot serve is refused in one sentence."""

import pytest

from chatsite import database
from chatsite.database import NotReady


def test_an_sqlite_that_is_too_old_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    database._refuse_old_sqlite()
    monkeypatch.setattr(database.sqlite3, "sqlite_version_info", (3, 31, 1))
    monkeypatch.setattr(database.sqlite3, "sqlite_version", "3.31.1")
    with pytest.raises(NotReady, match=r"3\.31\.1, and 3\.33 is needed"):
        database._refuse_old_sqlite()
