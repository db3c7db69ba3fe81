"""What moderators do to others stands in the audit log; what is everyday does not."""

from __future__ import annotations

from typing import Any

from chatsite.audit.models import AuditEntry
from messaging.services.recall import recall
from tests.factories import make_message, make_room
from tests.people import Meet, Person

LATER = "2030-01-01T00:00:00Z"


def recorded() -> list[tuple[str, int | None, int | None, Any]]:
    rows = AuditEntry.objects.order_by("pk").values_list("action", "actor_id", "target_id", "details")
    return [(action, actor, target, details) for action, actor, target, details in rows]


def test_roles_mutes_kicks_bans_and_transfers_are_recorded(ann: Person, bob: Person, cat: Person) -> None:
    room = make_room(ann.user, members=[bob.user, cat.user])
    at = f"/api/rooms/{room.id}"
    ann.api.patch(f"{at}/members/{bob.id}", {"role": "admin"})
    bob.api.patch(f"{at}/members/{cat.id}", {"muted_until": LATER})
    bob.api.patch(f"{at}/members/{cat.id}", {"muted_until": None})
    bob.api.delete(f"{at}/members/{cat.id}")
    bob.api.put(f"{at}/bans/{cat.id}", {"until": LATER})
    bob.api.delete(f"{at}/bans/{cat.id}")
    ann.api.post(f"{at}/transfer", {"user_id": bob.id})
    place = {"room_id": room.id}
    until = {"until": "2030-01-01T00:00:00+00:00"}
    assert recorded() == [
        ("member.role", ann.id, bob.id, place | {"role": "admin"}),
        ("member.mute", bob.id, cat.id, place | until),
        ("member.unmute", bob.id, cat.id, place | {"until": None}),
        ("member.kick", bob.id, cat.id, place),
        ("member.ban", bob.id, cat.id, place | until),
        ("member.unban", bob.id, cat.id, place),
        ("room.transfer", ann.id, bob.id, place),
    ]
    assert {entry.address for entry in AuditEntry.objects.all()} == {"127.0.0.1"}


def test_what_changes_nothing_or_is_refused_is_not_recorded(ann: Person, bob: Person, cat: Person) -> None:
    room = make_room(ann.user, members=[bob.user, cat.user])
    at = f"/api/rooms/{room.id}"
    ann.api.patch(f"{at}/members/{bob.id}", {"role": "member"})
    assert bob.api.delete(f"{at}/members/{cat.id}").status_code == 403
    assert bob.api.put(f"{at}/bans/{cat.id}", {}).status_code == 403
    assert recorded() == []


def test_rules_and_archiving_are_recorded_and_names_are_not(ann: Person) -> None:
    room = make_room(ann.user)
    at = f"/api/rooms/{room.id}"
    ann.api.patch(at, {"name": "another", "announcement": "secret words"})
    ann.api.patch(at, {"rules": {"post": "admins"}})
    ann.api.delete(at)
    assert [(action, details) for action, _actor, _target, details in recorded()] == [
        ("room.change", {"changed": ["rules"]}),
        ("room.change", {"changed": ["is_archived"]}),
    ]


def test_revoked_invitations_are_recorded(ann: Person) -> None:
    room = make_room(ann.user)
    made = ann.api.post(f"/api/rooms/{room.id}/invites").json()
    ann.api.delete(f"/api/rooms/{room.id}/invites/{made['id']}")
    assert recorded() == [("room_invite.revoke", ann.id, made["id"], {"room_id": room.id})]


def test_recalling_others_messages_is_recorded_without_a_word_of_them(ann: Person, bob: Person) -> None:
    room = make_room(ann.user, members=[bob.user])
    own, other = make_message(room, ann.user), make_message(room, bob.user, "what bob said")
    recall(user_id=ann.id, message_id=own.id)
    recall(user_id=ann.id, message_id=other.id)
    recall(user_id=ann.id, message_id=other.id)
    details = {"room_id": room.id, "sender_id": bob.id}
    assert recorded() == [("message.recall", ann.id, other.id, details)]


def test_reports_and_words_are_recorded(meet: Meet, bob: Person) -> None:
    staff = meet("staff", is_staff=True)
    bob.api.post(f"/api/users/{staff.id}/report", {"reason": "spam"})
    (report,) = staff.api.get("/api/reports").json()["results"]
    staff.api.post(f"/api/reports/{report['id']}/close", {"note": "seen"})
    staff.api.post("/api/words", {"words": ["bad"], "action": "mask"})
    (word,) = staff.api.get("/api/words").json()["results"]
    staff.api.delete(f"/api/words/{word['id']}")
    assert [action for action, *_ in recorded()] == ["report.close", "word.add", "word.remove"]
