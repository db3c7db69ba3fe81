"""Who may change what, and what is recorded of it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from chatsite.audit.models import AuditEntry
from chatsite.errors import ChatError
from chatsite.live import overrides, setting
from chatsite.live.kinds import Choice, Switch, Whole, Words
from chatsite.live.models import Override
from chatsite.live.registry import LIVE
from chatsite.live.services import change_settings, reset_setting, standings
from tests.conftest import Api
from tests.factories import make_room, make_user
from tests.livesettings.conftest import Change

ROOT_DIR = Path(__file__).resolve().parents[2]


def test_an_override_holds_until_it_is_reset(
    change: Change, root: User, django_capture_on_commit_callbacks: Any
) -> None:
    assert setting("REGISTRATION") == "open"
    assert change(REGISTRATION="closed", RECALL_WINDOW_SECONDS=30) == ["REGISTRATION", "RECALL_WINDOW_SECONDS"]
    assert (setting("REGISTRATION"), setting("RECALL_WINDOW_SECONDS")) == ("closed", 30)
    with django_capture_on_commit_callbacks(execute=True):
        reset_setting(by=root, name="REGISTRATION")
    assert (setting("REGISTRATION"), setting("RECALL_WINDOW_SECONDS")) == ("open", 30)


def test_reading_a_setting_asks_nobody(change: Change) -> None:
    change(REGISTRATION="closed")
    with CaptureQueriesContext(connection) as captured:
        assert [setting(name) for name in LIVE]
    assert captured.captured_queries == []


def test_what_is_set_to_what_it_was_is_no_change(change: Change) -> None:
    assert change(REGISTRATION="open") == []
    assert change(REGISTRATION="closed") == ["REGISTRATION"]
    assert change(REGISTRATION="closed") == []
    assert Override.objects.count() == 1


def test_a_change_and_a_reset_are_recorded(change: Change, root: User) -> None:
    change(RECALL_WINDOW_SECONDS=30)
    reset_setting(by=root, name="RECALL_WINDOW_SECONDS")
    reset_setting(by=root, name="RECALL_WINDOW_SECONDS")  # there is nothing left to reset
    rows = AuditEntry.objects.order_by("id").values_list("actor_id", "action", "target_type", "target_name", "details")
    assert list(rows) == [
        (root.pk, "setting.change", "setting", "RECALL_WINDOW_SECONDS", {"from": 120, "to": 30}),
        (root.pk, "setting.reset", "setting", "RECALL_WINDOW_SECONDS", {"from": 30, "to": 120}),
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("REGISTRATION", "ajar"),
        ("REGISTRATION", None),
        ("REGISTRATION", ["open"]),
        ("RECALL_WINDOW_SECONDS", -1),
        ("RECALL_WINDOW_SECONDS", "120"),
        ("RECALL_WINDOW_SECONDS", True),
        ("RECALL_WINDOW_SECONDS", 1.5),
        ("RECALL_WINDOW_SECONDS", 10**12),
        ("CONTENT_CHARS", 8_001),
        ("CONTENT_CHARS", 99),
        ("UPLOAD_BYTES", 0),
        ("RATE_LIMITS", 0),
        ("RATE_LIMITS", "off"),
        ("SERVER_NAME", " "),
        ("SERVER_NAME", "two\nlines"),
        ("SERVER_NAME", "x" * 61),
        ("SERVER_MESSAGE", "x\0"),
        ("SERVER_MESSAGE", 7),
        ("SECRET_KEY", "mine"),
        ("DEBUG", True),
    ],
)
def test_what_is_not_sound_is_refused_with_all_that_came_with_it(root: User, name: str, value: object) -> None:
    with pytest.raises(ChatError) as refusal:
        change_settings(by=root, wanted={"EDIT_WINDOW_SECONDS": 60, name: value})
    assert refusal.value.code == "validation_error"
    assert list(refusal.value.fields or {}) == [name]
    assert not Override.objects.exists()


def test_only_active_administrators_read_and_change_settings(api: Api, root: User) -> None:
    owner = make_user("owner")  # of a room, which is another kind of power
    make_room(owner)
    staff = make_user("staff", is_staff=True)
    retired = make_user("retired", is_staff=True, is_superuser=True, is_active=False)
    for wrong in (owner, staff, retired):
        for attempt in (
            lambda by: standings(by=by),
            lambda by: change_settings(by=by, wanted={"REGISTRATION": "closed"}),
            lambda by: reset_setting(by=by, name="REGISTRATION"),
        ):
            with pytest.raises(ChatError, match="permission_denied"):
                attempt(wrong)
    assert api.get("/api/settings").status_code == 401
    for wrong in (owner, staff):
        assert api.by(wrong).get("/api/settings").status_code == 403
        assert api.by(wrong).patch("/api/settings", {"values": {"REGISTRATION": "closed"}}).status_code == 403
        assert api.by(wrong).delete("/api/settings/REGISTRATION").status_code == 403
    assert not Override.objects.exists()


def test_administrators_change_settings_by_rest(api: Api, root: User, django_capture_on_commit_callbacks: Any) -> None:
    door = api.by(root)
    with django_capture_on_commit_callbacks(execute=True):
        assert door.patch("/api/settings", {"values": {"REGISTRATION": "approval"}}).status_code == 204
    rows = {row["name"]: row for row in door.get("/api/settings").json()["results"]}
    assert list(rows) == list(LIVE)
    changed = rows["REGISTRATION"]
    assert (changed["value"], changed["default"], changed["is_overridden"]) == ("approval", "open", True)
    assert changed["changed_by"] == root.pk
    assert rows["SERVER_NAME"]["changed_at"] is None
    assert door.patch("/api/settings", {"values": {"REGISTRATION": 5}}).json()["fields"].keys() == {"REGISTRATION"}
    assert door.delete("/api/settings/NO_SUCH").status_code == 404
    assert door.delete("/api/settings/REGISTRATION").status_code == 204
    assert not Override.objects.exists()


def test_the_list_is_one_query_however_many_are_set(root: User, change: Change) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            standings(by=root)
        return len(captured)

    assert queries() == 1
    change(REGISTRATION="closed", RATE_LIMITS=True, CONTENT_CHARS=200, UPLOAD_BYTES=2**20, RETENTION_DAYS=9)
    assert queries() == 1


def test_what_another_release_has_stored_does_not_break_this_one(root: User) -> None:
    Override.objects.create(name="OF_TOMORROW", value={"a": 1}, changed_by_id=1)
    Override.objects.create(name="REGISTRATION", value=["open"], changed_by_id=1)
    Override.objects.create(name="EDIT_WINDOW_SECONDS", value=7, changed_by_id=1)
    overrides.refresh()
    assert (setting("REGISTRATION"), setting("EDIT_WINDOW_SECONDS")) == ("open", 7)
    assert "OF_TOMORROW" not in {standing.live.name for standing in standings(by=root)}


@pytest.mark.django_db(databases=[])
def test_every_default_is_one_that_may_be_set() -> None:
    for live in LIVE.values():
        assert live.complaint(getattr(django_settings, live.name)) is None, live.name
        assert isinstance(live, (Choice, Switch, Whole, Words))


@pytest.mark.django_db(databases=[])
def test_nobody_reads_a_live_setting_past_its_override() -> None:
    """`settings.REGISTRATION` would be what held when the process started."""
    past = re.compile(rf"\bsettings\.({'|'.join(LIVE)})\b")
    asked = re.compile(r"\bsetting\(\"(\w+)\"\)")
    unknown: list[str] = []
    for package in ("chatsite", "accounts", "rooms", "presence", "messaging"):
        for file in (ROOT_DIR / package).rglob("*.py"):
            text = file.read_text()
            if "chatsite.live import setting" in text:
                unknown += [f"{file.name}: {name}" for name in asked.findall(text) if name not in LIVE]
            if file.name != "checks.py":  # warns at the start, of the environment
                unknown += [f"{file.name}: {name}" for name in past.findall(text)]
    assert unknown == []
