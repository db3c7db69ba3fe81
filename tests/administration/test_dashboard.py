"""The first page: true figures, few queries, and something to see when half of the server is down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now, override
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from chatsite.administration import dashboard
from messaging.models import Message, MessageDay, Report
from messaging.services import statistics
from presence.store import StatusReader
from tests.administration.conftest import Enter, text_of
from tests.factories import make_message, make_room, make_user, sign_in

pytestmark = pytest.mark.django_db
FIGURES = ("online", "people", "sessions", "reports", "database", "redis", "storage")


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    dashboard.kept.forget()
    yield
    dashboard.kept.forget()


def figure(name: str) -> dashboard.Figure:
    return dashboard.figures[name]()


def test_the_apps_have_hung_up_what_there_is_to_see() -> None:
    assert set(FIGURES) <= dashboard.figures.keys()
    assert {"messages", "new people"} <= dashboard.charts.keys()


def test_the_page_asks_a_constant_number_of_queries_and_keeps_what_it_found(as_root: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert as_root.get("/admin/").status_code == 200
        return len(asked)

    as_root.get("/admin/")  # counts the days that are over, once
    dashboard.kept.forget()
    few = queries()
    ann = make_user("ann")
    for _ in range(5):
        sign_in(make_user())
        room = make_room(make_user(), members=[ann])
        make_message(room, ann)
        Report.objects.create(user_id=ann.pk, reason="spam")
    assert queries() == 2, "session and user: the rest is kept for a minute"
    dashboard.kept.forget()
    assert queries() == few <= 10


def test_figures_are_true() -> None:
    ann = make_user("ann")
    make_user("bob", is_active=False)
    assert figure("people").value == 1
    make_user("cat", is_active=False, awaits_approval=True)
    assert "1" in str(figure("people").note)
    sign_in(ann)
    assert figure("sessions").value == 1
    Report.objects.create(user_id=ann.pk, reason="spam")
    Report.objects.create(user_id=ann.pk, reason="spam", closed_at=now())
    assert (figure("reports").value, figure("reports").state) == (1, "bad")


def test_messages_are_counted_by_day_and_days_that_are_over_once() -> None:
    ann = make_user("ann")
    rooms = [make_room(ann), make_room(ann)]
    Message.objects.all().delete()
    today = now().date()
    for back, count in ((0, 2), (1, 3), (29, 1), (31, 5)):
        at = datetime.combine(today - timedelta(days=back), time(0, 0), UTC)
        for number in range(count):
            message = make_message(rooms[number % 2], ann)
            Message.objects.filter(pk=message.id).update(created_at=at)
    counts = statistics.messages_a_day().counts
    found = {back: counts.get(today - timedelta(days=back), 0) for back in (0, 1, 2, 29)}
    assert found == {0: 2, 1: 3, 2: 0, 29: 1}
    assert MessageDay.objects.count() == 29
    assert not MessageDay.objects.filter(day=today).exists()
    with CaptureQueriesContext(connection) as asked:
        assert statistics.messages_a_day().counts.get(today) == 2
    assert len(asked) == 2, "what is kept, and today"


def test_yesterday_is_counted_when_it_is_over() -> None:
    ann = make_user("ann")
    statistics.messages_a_day()
    room = make_room(ann)
    sent = make_message(room, ann).created_at.date()
    with time_machine.travel(now() + timedelta(days=2), tick=True):
        assert statistics.messages_a_day().counts[sent] >= 1
        assert MessageDay.objects.filter(day=sent).get().messages >= 1


def test_it_tells_of_a_redis_that_is_away(as_root: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from redis.exceptions import ConnectionError as RedisConnectionError

    def refuse(*args: Any) -> Any:
        raise RedisConnectionError

    monkeypatch.setattr("chatsite.administration.health.get_redis_connection", refuse)
    monkeypatch.setattr("presence.statistics.reader", StatusReader(refuse))
    page = text_of(as_root.get("/admin/"))
    assert "administration-is-bad" in page
    assert "no answer" in page
    assert "Redis is away" in page


def test_a_figure_that_fails_leaves_the_others_standing(as_root: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(dashboard.figures, "storage", lambda: 1 // 0)
    page = text_of(as_root.get("/admin/"))
    assert "cannot be told right now" in page
    assert "Sessions" in page


def test_who_is_online_is_counted() -> None:
    assert figure("online").value == 0


def test_only_staff_sees_it(as_staff: Client, as_ann: Client) -> None:
    assert as_staff.get("/admin/").status_code == 200
    assert as_ann.get("/admin/").status_code == 302


def test_bars_are_as_tall_as_their_day() -> None:
    today = now().date()
    chart = dashboard.Chart("x", {today: 10, today - timedelta(days=1): 5, today - timedelta(days=99): 100})
    assert [(bar.count, bar.height) for bar in chart.bars[-2:]] == [(5, 60.0), (10, 120.0)]
    assert (chart.total, chart.most, len(chart.bars)) == (15, 10, 30)
    assert {bar.height for bar in dashboard.Chart("x", {}).bars} == {0.0}


def test_new_people_are_counted_by_day() -> None:
    User.objects.all().delete()
    make_user("ann")
    make_user("old", date_joined=now() - timedelta(days=40))
    counts = dashboard.charts["new people"]().counts
    assert {day: count for day, count in counts.items() if count} == {now().date(): 1}


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Asia/Kathmandu"])
def test_a_day_begins_and_ends_at_midnight_of_whoever_looks(
    zone: str, root: User, enter: Enter, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    """As their profile says: their yesterday ends where their today begins, whatever day it is in Greenwich."""
    room = make_room(root)
    Message.objects.all().delete()
    User.objects.exclude(pk=root.pk).delete()
    midnight = datetime(2026, 1, 20, tzinfo=ZoneInfo(zone))
    for at in (midnight - timedelta(seconds=1), midnight, midnight + timedelta(hours=12)):
        Message.objects.filter(pk=make_message(room, root).id).update(created_at=at)
    User.objects.filter(pk=root.pk).update(timezone=zone, date_joined=midnight)
    with time_machine.travel(midnight + timedelta(days=1, minutes=1), tick=False), override(ZoneInfo(zone)):
        statistics.messages_a_day()
        with django_assert_num_queries(3):
            found = [statistics.messages_a_day(), dashboard.charts["new people"]()]
        days = [(chart.bars[-3].count, chart.bars[-2].count, chart.bars[-1].count) for chart in found]
        assert days == [(1, 2, 0), (0, 1, 0)]
        assert set(MessageDay.objects.values_list("zone", flat=True)) == {zone}
    with time_machine.travel(midnight + timedelta(days=1, minutes=1), tick=False):
        row = "<tr><td>2026-01-20</td><td>2</td></tr>"
        page = text_of(enter(root).get("/admin/"))
        assert row in page
        assert f"Days are those of {zone}" in page
        User.objects.filter(pk=root.pk).update(timezone="UTC")
        assert row not in text_of(enter(root).get("/admin/")), "another clock, other days, at once"
