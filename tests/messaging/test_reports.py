"""Reports of messages and people: who may make them, who sees them, and how they end."""

from __future__ import annotations

from typing import Any

import pytest

from messaging.models import Report
from rooms.models import Room
from tests.factories import make_message, make_room
from tests.messaging.conftest import crowd
from tests.people import Meet, Person, queries_of


@pytest.fixture
def staff(meet: Meet) -> Person:
    return meet("staff", is_staff=True)


def queue(staff: Person, **query: Any) -> list[Any]:
    found: list[Any] = staff.ok("GET", "/api/reports", **query)["results"]
    return found


def report(by: Person, message: Any, reason: str = "spam") -> None:
    by.ok("POST", f"/api/messages/{message['id']}/report", {"reason": reason, "text": "look"})


def test_a_reported_message_stands_in_the_queue_with_all_that_is_needed(
    ann: Person, bob: Person, staff: Person, room: Room
) -> None:
    message = bob.say(room, "buy this")
    report(ann, message)
    (row,) = queue(staff)
    assert (row["reporter"]["id"], row["user"]["id"], row["room_id"], row["room_name"]) == (
        ann.id,
        bob.id,
        room.id,
        "Room",
    )
    assert (row["reason"], row["text"], row["message"]["content"]) == ("spam", "look", "buy this")
    bob.ok("POST", f"/api/messages/{message['id']}/recall")
    assert queue(staff)[0]["message"]["content"] == ""


def test_a_reported_person_stands_in_the_queue(ann: Person, bob: Person, staff: Person) -> None:
    ann.ok("POST", f"/api/users/{bob.id}/report", {"reason": "abuse"})
    (row,) = queue(staff)
    assert (row["user"]["id"], row["message"], row["reason"]) == (bob.id, None, "abuse")
    assert ann.refused("POST", f"/api/users/{10**9}/report", {"reason": "abuse"}) == (404, "not_found")


def test_the_same_again_is_one_report_until_it_is_closed(ann: Person, bob: Person, staff: Person, room: Room) -> None:
    message = bob.say(room)
    report(ann, message)
    report(ann, message, "abuse")
    assert len(queue(staff)) == 1
    staff.ok("POST", f"/api/reports/{queue(staff)[0]['id']}/close", {"note": "Warned"})
    assert queue(staff) == []
    (closed,) = queue(staff, closed="1")
    assert (closed["note"], closed["closed_by"]["id"]) == ("Warned", staff.id)
    assert staff.refused("POST", f"/api/reports/{closed['id']}/close", {}) == (409, "conflict")
    report(ann, message)
    assert len(queue(staff)) == 1


def test_only_members_report_a_message_and_only_administrators_see_it(
    ann: Person, bob: Person, cat: Person, room: Room
) -> None:
    message = bob.say(room)
    assert cat.refused("POST", f"/api/messages/{message['id']}/report", {"reason": "spam"}) == (403, "not_a_member")
    secret = make_message(make_room(ann.user, kind="private"), ann.user)
    assert cat.refused("POST", f"/api/messages/{secret.id}/report", {"reason": "spam"}) == (404, "not_found")
    report(ann, message)
    for person in (ann, bob, cat):
        assert person.refused("GET", "/api/reports") == (403, "permission_denied")
        close = f"/api/reports/{Report.objects.get().pk}/close"
        assert person.refused("POST", close, {}) == (403, "permission_denied")
    assert Report.objects.open().count() == 1


def test_a_system_line_is_nobodys_to_report(ann: Person, room: Room) -> None:
    line = next(m for m in ann.page(room)["results"] if m["kind"] == "system")
    assert ann.refused("POST", f"/api/messages/{line['id']}/report", {"reason": "spam"})[0] == 403


def test_the_queue_costs_the_same_however_long(ann: Person, bob: Person, staff: Person, room: Room) -> None:
    report(ann, bob.say(room))
    one = queries_of(lambda: queue(staff))
    crowd(room, 3)
    for message in ann.page(room)["results"]:
        if message["kind"] == "text":
            report(bob, message)
    assert len(queue(staff)) > 3
    assert len(queries_of(lambda: queue(staff))) == len(one)


@pytest.mark.parametrize("body", [{}, {"reason": "words"}, {"reason": "spam", "text": "x" * 501}, {"reason": 1}])
def test_reports_that_make_no_sense_are_refused(ann: Person, bob: Person, body: Any) -> None:
    assert ann.refused("POST", f"/api/users/{bob.id}/report", body) == (400, "validation_error")
