"""The queue of reports, and what is done about one."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from messaging.models import ReportNote
from rooms.models import Room
from tests.administration.conftest import text_of
from tests.administration.conversations import REPORTS, do, make_message, member_of, report_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unlimited")]


def test_the_queue_shows_what_is_open(as_staff: Client, room: Room, ann: User, bob: User) -> None:
    first, second = (report_of(make_message(room, bob, text), ann) for text in ("one", "two"))
    assert as_staff.get(REPORTS)["Location"] == "?state=open"
    assert do(as_staff, REPORTS, first, "take") == 302
    assert do(as_staff, REPORTS, second, "dismiss", note="nothing") == 302
    page = text_of(as_staff.get(f"{REPORTS}?state=open"))
    assert f"#{first.pk}<" in page
    assert f"#{second.pk}<" not in page
    assert f"#{second.pk}<" in text_of(as_staff.get(f"{REPORTS}?state=closed"))
    page = text_of(as_staff.get(f"{REPORTS}{second.pk}/change/"))
    assert "nothing" in page
    assert ">staff</a>" in page


def test_a_report_is_worked_off_on_its_page(as_staff: Client, room: Room, ann: User, bob: User) -> None:
    report = report_of(make_message(room, bob, "rude words"), ann)
    page = text_of(as_staff.get(f"{REPORTS}{report.pk}/change/"))
    assert "rude words" in page
    for deed in ("take", "recall", "mute", "kick", "ban", "disable", "dismiss", "add_note"):
        assert f"/do/{deed}/" in page
    assert do(as_staff, REPORTS, report, "add_note", text="looked at it") == 302
    assert do(as_staff, REPORTS, report, "mute", minutes="1440", note="warned") == 302
    report.refresh_from_db()
    assert (report.outcome, report.note, member_of(room, bob).muted_until is not None) == ("muted", "warned", True)
    page = text_of(as_staff.get(f"{REPORTS}{report.pk}/change/"))
    assert ReportNote.objects.get().text in page
    assert "/do/kick/" not in page
    assert do(as_staff, REPORTS, report, "kick") == 409


def test_a_message_between_two_is_shown_with_its_report(as_staff: Client, direct: Room, ann: User, bob: User) -> None:
    """One of the two has shown it, and it alone."""
    make_message(direct, ann, "something else")
    report = report_of(make_message(direct, bob, "a threat"), ann)
    page = text_of(as_staff.get(f"{REPORTS}{report.pk}/change/"))
    assert "a threat" in page
    assert "something else" not in page
    for deed in ("mute", "kick", "ban"):
        assert f"/do/{deed}/" not in page
    assert do(as_staff, REPORTS, report, "recall") == 302
    assert "a threat" not in text_of(as_staff.get(f"{REPORTS}{report.pk}/change/"))
