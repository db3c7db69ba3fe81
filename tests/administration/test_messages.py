"""Messages: found by room and sender, read only where nobody was promised otherwise."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from chatsite.audit.models import AuditEntry
from messaging.models import Message
from rooms.models import Room
from tests.administration.conftest import text_of
from tests.administration.conversations import MESSAGES, ROOMS, SECRET, do, make_message
from tests.factories import make_room

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unlimited")]


def test_messages_are_found_by_number_room_sender_and_day(as_staff: Client, room: Room, ann: User, bob: User) -> None:
    other = make_room(ann, name="Other")
    numbers = {
        "ann here": make_message(room, ann, "ann here").pk,
        "bob here": make_message(room, bob, "bob here").pk,
        "ann there": make_message(other, ann, "ann there").pk,
    }
    room.refresh_from_db()
    for query, found in {
        f"q={numbers['bob here']}": {"bob here"},
        f"q=%23{numbers['bob here']}": {"bob here"},
        "q=bob": set(),
        f"room={room.pk}": {"ann here", "bob here"},
        f"room={room.code}": {"ann here", "bob here"},
        "room=Harbour": set(),
        "sender=Ann": {"ann here", "ann there"},
        "sender=nobody": set(),
        f"sender=ann&room={room.pk}": {"ann here"},
        "created_at_until=2020-01-01": set(),
        "created_at_since=2020-01-01": set(numbers),
    }.items():
        page = text_of(as_staff.get(f"{MESSAGES}?{query}"))
        assert {text for text in numbers if text in page} == found, query


def test_filters_of_messages_need_not_read_them_all(
    as_staff: Client, room: Room, ann: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = make_message(room, ann, "long recalled")
    Message.objects.filter(pk=old.pk).update(recalled_at=old.created_at, pinned_at=old.created_at)
    for number in range(5):
        make_message(room, ann, f"since then {number}")
    monkeypatch.setattr("messaging.admin.messages.RECALLED_AMONG", 3)
    for query, is_found in (
        ("state=recalled", False),
        (f"state=recalled&room={room.pk}", True),
        ("state=pinned", True),
        ("created_at_since=2020-01-01", True),
        ("created_at_since=2099-01-01", False),
    ):
        assert (f"#{old.pk}<" in text_of(as_staff.get(f"{MESSAGES}?{query}"))) is is_found, query
    with CaptureQueriesContext(connection) as asked:
        as_staff.get(f"{MESSAGES}?room={room.pk}")
    (rows,) = [q["sql"] for q in asked.captured_queries if "content" in q["sql"] and "ORDER BY" in q["sql"]]
    assert re.search(r"ORDER BY .messaging_message.\..seq. DESC", rows), "by the index (room, seq)"


def test_what_two_people_say_is_shown_nowhere(as_root: Client, direct: Room, ann: User, root: User) -> None:
    message = make_message(direct, ann, SECRET)
    for page in (
        MESSAGES,
        f"{MESSAGES}?room={direct.pk}",
        f"{MESSAGES}{message.pk}/change/",
        f"{ROOMS}{direct.pk}/change/",
    ):
        text = text_of(as_root.get(page))
        assert SECRET not in text, page
    answer = as_root.post(f"{MESSAGES}{message.pk}/do/ask_to_read/", {"reason": "A complaint"})
    assert (answer.status_code, SECRET in text_of(answer)) == (403, False)
    entry = AuditEntry.objects.get(action="message.ask")
    assert (entry.actor_id, entry.details["reason"]) == (root.pk, "A complaint")
    assert as_root.post(f"{MESSAGES}{message.pk}/do/ask_to_read/", {"reason": ""}).status_code == 400


def test_a_message_is_recalled_from_its_page(as_staff: Client, room: Room, bob: User) -> None:
    message = make_message(room, bob, "<b>rude</b>")
    page = text_of(as_staff.get(f"{MESSAGES}{message.pk}/change/"))
    assert "&lt;b&gt;rude&lt;/b&gt;" in page
    assert do(as_staff, MESSAGES, message, "recall") == 302
    assert Message.objects.get(pk=message.pk).content == ""
    assert "rude" not in text_of(as_staff.get(f"{MESSAGES}{message.pk}/change/"))
