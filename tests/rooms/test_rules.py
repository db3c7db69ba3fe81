"""What a room leaves to everyone or to its admins: the defaults are the contract's; who lacks a right is told."""

from typing import Any

import pytest

from rooms.models import Membership, Room, RoomCounter
from tests.factories import make_message, make_room
from tests.people import Listen, Person, code_of

DENIED = (403, "permission_denied")


def set_rules(owner: Person, room: Room, **rules: Any) -> Any:
    response = owner.api.patch(f"/api/rooms/{room.id}", {"rules": rules})
    assert response.status_code == 200, response.content
    return response.json()["rules"]


@pytest.fixture
def room(ann: Person, bob: Person) -> Room:
    """Ann's, with Bob as a mere member."""
    return make_room(ann.user, members=[bob.user])


@pytest.mark.parametrize(("kind", "bringing_in"), [("public", "everyone"), ("private", "admins")])
def test_a_new_room_has_the_rules_of_the_contract(ann: Person, kind: str, bringing_in: str) -> None:
    rules = ann.api.post("/api/rooms/", {"name": "New", "kind": kind}).json()["rules"]
    everyone = dict.fromkeys(("post", "links", "upload", "react", "pin"), "everyone")
    assert rules == everyone | {
        "mention_all": "by_size",
        "mention_here": "by_size",
        "invite": bringing_in,
        "add": bringing_in,
        "rename": "admins",
        "announce": "admins",
        "join": "open",
        "history": "all",
        "slow_seconds": 0,
        "recall_seconds": None,
        "edit_seconds": None,
        "keep_days": None,
    }
    assert Room.objects.get().own_rules == {}


def test_one_rule_changes_and_the_others_stay(ann: Person, room: Room) -> None:
    before = ann.api.get(f"/api/rooms/{room.id}").json()["rules"]
    assert set_rules(ann, room, pin="admins") == before | {"pin": "admins"}
    assert set_rules(ann, room, react="admins") == before | {"pin": "admins", "react": "admins"}
    set_rules(ann, room, pin="everyone")
    assert Room.objects.get().own_rules == {"react": "admins"}


def test_a_new_rule_is_one_version_and_voids_what_is_remembered_of_the_members(
    ann: Person, room: Room, published: Listen
) -> None:
    with published() as out:
        rules = set_rules(ann, room, post="admins")
    ((version, kind, data),) = out.of_room(room.id)
    assert (kind, data["room"]["rules"]) == ("room_updated", rules)
    assert RoomCounter.objects.get().access_version == version
    with published() as out:
        set_rules(ann, room, post="admins")
    assert out.envelopes == []


def test_a_new_name_voids_nothing(ann: Person, room: Room) -> None:
    before = RoomCounter.objects.get().access_version
    ann.api.patch(f"/api/rooms/{room.id}", {"name": "Other"})
    assert RoomCounter.objects.get().access_version == before


@pytest.mark.parametrize("role", ["admin", "member"])
def test_owner_and_admins_change_rules_and_nobody_else(ann: Person, bob: Person, room: Room, role: str) -> None:
    Membership.objects.filter(user_id=bob.id).update(role=role)
    response = bob.api.patch(f"/api/rooms/{room.id}", {"rules": {"rename": "everyone"}})
    assert response.status_code == (200 if role == "admin" else 403)


@pytest.mark.parametrize(
    "rules",
    [
        {"post": "nobody"},
        {"post": None},
        {"fly": "everyone"},
        {"pin": "by_size"},
        {"slow_seconds": -1},
        {"slow_seconds": 10**6},
        {"slow_seconds": None},
        {"recall_seconds": -1},
        [],
        "admins",
        None,
    ],
)
def test_rules_that_there_are_not_are_refused(ann: Person, room: Room, rules: Any) -> None:
    assert code_of(ann.api.patch(f"/api/rooms/{room.id}", {"rules": rules})) == (400, "validation_error")


def test_nobody_rules_a_direct_room(ann: Person, bob: Person) -> None:
    room = make_room(ann.user, kind="direct", members=[bob.user])
    assert code_of(ann.api.patch(f"/api/rooms/{room.id}", {"rules": {"post": "admins"}})) == DENIED


def test_where_all_may_rename_members_change_texts_and_picture_but_not_the_announcement(
    ann: Person, bob: Person, room: Room
) -> None:
    at = f"/api/rooms/{room.id}"
    assert code_of(bob.api.patch(at, {"name": "Bob's"})) == DENIED
    set_rules(ann, room, rename="everyone")
    assert bob.api.patch(at, {"name": "Bob's", "description": "His"}).json()["name"] == "Bob's"
    assert bob.api.delete(f"{at}/avatar").status_code == 204
    assert code_of(bob.api.patch(at, {"name": "x", "announcement": "Mine"})) == DENIED
    assert code_of(bob.api.patch(at, {"archived": True})) == DENIED
    set_rules(ann, room, announce="everyone", rename="admins")
    assert bob.api.patch(at, {"announcement": "Mine"}).json()["announcement"] == "Mine"
    assert code_of(bob.api.patch(at, {"name": "x"})) == DENIED


def test_the_muted_do_not_rename_where_all_may(ann: Person, bob: Person, room: Room) -> None:
    set_rules(ann, room, rename="everyone")
    ann.api.patch(f"/api/rooms/{room.id}/members/{bob.id}", {"muted_until": "2999-01-01T00:00:00Z"})
    assert code_of(bob.api.patch(f"/api/rooms/{room.id}", {"name": "x"})) == (403, "muted")


def test_adding_and_inviting_are_rules_of_their_own(ann: Person, bob: Person, cat: Person, room: Room) -> None:
    at = f"/api/rooms/{room.id}"
    set_rules(ann, room, invite="admins")
    assert code_of(bob.api.post(f"{at}/invites")) == DENIED
    assert bob.api.post(f"{at}/members", {"user_id": cat.id}).status_code == 204
    ann.api.delete(f"{at}/members/{cat.id}")
    set_rules(ann, room, invite="everyone", add="admins")
    assert bob.api.post(f"{at}/invites").status_code == 201
    assert code_of(bob.api.post(f"{at}/members", {"user_id": cat.id})) == DENIED
    assert ann.api.post(f"{at}/members", {"user_id": cat.id}).status_code == 204


def test_a_private_room_may_let_its_members_bring_people_in(ann: Person, bob: Person, cat: Person) -> None:
    room = make_room(ann.user, kind="private", members=[bob.user])
    set_rules(ann, room, add="everyone")
    assert bob.api.post(f"/api/rooms/{room.id}/members", {"user_id": cat.id}).status_code == 204


def test_pinning_and_reacting_are_rules_of_their_own(ann: Person, bob: Person, room: Room) -> None:
    at = f"/api/messages/{make_message(room, ann.user).id}"
    assert bob.api.put(f"{at}/reactions/👍").status_code == 200
    set_rules(ann, room, pin="admins")
    assert code_of(bob.api.put(f"{at}/pin")) == DENIED
    assert bob.api.put(f"{at}/reactions/🌊").status_code == 200
    set_rules(ann, room, pin="everyone", react="admins")
    assert bob.api.put(f"{at}/pin").status_code == 204
    assert code_of(bob.api.put(f"{at}/reactions/🎉")) == DENIED
    assert bob.api.delete(f"{at}/reactions/👍").status_code == 200  # one's own one may always take back
    assert ann.api.put(f"{at}/reactions/🎉").status_code == 200
