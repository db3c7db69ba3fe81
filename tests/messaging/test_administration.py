"""What administrators do with messages and reports: recall, and nothing of what belongs to two."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from accounts.models import User
from chatsite.audit.models import AuditEntry
from chatsite.errors import ChatError
from messaging.models import Message, Report, ReportNote
from messaging.services import administration, report_handling
from messaging.services.administration import readable
from rooms.models import Ban, Membership, Room
from tests.factories import make_message, make_room
from tests.people import Listen, Meet, Person

SECRET = "the secret of two"


@pytest.fixture
def staff(meet: Meet) -> User:
    return meet("staff", is_staff=True).user


@pytest.fixture
def direct(ann: Person, bob: Person) -> Room:
    return make_room(ann.user, Room.DIRECT, [bob.user])


def refused(code: str) -> Any:
    return pytest.raises(ChatError, match=f"^{code}$")


def reported(by: Person, message: Any) -> Report:
    by.ok("POST", f"/api/messages/{message['id']}/report", {"reason": "abuse", "text": "look"})
    return Report.objects.latest("pk")


def test_a_message_is_recalled_at_any_time_and_members_hear_of_it(
    staff: User, ann: Person, bob: Person, room: Room, published: Listen
) -> None:
    message = bob.say(room, "buy this")
    Message.objects.filter(pk=message["id"]).update(created_at=now() - timedelta(days=9))
    with published() as out:
        administration.recall(by=staff, message_id=message["id"])
        administration.recall(by=staff, message_id=message["id"])
    ((_version, kind, data),) = out.of_room(room.id)
    assert (kind, data["message"]["content"]) == ("message_updated", "")
    assert ann.see(message)["recalled_at"] is not None
    (entry,) = AuditEntry.objects.all()
    assert (entry.action, entry.target_id, entry.details["sender_id"]) == ("message.recall", message["id"], bob.id)
    assert "buy this" not in str(entry.details)


def test_only_staff_recalls_and_asks(ann: Person, bob: Person, cat: Person, room: Room, direct: Room) -> None:
    """Neither the owner of the room nor one of the two."""
    message, secret = bob.say(room), make_message(direct, ann.user, SECRET)
    for person in (ann, bob, cat):
        with refused("permission_denied"):
            administration.recall(by=person.user, message_id=message["id"])
        with refused("permission_denied"):
            administration.ask_for_direct(by=person.user, message_id=secret.id, reason="curious")
    assert ann.see(message)["content"] == "hello"
    assert not AuditEntry.objects.exists()


def test_lines_of_the_system_and_what_is_not_there_are_not_recalled(staff: User, room: Room) -> None:
    line = Message.objects.filter(room_id=room.id, kind=Message.SYSTEM).latest("pk")
    with refused("permission_denied"):
        administration.recall(by=staff, message_id=line.pk)
    with refused("not_found"):
        administration.recall(by=staff, message_id=10**9)


def test_what_two_people_say_is_never_among_what_is_readable(
    staff: User, ann: Person, room: Room, direct: Room
) -> None:
    said, secret = make_message(room, ann.user, "to all"), make_message(direct, ann.user, SECRET)
    rooms = Room.objects.in_bulk()
    assert readable([said, secret], rooms) == {said.id: "to all"}
    assert readable([secret], {}) == {}, "a room that is not known is no room for all"


def test_asking_for_it_is_refused_and_recorded(staff: User, ann: Person, room: Room, direct: Room) -> None:
    secret = make_message(direct, ann.user, SECRET)
    with refused("permission_denied") as refusal:
        administration.ask_for_direct(by=staff, message_id=secret.id, reason=" A complaint ")
    assert SECRET not in str(refusal.value.message)
    (entry,) = AuditEntry.objects.all()
    assert (entry.actor_id, entry.action, entry.target_id) == (staff.pk, "message.ask", secret.id)
    assert entry.details["reason"] == "A complaint"
    assert SECRET not in str(entry.details)
    with refused("validation_error"):
        administration.ask_for_direct(by=staff, message_id=secret.id, reason=" ")
    with refused("not_found"):
        administration.ask_for_direct(by=staff, message_id=ann.say(room)["id"], reason="not between two")
    assert AuditEntry.objects.count() == 1


def handlings(report: Report) -> list[tuple[str, Callable[[User], None]]]:
    later = now() + timedelta(days=1)
    return [
        (Report.DISMISSED, lambda by: report_handling.dismiss(by=by, report_id=report.pk, note="n")),
        (Report.RECALLED, lambda by: report_handling.recall(by=by, report_id=report.pk, note="n")),
        (Report.MUTED, lambda by: report_handling.mute(by=by, report_id=report.pk, until=later, note="n")),
        (Report.KICKED, lambda by: report_handling.kick(by=by, report_id=report.pk, note="n")),
        (Report.BANNED, lambda by: report_handling.ban(by=by, report_id=report.pk, note="n")),
        (Report.DISABLED, lambda by: report_handling.disable(by=by, report_id=report.pk, note="n")),
    ]


@pytest.mark.parametrize("number", range(6))
def test_a_report_ends_with_what_was_done(staff: User, ann: Person, bob: Person, room: Room, number: int) -> None:
    message = bob.say(room, "rude")
    report = reported(ann, message)
    outcome, handle = handlings(report)[number]
    handle(staff)
    report.refresh_from_db()
    assert (report.outcome, report.closed_by_id, report.note) == (outcome, staff.pk, "n")
    member = Membership.objects.get(room_id=room.id, user_id=bob.id)
    bob.user.refresh_from_db()
    found = {
        Report.RECALLED: Message.objects.get(pk=message["id"]).recalled_at is not None,
        Report.MUTED: member.muted_until is not None,
        Report.KICKED: member.left_reason == "kicked",
        Report.BANNED: Ban.objects.filter(user_id=bob.id).exists() and member.left_reason == "banned",
        Report.DISABLED: not bob.user.is_active,
    }
    assert {name for name, is_done in found.items() if is_done} == ({outcome} & found.keys())
    assert AuditEntry.objects.latest("pk").action == "report.close"
    for _outcome, again in handlings(report):
        with refused("conflict"):
            again(staff)


def test_only_staff_handles_reports(ann: Person, bob: Person, cat: Person, room: Room) -> None:
    report = reported(ann, bob.say(room, "rude"))
    for person in (ann, bob, cat):
        for _outcome, handle in handlings(report):
            with refused("permission_denied"):
                handle(person.user)
        with refused("permission_denied"):
            report_handling.take(by=person.user, report_id=report.pk)
        with refused("permission_denied"):
            report_handling.add_note(by=person.user, report_id=report.pk, text="mine")
    report.refresh_from_db()
    assert (report.closed_at, report.taken_by_id) == (None, None)
    assert not AuditEntry.objects.exists()


def test_a_deed_that_is_refused_leaves_the_report_open(staff: User, ann: Person, bob: Person, room: Room) -> None:
    report = reported(ann, bob.say(room, "rude"))
    bob.ok("POST", f"/api/rooms/{room.id}/leave")
    with refused("not_found"):
        report_handling.kick(by=staff, report_id=report.pk)
    report.refresh_from_db()
    assert report.closed_at is None
    assert not AuditEntry.objects.exists()


def test_of_two_who_handle_a_report_one_does(staff: User, ann: Person, bob: Person, room: Room) -> None:
    """The other had opened the page before."""
    report = reported(ann, bob.say(room, "rude"))
    report_handling.dismiss(by=staff, report_id=report.pk)
    with refused("conflict"):
        report_handling.kick(by=staff, report_id=report.pk)
    assert Membership.objects.get(room_id=room.id, user_id=bob.id).is_current


def test_a_report_is_taken_and_talked_about(staff: User, ann: Person, bob: Person, room: Room) -> None:
    report = reported(ann, bob.say(room, "rude"))
    report_handling.take(by=staff, report_id=report.pk)
    report_handling.add_note(by=staff, report_id=report.pk, text=" asked bob ")
    report.refresh_from_db()
    assert report.taken_by_id == staff.pk
    assert ReportNote.objects.get().text == "asked bob"
    with refused("validation_error"):
        report_handling.add_note(by=staff, report_id=report.pk, text="  ")
    report_handling.dismiss(by=staff, report_id=report.pk)
    with refused("conflict"):
        report_handling.take(by=staff, report_id=report.pk)
    report_handling.add_note(by=staff, report_id=report.pk, text="they made up")


def test_a_report_about_nobodys_message_is_not_about_a_room(staff: User, ann: Person, bob: Person) -> None:
    ann.ok("POST", f"/api/users/{bob.id}/report", {"reason": "abuse"})
    report = Report.objects.get()
    for handle in (report_handling.recall, report_handling.kick, report_handling.ban):
        with refused("not_found"):
            handle(by=staff, report_id=report.pk)
    report_handling.disable(by=staff, report_id=report.pk)
    bob.user.refresh_from_db()
    assert not bob.user.is_active
