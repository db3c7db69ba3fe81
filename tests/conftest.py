"""What every test may use: the embedded Redis when none is named, and a client of the REST door."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.http import HttpResponse
from django.test import Client

from accounts import mail
from chatsite import redis
from chatsite.live import overrides
from messaging import recent
from messaging.read_news import ReadNews
from messaging.ready_pages import ready_pages
from messaging.services import read_state
from rooms.standing import standings
from tests.factories import sign_in

pytest_plugins = ["tests.people"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What is marked `once` does not run a second time where a database is named; files with slow tests come first.

    They are whole pieces of work for one worker: begun last, they would be all that runs at the end.
    """
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)
    if os.environ.get("DATABASE_URL"):
        for item in items:
            if item.get_closest_marker("once"):
                item.add_marker(pytest.mark.skip(reason="once is enough"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What failed and was tried once more is told whole: it may be a defect that is seldom seen."""
    for report in terminalreporter.stats.get("rerun", ()):
        terminalreporter.section(f"failed once: {report.nodeid}", "!", red=True)
        terminalreporter.line(report.longreprtext)


@pytest.fixture(scope="session", autouse=True)
def redis_server() -> Iterator[str]:
    """The run's Redis; its keys are gone afterwards, and an embedded server is stopped by its last user."""
    with ExitStack() as stack:
        if not os.environ.get("REDIS_URL"):
            stack.enter_context(redis.embedded_in_use(settings.VAR_DIR / "run"))
        yield settings.REDIS_URL
        forget_redis()


@pytest.fixture(autouse=True)
def _nothing_remembered(redis_server: str) -> Iterator[None]:
    """Rolled back ids come again: what Redis and this process hold of them would be another test's."""
    yield
    mail._thread.submit(lambda: None).result(10)  # a late one would be the next test's
    recent.flush()
    forget_redis()
    standings.forget()
    overrides.forget()
    ready_pages.forget()


@pytest.fixture(autouse=True)
def _nothing_left_to_tell(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What one test reads twice within a second would be told in the next one."""
    news = ReadNews()
    monkeypatch.setattr(read_state, "read_news", news)
    yield
    news._waiting.clear()


def forget_redis() -> None:
    """Deletes this run's keys, and nobody else's."""
    connection = cache.client.get_client()  # type: ignore[attr-defined]
    keys = list(connection.scan_iter(f"{settings.REDIS_PREFIX}*", count=1000))
    for start in range(0, len(keys), 1000):
        connection.delete(*keys[start : start + 1000])


class Api:
    """JSON in, JSON out. `api.get("/api/…", limit=5)`, `api.post("/api/…", {…})`; `.by(user)` carries their Bearer."""

    def __init__(self, token: str | None = None, **headers: str) -> None:
        self.client = Client(raise_request_exception=True)
        self.headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.headers |= headers
        self.token = token

    def by(self, user: Any) -> Api:
        """This door as seen by `user`, freshly signed in."""
        return Api(sign_in(user))

    def request(self, method: str, path: str, body: Any = None, raw: bytes | None = None, **query: Any) -> HttpResponse:
        data = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        return self.client.generic(  # type: ignore[return-value]
            method, path, data, "application/json", headers=self.headers, query_params=query or None
        )

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self.request("GET", path, **query)

    def post(self, path: str, body: Any = None, **query: Any) -> HttpResponse:
        return self.request("POST", path, body, **query)

    def put(self, path: str, body: Any = None, **query: Any) -> HttpResponse:
        return self.request("PUT", path, body, **query)

    def patch(self, path: str, body: Any = None, **query: Any) -> HttpResponse:
        return self.request("PATCH", path, body, **query)

    def delete(self, path: str, body: Any = None, **query: Any) -> HttpResponse:
        return self.request("DELETE", path, body, **query)

    def upload(self, method: str, path: str, **files: Any) -> HttpResponse:
        """multipart/form-data: `upload("PUT", "/api/…", file=open(…))`."""
        from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

        data = encode_multipart(BOUNDARY, files)
        return self.client.generic(method, path, data, MULTIPART_CONTENT, headers=self.headers)  # type: ignore[return-value]


@pytest.fixture
def api() -> Api:
    """The REST door, nobody signed in."""
    return Api()
