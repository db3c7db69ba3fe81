"""What administrators of the server do with rooms: as their own admins would, and recorded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from accounts.models import User
from chatsite.audit.models import AuditEntry
from chatsite.errors import ChatError
from rooms.models import Ban, Invite, JoinRequest, Membership, Room
from rooms.schemas import ChangeMember, ChangeRoom, ChangeRules
from rooms.services import administration as admin
from rooms.services.invites import create_invite
from rooms.services.joining import join
from rooms.services.members import change_member
from rooms.services.settings import change_room
from tests.consistency import violations
from tests.factories import make_room, make_user
from tests.people import Listen, Person


@pytest.fixture
def staff() -> User:
    return make_user("staff", is_staff=True)


@pytest.fixture
def room(ann: Person, bob: Person) -> Room:
    return make_room(ann.user, members=[bob.user])


def membership(room: Room, person: Person) -> Membership:
    return Membership.objects.get(room_id=room.id, user_id=person.id)


def refused(code: str) -> Any:
    return pytest.raises(ChatError, match=f"^{code}$")


def last_entry() -> tuple[str, str, int | None]:
    entry = AuditEntry.objects.latest("pk")
    return entry.action, entry.target_type, entry.target_id


def deeds(room: Room, person: Person, ban_id: int, invite_id: int) -> list[Callable[[User], None]]:
    """Everything that there is to do, as somebody does it."""
    return [
        lambda by: admin.change_room(by=by, room_id=room.id, wanted=ChangeRoom(name="Other")),
        lambda by: admin.change_room(by=by, room_id=room.id, wanted=ChangeRoom(archived=True)),
        lambda by: admin.rotate_code(by=by, room_id=room.id),
        lambda by: admin.mute(by=by, room_id=room.id, member_id=person.id, until=now() + timedelta(hours=1)),
        lambda by: admin.set_role(by=by, room_id=room.id, member_id=person.id, role="admin"),
        lambda by: admin.kick(by=by, room_id=room.id, member_id=person.id),
        lambda by: admin.ban(by=by, room_id=room.id, banned_id=person.id),
        lambda by: admin.unban(by=by, ban_id=ban_id),
        lambda by: admin.revoke_invite(by=by, invite_id=invite_id),
        lambda by: admin.answer_request(by=by, room_id=room.id, asker_id=person.id, accept=True),
    ]


def test_only_staff_of_the_server_acts(room: Room, ann: Person, bob: Person, cat: Person) -> None:
    """The owner and the admins of a room are not that."""
    change_member(user_id=ann.id, room_id=room.id, member_id=bob.id, wanted=ChangeMember(role="admin"))
    ban = Ban.objects.create(room_id=room.id, user_id=cat.id, created_by_id=ann.id)
    invite = create_invite(user_id=ann.id, room_id=room.id)
    before = Room.objects.values().get(pk=room.id)
    known = AuditEntry.objects.count()
    for person in (ann, bob, cat):
        for deed in deeds(room, bob, ban.pk, invite.id):
            with refused("permission_denied"):
                deed(person.user)
    assert Room.objects.values().get(pk=room.id) == before
    assert membership(room, bob).role == "admin"
    assert AuditEntry.objects.count() == known


def test_nobody_touches_what_belongs_to_two(staff: User, ann: Person, bob: Person) -> None:
    direct = make_room(ann.user, Room.DIRECT, [bob.user])
    for deed in deeds(direct, bob, 0, 0)[:7]:
        with refused("permission_denied"):
            deed(staff)
    assert not AuditEntry.objects.exists()


def test_what_is_not_there_is_not_found(staff: User, room: Room, cat: Person) -> None:
    for deed in (
        lambda: admin.kick(by=staff, room_id=room.id, member_id=cat.id),
        lambda: admin.mute(by=staff, room_id=room.id, member_id=cat.id, until=None),
        lambda: admin.ban(by=staff, room_id=room.id, banned_id=10**9),
        lambda: admin.unban(by=staff, ban_id=1),
        lambda: admin.revoke_invite(by=staff, invite_id=1),
        lambda: admin.answer_request(by=staff, room_id=room.id, asker_id=cat.id, accept=False),
        lambda: admin.rotate_code(by=staff, room_id=10**9),
    ):
        with refused("not_found"):
            deed()
    assert not AuditEntry.objects.exists()


def test_members_hear_of_every_change(staff: User, room: Room, bob: Person, published: Listen) -> None:
    with published() as out:
        admin.change_room(by=staff, room_id=room.id, wanted=ChangeRoom(name="Other"))
        admin.rotate_code(by=staff, room_id=room.id)
        admin.mute(by=staff, room_id=room.id, member_id=bob.id, until=now() + timedelta(hours=1))
        admin.kick(by=staff, room_id=room.id, member_id=bob.id)
    kinds = [kind for _version, kind, _data in out.of_room(room.id)]
    assert kinds == ["room_updated", "new_message", "room_updated", "member_updated", "member_left", "new_message"]
    versions = [version for version, _kind, _data in out.of_room(room.id)]
    assert versions == list(range(versions[0], versions[0] + len(versions)))
    (farewell,) = out.detached(bob.id)
    assert farewell[1]["data"] == {"room_id": room.id, "reason": "kicked"}
    assert [kind for kind, _data in out.to(bob.id)] == ["membership_updated"]
    assert violations() == []


def test_everything_is_recorded_without_what_people_wrote(staff: User, room: Room, bob: Person) -> None:
    wanted = ChangeRoom(description="a secret", rules=ChangeRules(slow_seconds=30))
    admin.change_room(by=staff, room_id=room.id, wanted=wanted)
    entry = AuditEntry.objects.get()
    assert (entry.actor_id, entry.action, entry.target_name) == (staff.pk, "room.change", "Room")
    assert entry.details == {"changed": ["description", "rules"]}
    admin.ban(by=staff, room_id=room.id, banned_id=bob.id, until=now() + timedelta(days=1))
    entry = AuditEntry.objects.latest("pk")
    assert (entry.action, entry.target_id) == ("member.ban", bob.id)
    assert entry.details.keys() == {"room_id", "until"}
    admin.unban(by=staff, ban_id=Ban.objects.get().pk)
    assert last_entry() == ("member.unban", "user", bob.id)
    admin.rotate_code(by=staff, room_id=room.id)
    assert last_entry() == ("room.rotate_code", "room", room.id)


def test_what_is_so_already_is_neither_told_nor_recorded(staff: User, room: Room, published: Listen) -> None:
    with published() as out:
        admin.change_room(by=staff, room_id=room.id, wanted=ChangeRoom(name="Room", archived=False))
    assert out.envelopes == []
    assert not AuditEntry.objects.exists()


def test_an_owner_who_is_taken_out_leaves_the_room_to_the_oldest(
    staff: User, room: Room, ann: Person, bob: Person
) -> None:
    admin.kick(by=staff, room_id=room.id, member_id=ann.id)
    assert membership(room, bob).role == "owner"
    assert membership(room, ann).left_reason == "kicked"
    admin.ban(by=staff, room_id=room.id, banned_id=bob.id)
    assert Room.objects.get(pk=room.id).archived_at is not None
    assert violations() == []


def test_a_room_is_archived_and_brought_back(staff: User, room: Room, ann: Person) -> None:
    admin.change_room(by=staff, room_id=room.id, wanted=ChangeRoom(archived=True))
    assert AuditEntry.objects.latest("pk").details == {"changed": ["is_archived"]}
    with refused("room_archived"):
        change_room(user_id=ann.id, room_id=room.id, wanted=ChangeRoom(name="Mine"))
    admin.change_room(by=staff, room_id=room.id, wanted=ChangeRoom(archived=False))
    assert AuditEntry.objects.count() == 2
    change_room(user_id=ann.id, room_id=room.id, wanted=ChangeRoom(name="Mine"))


def test_roles_move_and_there_is_one_owner(staff: User, room: Room, ann: Person, bob: Person) -> None:
    admin.set_role(by=staff, room_id=room.id, member_id=bob.id, role="owner")
    assert (membership(room, bob).role, membership(room, ann).role) == ("owner", "admin")
    admin.set_role(by=staff, room_id=room.id, member_id=ann.id, role="member")
    assert membership(room, ann).role == "member"
    with refused("permission_denied"):
        admin.set_role(by=staff, room_id=room.id, member_id=bob.id, role="member")
    assert violations() == []


def test_even_the_owner_is_muted_and_heard_again(staff: User, room: Room, ann: Person) -> None:
    admin.mute(by=staff, room_id=room.id, member_id=ann.id, until=now() + timedelta(hours=1))
    body = {"content": "may I?"}
    assert ann.api.post(f"/api/rooms/{room.id}/messages", body).json()["code"] == "muted"
    admin.mute(by=staff, room_id=room.id, member_id=ann.id, until=None)
    assert ann.api.post(f"/api/rooms/{room.id}/messages", body).status_code == 201
    assert [e.action for e in AuditEntry.objects.order_by("pk")] == ["member.mute", "member.unmute"]


def test_an_end_in_the_past_is_refused(staff: User, room: Room, bob: Person) -> None:
    late = now() - timedelta(minutes=1)
    with refused("validation_error"):
        admin.mute(by=staff, room_id=room.id, member_id=bob.id, until=late)
    with refused("validation_error"):
        admin.ban(by=staff, room_id=room.id, banned_id=bob.id, until=late)


def test_a_ban_keeps_out_until_it_is_lifted(staff: User, room: Room, bob: Person, cat: Person) -> None:
    admin.ban(by=staff, room_id=room.id, banned_id=cat.id)  # was never in
    with refused("permission_denied"):
        join(user_id=cat.id, room_id=room.id)
    admin.unban(by=staff, ban_id=Ban.objects.get(user_id=cat.id).pk)
    join(user_id=cat.id, room_id=room.id)


def test_invites_end_and_requests_are_answered(staff: User, room: Room, ann: Person, cat: Person) -> None:
    invite = create_invite(user_id=ann.id, room_id=room.id)
    admin.revoke_invite(by=staff, invite_id=invite.id)
    assert not Invite.objects.in_force().exists()
    with refused("not_found"):
        admin.revoke_invite(by=staff, invite_id=invite.id)
    change_room(user_id=ann.id, room_id=room.id, wanted=ChangeRoom(rules=ChangeRules(join="approval")))
    dan = make_user("dan")
    for asker_id in (cat.id, dan.pk):
        join(user_id=asker_id, room_id=room.id, message="please")
    admin.answer_request(by=staff, room_id=room.id, asker_id=cat.id, accept=True)
    admin.answer_request(by=staff, room_id=room.id, asker_id=dan.pk, accept=False)
    assert membership(room, cat).is_current
    assert not Membership.objects.filter(user_id=dan.pk).exists()
    assert not JoinRequest.objects.exists()
    assert violations() == []
