"""Rooms, and the members, bans, invitations and requests of each."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from chatsite.audit.models import AuditEntry
from rooms.admin.forms import RulesForm
from rooms.models import Ban, Invite, JoinRequest, Room
from rooms.rules import Rules
from rooms.services.invites import create_invite
from tests.administration.conftest import text_of
from tests.administration.conversations import BANS, INVITES, MEMBERS, REQUESTS, ROOMS, do, member_of
from tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unlimited")]


def test_a_room_is_found_by_name_code_number_and_person(as_staff: Client, room: Room, direct: Room) -> None:
    room.refresh_from_db()
    for asked in ("harb", room.code, str(room.pk)):
        assert "Harbour" in text_of(as_staff.get(f"{ROOMS}?q={asked}"))
    found = text_of(as_staff.get(f"{ROOMS}?q=bob"))
    assert "ann ↔ bob" in found
    assert "Harbour" not in found
    assert "Harbour" not in text_of(as_staff.get(f"{ROOMS}?kind=private"))


def test_the_page_of_a_room_shows_who_and_what_belongs_to_it(
    as_staff: Client, room: Room, ann: User, bob: User
) -> None:
    create_invite(user_id=ann.pk, room_id=room.pk)
    Ban.objects.create(room_id=room.pk, user_id=make_user("dan").pk, created_by_id=ann.pk)
    JoinRequest.objects.create(room_id=room.pk, user_id=make_user("eve").pk, message="it is me")
    page = text_of(as_staff.get(f"{ROOMS}{room.pk}/change/"))
    for name in ("ann", "bob", "dan", "eve"):
        assert f">{name}</a>" in page
    assert "it is me" in page
    assert Invite.objects.get().token not in page


def test_a_room_is_changed_through_its_page(as_staff: Client, room: Room, bob: User) -> None:
    assert do(as_staff, ROOMS, room, "change_texts", name="Port", description="d", announcement="a") == 302
    rules = dict.fromkeys(("post", "links", "upload", "react", "pin", "invite", "add", "rename", "announce"), "admins")
    rules |= {
        "mention_all": "by_size",
        "mention_here": "admins",
        "join": "approval",
        "history": "all",
        "edit_seconds": "60",
    }
    assert do(as_staff, ROOMS, room, "change_rules", **rules) == 302
    assert do(as_staff, ROOMS, room, "slow_mode", seconds=30) == 302
    found = Room.objects.get(pk=room.pk)
    assert (found.name, found.announcement, found.rules.post, found.rules.join) == ("Port", "a", "admins", "approval")
    assert (found.rules.edit_seconds, found.rules.recall_seconds, found.rules.slow_seconds) == (60, None, 30)
    assert do(as_staff, ROOMS, room, "rotate_code") == 302
    assert Room.objects.get(pk=room.pk).code != found.code
    assert do(as_staff, ROOMS, room, "ban_somebody", username="BOB", minutes="1440") == 302
    assert Ban.objects.get().user_id == bob.pk
    assert do(as_staff, ROOMS, room, "ban_somebody", username="nobody", minutes="0") == 404
    assert do(as_staff, ROOMS, room, "archive") == 302
    assert Room.objects.get(pk=room.pk).archived_at is not None
    assert do(as_staff, ROOMS, room, "restore") == 302
    assert Room.objects.get(pk=room.pk).archived_at is None
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert actions >= {"room.change", "room.rotate_code", "member.ban"}


def test_every_rule_has_its_field() -> None:
    """Slow mode is a page of its own."""
    assert {*RulesForm.base_fields, "slow_seconds"} == set(Rules.__struct_fields__)


def test_what_a_form_does_not_take_changes_nothing(as_staff: Client, room: Room) -> None:
    assert do(as_staff, ROOMS, room, "change_texts", name="") == 400
    assert do(as_staff, ROOMS, room, "slow_mode", seconds=10**9) == 400
    assert do(as_staff, ROOMS, room, "ban_somebody", username="bob", minutes="7") == 400
    assert Room.objects.get().rules.slow_seconds == 0


def test_members_are_acted_on_from_their_page(as_staff: Client, room: Room, bob: User) -> None:
    member = member_of(room, bob)
    for deed, data in (("mute", {"minutes": "60"}), ("unmute", {}), ("make_admin", {}), ("make_member", {})):
        answer = as_staff.post(f"{MEMBERS}{member.pk}/do/{deed}/", data)
        assert (answer.status_code, answer["Location"]) == (302, f"{ROOMS}{room.pk}/change/")
    assert do(as_staff, MEMBERS, member, "make_owner") == 302
    assert member_of(room, bob).role == "owner"
    assert do(as_staff, MEMBERS, member, "kick") == 302
    assert member_of(room, bob).left_reason == "kicked"


def test_bans_invites_and_requests_end_from_their_lists(as_staff: Client, room: Room, ann: User) -> None:
    create_invite(user_id=ann.pk, room_id=room.pk)
    Ban.objects.create(room_id=room.pk, user_id=make_user("dan").pk, created_by_id=ann.pk)
    eve, fay = make_user("eve"), make_user("fay")
    asks = [JoinRequest.objects.create(room_id=room.pk, user_id=user.pk) for user in (eve, fay)]
    assert do(as_staff, BANS, Ban.objects.get(), "unban") == 302
    assert do(as_staff, INVITES, Invite.objects.get(), "revoke") == 302
    assert do(as_staff, REQUESTS, asks[0], "accept") == 302
    assert do(as_staff, REQUESTS, asks[1], "decline") == 302
    for left in (Ban.objects.all(), Invite.objects.in_force(), JoinRequest.objects.all()):
        assert not left.exists()
    assert member_of(room, eve).is_current
