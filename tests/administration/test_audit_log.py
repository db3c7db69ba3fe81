"""What was recorded stays as it was, and only administrators read it."""

from __future__ import annotations

import csv
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils.timezone import now
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from chatsite import chores
from chatsite.audit.actions import ACTIONS, TARGETS
from chatsite.audit.export import safe_cell
from chatsite.audit.models import AppendOnly, AuditEntry
from chatsite.audit.services import record
from chatsite.errors import PermissionDenied, ValidationFailed
from chatsite.live.services import change_settings
from tests.administration.conftest import Enter, text_of
from tests.factories import make_user

pytestmark = pytest.mark.django_db
LIST = "/admin/audit/auditentry/"
EXPORT = f"{LIST}do/export/"


def test_an_entry_says_who_did_what_to_whom_and_from_where(root: User, ann: User) -> None:
    record(actor=root, action="user.disable", target_type="user", target_id=ann.pk, target_name="ann", address="::1")
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.target_id, entry.target_name) == (root, "user.disable", ann.pk, "ann")
    assert (entry.address, entry.details) == ("::1", {})


def test_no_action_without_a_name_is_recorded(root: User) -> None:
    with pytest.raises(ValueError, match="no name"):
        record(actor=root, action="user.tickle")


def test_every_name_fits_its_column() -> None:
    for names, column in ((ACTIONS, "action"), (TARGETS, "target_type")):
        longest = AuditEntry._meta.get_field(column).max_length
        assert max(map(len, names)) <= longest, "SQLite would not mind"


def test_what_is_recorded_cannot_be_changed_or_deleted(root: User) -> None:
    entry = record(actor=root, action="user.disable")
    attempts: list[Any] = [
        entry.save,
        entry.delete,
        AuditEntry.objects.get().save,
        AuditEntry.objects.all().delete,
        lambda: AuditEntry.objects.update(action="user.enable"),
        lambda: AuditEntry.objects.filter(pk=entry.pk).update(actor=None),
        lambda: AuditEntry.objects.bulk_update([entry], ["action"]),
        lambda: AuditEntry.objects.update_or_create(pk=entry.pk, defaults={"action": "user.enable"}),
    ]
    for attempt in attempts:
        with pytest.raises(AppendOnly):
            attempt()
    assert AuditEntry.objects.get().action == "user.disable"


def test_an_entry_falls_with_the_change_that_it_tells_of(root: User) -> None:
    with transaction.atomic():
        record(actor=root, action="user.disable")
        transaction.set_rollback(True)
    assert not AuditEntry.objects.exists()


def test_an_entry_outlives_whom_it_names(root: User) -> None:
    gone = make_user("gone", is_staff=True)
    record(actor=gone, action="user.disable")
    number = gone.pk
    gone.delete()
    assert AuditEntry.objects.get().actor_id == number


def test_only_administrators_read_it(as_staff: Client, as_ann: Client, as_root: Client) -> None:
    entry = record(actor=None, action="user.disable")
    for page in (LIST, f"{LIST}{entry.pk}/change/"):
        assert Client().get(page).status_code == 302
        assert as_ann.get(page).status_code == 302
        assert as_staff.get(page).status_code == 403
        assert as_root.get(page).status_code == 200
    assert as_staff.post(EXPORT).status_code == 404
    assert AuditEntry.objects.count() == 1


