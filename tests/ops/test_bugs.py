"""A bug of ours: people learn a number and nothing else, the log learns everything."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from chatsite.api import exceptions


def bug(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("SELECT secret FROM somewhere")


urlpatterns = [path("api/bug", bug)]
handler500 = exceptions.server_error


@pytest.mark.django_db
@pytest.mark.urls(__name__)
def test_a_bug_tells_people_nothing_and_the_log_everything(caplog: Any) -> None:
    answer = Client(raise_request_exception=False).get("/api/bug")
    assert (answer.status_code, answer.json()["code"]) == (500, "unavailable")
    assert answer.json()["request_id"] == answer["X-Request-Id"]
    assert b"SELECT" not in answer.content
    assert b"Traceback" not in answer.content
    assert "SELECT secret" in caplog.text
