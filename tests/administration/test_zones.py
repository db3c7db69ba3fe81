"""Times are those of whoever looks, and every page says which."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from accounts.models import User
from chatsite.audit.models import AuditEntry
from chatsite.settings import environment
from messaging.models import Message
from tests.administration.conftest import Enter, text_of
from tests.factories import make_message, make_room, make_user

pytestmark = pytest.mark.django_db
AT = datetime(2026, 3, 1, 20, 30, 15, tzinfo=UTC)  # in Shanghai it is the day after
LOG, MESSAGES = "/admin/audit/auditentry/", "/admin/messaging/message/"


@pytest.fixture
def said(ann: User) -> Message:
    message = make_message(make_room(ann), ann, "at night")
    Message.objects.filter(pk=message.id).update(created_at=AT)
    AuditEntry(action="user.approve", at=AT).save()
    return Message.objects.get(pk=message.id)


def test_times_are_the_servers_and_every_page_names_its_zone(as_root: Client, said: Message, settings: Any) -> None:
    for name, shown, day in (("UTC", "20:30", "2026-03-01"), ("Asia/Shanghai", "04:30", "2026-03-02")):
        settings.TIME_ZONE = name
        for page in (MESSAGES, f"{MESSAGES}{said.pk}/change/", LOG):
            text = text_of(as_root.get(page))
            assert f"{day} {shown}" in text, page
            assert f"Times: {name}" in text
        assert f"Times: {name}" in text_of(as_root.get("/admin/"))
    assert "2026-03-02 04:30:15" in text_of(as_root.get(LOG))
    assert "时间：Asia/Shanghai (UTC+08:00)" in text_of(as_root.get(LOG, headers={"Accept-Language": "zh-CN"}))


def test_whoever_has_chosen_a_zone_sees_it_and_others_do_not(enter: Enter, said: Message, settings: Any) -> None:
    settings.TIME_ZONE = "Asia/Shanghai"
    away = make_user("away", is_staff=True, timezone="America/New_York")
    plain, lost = make_user("plain", is_staff=True), make_user("lost", is_staff=True, timezone="Nowhere/Else")
    for user, shown in ((away, "2026-03-01 15:30"), (plain, "2026-03-02 04:30"), (lost, "2026-03-02 04:30")):
        assert shown in text_of(enter(user).get(MESSAGES)), user


def test_a_filter_means_days_of_that_zone(as_root: Client, said: Message, settings: Any) -> None:
    for name, found in (("UTC", {"2026-03-01"}), ("Asia/Shanghai", {"2026-03-02"})):
        settings.TIME_ZONE = name
        for page, field, row in ((MESSAGES, "created_at", "at night"), (LOG, "at", ":30:15")):
            days = [f"2026-03-0{number}" for number in (1, 2, 3)]
            texts = {day: text_of(as_root.get(page, {f"{field}_since": day, f"{field}_until": day})) for day in days}
            assert {day for day, text in texts.items() if row in text} == found, page


@pytest.mark.parametrize("given", ["Asia", "Beijing", "../etc/passwd", "UTC+8", "/etc/localtime"])
def test_a_time_zone_that_does_not_exist_ends_the_start(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("TIME_ZONE", given)
    with pytest.raises(ImproperlyConfigured, match="TIME_ZONE must name a time zone like Asia/Shanghai"):
        environment.zone("TIME_ZONE", "UTC")
    monkeypatch.setenv("TIME_ZONE", "Asia/Shanghai")
    assert environment.zone("TIME_ZONE", "UTC") == "Asia/Shanghai"