def test_nobody_adds_changes_or_deletes_by_the_admin(as_root: Client) -> None:
    entry = record(actor=None, action="user.disable")
    assert as_root.get(f"{LIST}add/").status_code == 403
    assert as_root.post(f"{LIST}{entry.pk}/change/", {"action": "user.enable"}).status_code == 403
    assert as_root.post(f"{LIST}{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    assert as_root.post(LIST, {"action": "delete_selected", "_selected_action": entry.pk}).status_code == 200
    assert AuditEntry.objects.get().action == "user.disable"


def test_a_list_asks_as_much_for_fifty_entries_as_for_one(
    as_root: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for entries in (1, 49):
        for number in range(entries):
            record(actor=make_user(), action="user.disable", target_type="user", target_id=number + 1)
        with django_assert_num_queries(5):  # session, user, count, rows, people that were acted on
            as_root.get(LIST)


def test_whom_a_moderator_has_acted_on_is_named_and_found(as_root: Client) -> None:
    """Recorded is a number: what is deleted leaves no name behind."""
    other, third = make_user("sorbus"), make_user("medlar")
    for whom in (other, third):
        record(actor=None, action="member.mute", target_type="user", target_id=whom.pk, details={"room_id": 1})
    page = text_of(as_root.get(f"{LIST}?q=sorb"))
    assert "sorbus" in page
    assert "medlar" not in page
    entry = AuditEntry.objects.get(target_id=other.pk)
    assert "sorbus" in text_of(as_root.get(f"{LIST}{entry.pk}/change/"))
    User.objects.filter(pk=other.pk).update(username="")
    assert f"#{other.pk}" in text_of(as_root.get(LIST))


def test_it_is_narrowed_by_actor_action_target_and_day(as_root: Client, root: User, staff: User) -> None:
    record(actor=root, action="user.disable", target_type="user", target_id=1, target_name="quince")
    record(actor=staff, action="user.enable", target_type="user", target_id=2, target_name="medlar")
    AuditEntry(actor=staff, action="user.approve", target_name="sorbus", at=datetime(2020, 5, 5, tzinfo=UTC)).save()
    for query, found in {
        f"actor__id__exact={root.pk}": {"quince"},
        "action=user.enable": {"medlar"},
        "target_type=user": {"quince", "medlar"},
        "at_since=2020-05-05&at_until=2020-05-05": {"sorbus"},
        "at_until=2020-05-04": set(),
        "q=med": {"medlar"},
        "q=staff": {"medlar", "sorbus"},
        "at_since=nonsense": {"quince", "medlar", "sorbus"},
    }.items():
        page = text_of(as_root.get(f"{LIST}?{query}"))
        assert {name for name in ("quince", "medlar", "sorbus") if name in page} == found, query


def rows_of(answer: Any) -> list[dict[str, str]]:
    text = b"".join(answer.streaming_content).decode()
    assert text.startswith("\ufeff"), "for Excel"
    return list(csv.DictReader(StringIO(text[1:])))


@pytest.mark.django_db(transaction=True)  # the export asks on connections of its own
def test_it_is_exported_and_that_is_recorded(as_root: Client, root: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chatsite.audit.export.ROWS_A_PAGE", 2)
    for number in range(5):
        record(actor=root, action="user.disable", target_type="user", target_id=number, details={"n": number})
    answer = as_root.post(EXPORT, headers={"Accept-Language": "zh-CN"})
    assert answer["Content-Disposition"].startswith("attachment")
    rows = rows_of(answer)
    assert [row["target_id"] for row in rows] == ["0", "1", "2", "3", "4", ""]
    assert (rows[0]["actor"], rows[0]["details"], rows[0]["meaning"]) == ("root", '{"n":0}', "停用了账号")
    assert rows[-1]["action"] == "audit.export"


@pytest.mark.django_db(transaction=True)  # the export asks on connections of its own
def test_an_export_of_days_holds_these_days(as_root: Client) -> None:
    AuditEntry(action="user.approve", at=datetime(2020, 5, 5, 23, 59, tzinfo=UTC)).save()
    rows = rows_of(as_root.post(EXPORT, {"since": "2020-05-05", "until": "2020-05-05"}))
    assert [row["action"] for row in rows] == ["user.approve"]
    assert as_root.post(EXPORT, {"since": "yesterday"}).status_code == 400


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "＝1"])
def test_no_cell_of_the_export_is_a_formula(as_root: Client, name: str) -> None:
    record(actor=None, action="user.disable", target_name=name)
    assert rows_of(as_root.post(EXPORT))[0]["target"] == f"'{name}"
    assert safe_cell("ann") == "ann"


def test_signing_in_to_the_admin_is_recorded(root: User, enter: Enter) -> None:
    root.set_password("an operators password")
    root.save()
    browser = Client(REMOTE_ADDR="203.0.113.7")
    browser.post("/admin/login/", {"username": "root", "password": "a wrong one"})
    assert not AuditEntry.objects.exists()
    browser.post("/admin/login/", {"username": "root", "password": "an operators password"})
    entry = AuditEntry.objects.get()
    assert (entry.actor, entry.action, entry.address) == (root, "admin.sign_in", "203.0.113.7")


def _entry_of(days_ago: int) -> int:
    entry = AuditEntry(action="user.approve", at=now() - timedelta(days=days_ago))
    entry.save()
    return entry.pk


def test_old_entries_stay_for_ever_unless_administrators_want_otherwise(root: User) -> None:
    kept = {_entry_of(5_000), _entry_of(1)}
    assert chores.do("audit log") == 0
    assert set(AuditEntry.objects.values_list("pk", flat=True)) == kept


def test_what_is_older_than_the_log_is_kept_goes_and_the_log_says_so(
    root: User, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr("chatsite.audit.retention.BATCH", 2)
    gone, kept = {_entry_of(days) for days in (41, 50, 900)}, {_entry_of(days) for days in (0, 39)}
    with django_capture_on_commit_callbacks(execute=True):
        change_settings(by=root, wanted={"AUDIT_DAYS": 40})
    assert chores.do("audit log") == 3
    assert not AuditEntry.objects.filter(pk__in=gone).exists()
    assert AuditEntry.objects.filter(pk__in=kept).count() == len(kept)
    told = AuditEntry.objects.filter(action="audit.expire")
    assert [(entry.actor_id, entry.details["entries"]) for entry in told.order_by("pk")] == [(None, 2), (None, 1)]
    assert chores.do("audit log") == 0, "the same day tells nothing twice"
    assert AuditEntry.objects.filter(action="setting.change", target_name="AUDIT_DAYS").count() == 1


def test_nobody_makes_the_log_forget_what_has_just_been_done(root: User, staff: User) -> None:
    for days in (1, 29, -1):
        with pytest.raises(ValidationFailed):
            change_settings(by=root, wanted={"AUDIT_DAYS": days})
    with pytest.raises(PermissionDenied):
        change_settings(by=staff, wanted={"AUDIT_DAYS": 400})
    _entry_of(200)
    assert chores.do("audit log") == 0


def test_the_page_of_an_entry_is_named_as_people_say_it(as_root: Client, root: User) -> None:
    entry = record(actor=root, action="user.disable")
    page = f"{LIST}{entry.pk}/change/"
    assert "user.disable" not in text_of(as_root.get(page))
    assert "user.disable" not in text_of(as_root.get(page, headers={"Accept-Language": "zh-CN"}))
