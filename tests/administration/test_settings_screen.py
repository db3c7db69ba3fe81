"""The page of the server settings."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from chatsite.audit.models import AuditEntry
from chatsite.live import setting
from chatsite.live.forms import in_words
from chatsite.live.models import Override
from chatsite.live.registry import LIVE
from chatsite.live.services import change_settings
from tests.administration.conftest import text_of
from tests.administration.conversations import queries_of

pytestmark = pytest.mark.django_db
PAGE = "/admin/live/override/"


def shown(client: Client) -> dict[str, Any]:
    """-> what a browser would send back of the page as it is now"""
    form = client.get(PAGE).context["form"]
    data: dict[str, Any] = {}
    for field in form:
        value = field.value()
        if value is not False:
            data[field.html_name] = value
        data[field.html_initial_name] = value
    return data


def test_only_administrators_see_and_change_settings(as_ann: Client, as_staff: Client, as_root: Client) -> None:
    for outsider in (Client(), as_ann):
        assert outsider.get(PAGE).status_code == 302
        assert outsider.post(PAGE, {"REGISTRATION": "closed"}).status_code == 302
    assert as_staff.get(PAGE).status_code == 403
    assert as_staff.post(PAGE, {"REGISTRATION": "closed"}).status_code == 403
    assert as_staff.post(PAGE, {"reset": "REGISTRATION"}).status_code == 403
    assert as_root.get(PAGE).status_code == 200
    assert not Override.objects.exists()


def test_what_is_changed_holds_and_nothing_else_is_touched(
    as_root: Client, django_capture_on_commit_callbacks: Any
) -> None:
    data = shown(as_root)
    with django_capture_on_commit_callbacks(execute=True):
        answer = as_root.post(PAGE, data | {"REGISTRATION": "invite", "SERVER_MESSAGE": "one\r\ntwo"})
    assert answer.status_code == 302
    assert set(Override.objects.values_list("name", flat=True)) == {"REGISTRATION", "SERVER_MESSAGE"}
    assert (setting("REGISTRATION"), setting("SERVER_MESSAGE")) == ("invite", "one\ntwo")
    page = text_of(as_root.get(PAGE))
    assert 'value="REGISTRATION"' in page, "a button to reset it"
    assert 'value="CONTENT_CHARS"' not in page
    assert "root" in page


def test_it_goes_back_to_the_environment(as_root: Client, root: User, django_capture_on_commit_callbacks: Any) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        change_settings(by=root, wanted={"REGISTRATION": "closed"})
        assert as_root.post(PAGE, {"reset": "REGISTRATION"}).status_code == 302
    assert setting("REGISTRATION") == "open"
    assert [e.action for e in AuditEntry.objects.order_by("pk")] == ["setting.change", "setting.reset"]
    assert as_root.post(PAGE, {"reset": "SECRET_KEY"}).status_code == 302
    assert not Override.objects.exists()


def test_what_another_administrator_has_changed_meanwhile_stays(as_root: Client, root: User) -> None:
    data = shown(as_root)
    change_settings(by=root, wanted={"RECALL_WINDOW_SECONDS": 33})
    assert as_root.post(PAGE, data | {"EDIT_WINDOW_SECONDS": "60"}).status_code == 302
    assert Override.objects.get(name="RECALL_WINDOW_SECONDS").value == 33
    assert Override.objects.get(name="EDIT_WINDOW_SECONDS").value == 60


def test_what_is_out_of_bounds_is_said_and_not_stored(as_root: Client) -> None:
    data = shown(as_root)
    for wrong in ({"CONTENT_CHARS": "9000"}, {"REGISTRATION": "ajar"}, {"SERVER_NAME": ""}, {"UPLOAD_BYTES": "x"}):
        answer = as_root.post(PAGE, data | {"EDIT_WINDOW_SECONDS": "60"} | wrong)
        assert answer.status_code == 400
        assert list(answer.context["form"].errors) == list(wrong)
    assert as_root.post(PAGE, data | {"SERVER_MESSAGE": "bell \a"}).status_code == 400
    assert not Override.objects.exists()


def test_a_switch_is_put_off(as_root: Client) -> None:
    data = shown(as_root)
    del data["RATE_LIMITS"]
    assert as_root.post(PAGE, data).status_code == 302
    assert Override.objects.get(name="RATE_LIMITS").value is False


def test_the_page_asks_as_much_for_many_overrides_as_for_few(as_root: Client, root: User) -> None:
    change_settings(by=root, wanted={"REGISTRATION": "closed"})
    few = queries_of(as_root, PAGE)
    change_settings(by=root, wanted={"CONTENT_CHARS": 500, "RETENTION_DAYS": 30, "ROOMS_PER_PERSON": 4})
    assert queries_of(as_root, PAGE) == few


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("RECALL_WINDOW_SECONDS", 120, "2 minutes"),
        ("RECALL_WINDOW_SECONDS", 0, "0 seconds"),
        ("EDIT_WINDOW_SECONDS", 0, "at any time"),
        ("EDIT_WINDOW_SECONDS", 86_400, "1 day"),
        ("RETENTION_DAYS", 30, "30 days"),
        ("UPLOAD_BYTES", 25 * 1024**2, "25.0\xa0MB"),
        ("REGISTRATION", "closed", "Nobody"),
        ("RATE_LIMITS", False, "off"),
        ("CONTENT_CHARS", 8000, "8,000"),
    ],
)
def test_values_are_said_as_people_say_them(name: str, value: Any, words: str) -> None:
    assert in_words(LIVE[name], value) == words


def test_a_field_says_in_what_its_number_is_and_what_zero_means(as_root: Client) -> None:
    page = text_of(as_root.get(PAGE))
    assert "Time to recall (seconds)" in page
    assert "0: at any time." in page
    chinese = text_of(as_root.get(PAGE, headers={"Accept-Language": "zh-CN"}))
    assert "(字节)" in chinese


def test_the_page_is_named_once(as_root: Client) -> None:
    (heading,) = re.findall(r"<h1.*?</h1>", text_of(as_root.get(PAGE)), re.DOTALL)
    assert re.sub(r"<[^>]*>|\s", "", heading) == "Settings"
