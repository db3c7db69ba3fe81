"""Administrators see what the server does by itself, and how it went; nobody else does, and nobody changes it."""

from __future__ import annotations

import pytest
from django.db import DatabaseError
from django.test import Client
from django_tasks_db.models import DBTaskResult
from pytest_django import DjangoAssertNumQueries

from chatsite.chores import HOURLY, Chore, chores, queue
from tests.administration.conftest import text_of

pytestmark = pytest.mark.django_db
LIST = "/admin/django_tasks_database/dbtaskresult/"
WRITTEN = "what somebody wrote"
CHINESE = {"Accept-Language": "zh-CN"}


def page_of(task: object) -> str:
    return f"{LIST}{task}/change/"


def test_only_administrators_see_them(as_root: Client, as_staff: Client, as_ann: Client) -> None:
    queue.work()
    task = DBTaskResult.objects.latest("enqueued_at")
    for page in (LIST, page_of(task.pk)):
        assert as_root.get(page).status_code == 200
        assert as_staff.get(page).status_code == 403
        assert as_ann.get(page).status_code == 302
    assert LIST in text_of(as_root.get("/admin/"))
    assert LIST not in text_of(as_staff.get("/admin/"))


def test_they_are_named_in_both_languages(as_root: Client) -> None:
    queue.work()
    assert "bans that have ended" in text_of(as_root.get(LIST))
    chinese = text_of(as_root.get(LIST, headers=CHINESE))
    assert all(words in chinese for words in ("定时清理", "已到期的封禁", "已完成"))


def test_a_list_of_any_length_costs_the_same(
    as_root: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for _hour in range(3):
        queue.work()
        DBTaskResult.objects.update(run_after="2026-01-01T00:00:00Z")
    with django_assert_max_num_queries(4):
        assert as_root.get(LIST).status_code == 200


def test_what_failed_is_found_and_says_where_but_not_with_which_words(
    as_root: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> int:
        raise DatabaseError(f"Duplicate entry {WRITTEN}")

    monkeypatch.setitem(chores, "break", Chore("glass", HOURLY, fail))
    queue.work()
    found = text_of(as_root.get(f"{LIST}?status=failed"))
    assert "glass" in found
    assert "bans that have ended" not in found
    page = text_of(as_root.get(page_of(DBTaskResult.objects.failed().get().pk)))
    assert "in fail" in page
    assert "DatabaseError" in page
    assert WRITTEN not in page


@pytest.mark.parametrize("page", ["change", "delete", "history"])
def test_nobody_changes_them(as_root: Client, page: str) -> None:
    queue.work()
    task = DBTaskResult.objects.latest("enqueued_at")
    as_root.post(f"{LIST}{task.pk}/{page}/", {"status": "FAILED", "post": "yes"})
    task.refresh_from_db()
    assert task.status == "SUCCESSFUL"
    assert as_root.post(f"{LIST}add/", {}).status_code == 403
