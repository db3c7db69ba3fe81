"""Each live setting does what it says, from its change on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils.timezone import now

from chatsite import bridge
from chatsite.errors import ChatError, RateLimited
from chatsite.gateway.rate_limit import TokenBuckets
from chatsite.gateway.terms import terms
from messaging.models import Message
from rooms.models import Room
from rooms.schemas import ChangeRoom
from rooms.services.groups import make_group
from rooms.services.joining import join
from rooms.services.rooms import create_room
from rooms.services.settings import archive_room, change_room
from tests.conftest import Api
from tests.factories import PASSWORD, make_message, make_room, make_user
from tests.livesettings.conftest import Change

FORM = {"username": "ann", "email": "ann@example.com", "password": PASSWORD}


def refused(code: str) -> Any:
    return pytest.raises(ChatError, match=f"^{code}$")


def test_registration_closes_and_opens(api: Api, change: Change) -> None:
    change(REGISTRATION="closed")
    assert api.get("/api/server").json()["registration"] == "closed"
    assert api.post("/api/auth/register", FORM).status_code == 403
    change(REGISTRATION="approval")
    assert api.post("/api/auth/register", FORM).json()["waits_for"] == "approval"
    change(REGISTRATION="open", EMAIL_VERIFICATION="required")
    other = FORM | {"username": "bob", "email": "bob@example.com"}
    assert api.post("/api/auth/register", other).json()["waits_for"] == "email"


def test_windows_for_recall_and_edits(api: Api, change: Change) -> None:
    ann = make_user("ann")
    room = make_room(make_user(), members=[ann])
    message = make_message(room, ann)
    Message.objects.filter(pk=message.id).update(created_at=now() - timedelta(seconds=60))
    door = api.by(ann)
    change(RECALL_WINDOW_SECONDS=30, EDIT_WINDOW_SECONDS=30)
    assert door.patch(f"/api/messages/{message.id}", {"content": "late"}).status_code == 409
    assert door.post(f"/api/messages/{message.id}/recall").json()["code"] == "recall_window_closed"
    change(RECALL_WINDOW_SECONDS=3600, EDIT_WINDOW_SECONDS=0)
    assert door.patch(f"/api/messages/{message.id}", {"content": "in time"}).status_code == 200
    assert door.post(f"/api/messages/{message.id}/recall").status_code == 200


def test_longer_messages_are_refused_but_what_was_sent_is_acked_again(api: Api, change: Change) -> None:
    ann = make_user("ann")
    room = make_room(ann)
    door, path = api.by(ann), f"/api/rooms/{room.id}/messages"
    first = door.post(path, {"content": "x" * 500, "nonce": "n1"})
    change(CONTENT_CHARS=200)
    again = door.post(path, {"content": "x" * 500, "nonce": "n1"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    longer = door.post(path, {"content": "x" * 201, "nonce": "n2"})
    assert (longer.status_code, list(longer.json()["fields"])) == (400, ["content"])
    assert door.patch(f"/api/messages/{first.json()['id']}", {"content": "x" * 201}).status_code == 400
    assert door.post(path, {"content": "𝄞" * 200, "nonce": "n3"}).status_code == 201


def test_the_largest_upload(change: Change) -> None:
    change(UPLOAD_BYTES=100_000)
    assert bridge.body_bytes_max() == 100_000 + bridge.FORM_BYTES


def test_limits_on_speed(change: Change) -> None:
    buckets = TokenBuckets(rate=1, burst=1, clock=lambda: 0)
    change(RATE_LIMITS=True)
    buckets.take("ann")
    with pytest.raises(RateLimited):
        buckets.take("ann")
    change(RATE_LIMITS=False)
    buckets.take("ann")


def test_what_new_rooms_begin_with(change: Change) -> None:
    ann = make_user("ann")
    before = make_room(ann, name="before")
    change(NEW_ROOM_JOIN="approval", NEW_ROOM_HISTORY="since_joining", NEW_ROOM_LINKS="admins", NEW_ROOM_PIN="admins")
    after = make_room(ann, name="after")
    group = make_group(user_id=ann.pk, member_ids=[])
    assert Room.objects.get(pk=before.pk).rules.join == "open"
    for room in (after, group):
        rules = Room.objects.get(pk=room.pk).rules
        assert (rules.join, rules.history, rules.links, rules.pin) == ("approval", "since_joining", "admins", "admins")
    assert Room.objects.get(pk=group.pk).rules.invite == "admins"  # as in every private room


def test_how_many_rooms_a_person_may_own(change: Change) -> None:
    ann, bob = make_user("ann"), make_user("bob")
    first = make_room(ann)
    change(ROOMS_PER_PERSON=2)
    second = make_room(ann)
    with refused("conflict"):
        create_room(user_id=ann.pk, name="third")
    with refused("conflict"):
        make_group(user_id=ann.pk, member_ids=[])
    make_room(bob, members=[ann])  # being in others' rooms is another matter
    archive_room(user_id=ann.pk, room_id=first.id)
    make_room(ann)
    with refused("conflict"):
        change_room(user_id=ann.pk, room_id=first.id, wanted=ChangeRoom(archived=False))
    archive_room(user_id=ann.pk, room_id=second.id)
    change_room(user_id=ann.pk, room_id=first.id, wanted=ChangeRoom(archived=False))


def test_how_many_members_a_room_may_have(change: Change) -> None:
    ann, bob, cat = (make_user(name) for name in ("ann", "bob", "cat"))
    room = make_room(ann, members=[bob])
    change(ROOM_MEMBERS_MAX=2)
    with refused("conflict"):
        join(user_id=cat.pk, room_id=room.id)
    with refused("conflict"):
        make_group(user_id=ann.pk, member_ids=[bob.pk, cat.pk])
    make_room(ann, Room.DIRECT, [cat])
    change(ROOM_MEMBERS_MAX=3)
    join(user_id=cat.pk, room_id=room.id)


def test_what_the_server_says_of_itself(change: Change) -> None:
    change(SERVER_NAME="Harbour", SERVER_MESSAGE="Closed\non Sunday", CONTENT_CHARS=500, RECALL_WINDOW_SECONDS=7)
    said = terms()
    assert (said.server.name, said.server.message) == ("Harbour", "Closed\non Sunday")
    assert (said.limits.content_chars, said.limits.recall_seconds) == (500, 7)
