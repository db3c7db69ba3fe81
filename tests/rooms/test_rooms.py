"""Making a room, reading it, changing what it says of itself, closing it."""

from typing import Any

import pytest

from rooms.models import Membership, Room, RoomCounter
from rooms.services import rooms as room_services
from tests.conftest import Api
from tests.factories import make_room
from tests.people import Listen, Meet, Person, code_of


def test_who_makes_a_public_room_owns_it_and_it_has_a_code_of_six_digits(ann: Person) -> None:
    response = ann.api.post("/api/rooms/", {"name": " Tea ", "description": "hot"})
    room = response.json()
    assert response.status_code == 201
    assert (room["name"], room["description"], room["announcement"], room["kind"]) == ("Tea", "hot", "", "public")
    assert len(room["code"]) == 6
    assert room["code"].isdigit()
    assert (room["created_by"], room["member_count"], room["version"], room["last_seq"]) == (ann.id, 1, 1, 0)
    assert room["last_message"] is room["peer"] is room["archived_at"] is room["avatar_url"] is None
    assert room["membership"] == {
        "role": "owner",
        "last_read_seq": 0,
        "unread_count": 0,
        "mention_count": 0,
        "first_mention_seq": None,
        "notify": "all",
        "notify_until": None,
        "muted_until": None,
        "pinned_at": None,
        "announcement_read_at": None,
        "joined_at": room["membership"]["joined_at"],
    }


def test_a_private_room_has_no_code(ann: Person) -> None:
    assert ann.api.post("/api/rooms", {"name": "Tea", "kind": "private"}).json()["code"] is None


def test_making_a_room_attaches_its_maker_where_the_stream_starts(ann: Person, published: Listen) -> None:
    with published() as out:
        room = ann.api.post("/api/rooms/", {"name": "Tea"}).json()
    assert out.to(ann.id) == [("room_added", {"room": room})]
    assert out.attached(ann.id) == [(room["id"], 1)]
    assert [(v, t) for v, t, _ in out.of_room(room["id"])] == [(1, "member_joined")]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": " "},
        {"name": "x" * 81},
        {"name": 5},
        {"name": "x", "kind": "direct"},
        {"name": "x", "description": "x" * 501},
        {"name": "x", "code": "123456"},
    ],
)
def test_a_room_that_makes_no_sense_is_refused(ann: Person, body: dict[str, Any]) -> None:
    assert code_of(ann.api.post("/api/rooms/", body)) == (400, "validation_error")
    assert not Room.objects.exists()


def test_a_code_that_is_taken_is_not_given_twice(ann: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    codes = iter(["111111", "111111", "222222"])
    monkeypatch.setattr(room_services, "new_code", lambda: next(codes))
    assert [ann.api.post("/api/rooms/", {"name": "x"}).json()["code"] for _ in range(2)] == ["111111", "222222"]


def test_a_server_without_free_codes_says_so(ann: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_services, "new_code", lambda: "111111")
    ann.api.post("/api/rooms/", {"name": "x"})
    assert code_of(ann.api.post("/api/rooms/", {"name": "x"})) == (503, "unavailable")
    assert Room.objects.count() == RoomCounter.objects.count() == Membership.objects.count() == 1


def test_a_stranger_sees_the_card_of_a_public_room_and_nothing_of_its_talk(ann: Person, bob: Person) -> None:
    room = make_room(ann.user)
    seen = bob.api.get(f"/api/rooms/{room.id}").json()
    assert seen["name"] == room.name
    assert seen["membership"] is seen["last_message"] is None


def test_a_private_room_does_not_exist_for_strangers(ann: Person, bob: Person) -> None:
    room = make_room(ann.user, kind="private")
    assert code_of(bob.api.get(f"/api/rooms/{room.id}")) == (404, "not_found")


def test_a_former_member_of_a_private_room_is_not_a_member(ann: Person, bob: Person) -> None:
    room = make_room(ann.user, kind="private", members=[bob.user])
    bob.api.post(f"/api/rooms/{room.id}/leave")
    assert code_of(bob.api.get(f"/api/rooms/{room.id}")) == (403, "not_a_member")


@pytest.mark.parametrize("kind", ["public", "private"])
def test_who_was_banned_from_a_room_is_denied(ann: Person, bob: Person, kind: str) -> None:
    room = make_room(ann.user, kind=kind, members=[bob.user])
    ann.api.put(f"/api/rooms/{room.id}/bans/{bob.id}")
    assert code_of(bob.api.get(f"/api/rooms/{room.id}")) == (403, "permission_denied")


def test_a_ban_tells_nobody_of_a_private_room_they_were_never_in(ann: Person, bob: Person) -> None:
    room = make_room(ann.user, kind="private")
    ann.api.put(f"/api/rooms/{room.id}/bans/{bob.id}")
    assert code_of(bob.api.get(f"/api/rooms/{room.id}")) == (404, "not_found")


@pytest.mark.parametrize("room_id", ["999999", "9" * 16, "9" * 40, "x", "-1"])
def test_a_room_that_does_not_exist_is_not_found(ann: Person, room_id: str) -> None:
    assert ann.api.get(f"/api/rooms/{room_id}").status_code == 404


def test_nothing_is_done_in_a_room_that_does_not_exist(ann: Person, bob: Person) -> None:
    at = "/api/rooms/999999"
    answers = [
        ann.api.patch(at, {"name": "x"}),
        ann.api.delete(at),
        ann.api.post(f"{at}/join"),
        ann.api.post("/api/rooms/join", {"room_id": 2**53 - 1}),
        ann.api.post(f"{at}/leave"),
        ann.api.post(f"{at}/members", {"user_id": bob.id}),
        ann.api.get(f"{at}/members"),
        ann.api.put(f"{at}/bans/{bob.id}"),
        ann.api.post(f"{at}/invites"),
        ann.api.delete(f"{at}/invites/1"),
        ann.api.patch(f"{at}/membership", {"pinned": True}),
        ann.api.post(f"{at}/transfer", {"user_id": bob.id}),
    ]
    assert [code_of(a) for a in answers] == [(404, "not_found")] * len(answers)


def test_nobody_reads_rooms_without_signing_in(api: Api, ann: Person) -> None:
    room = make_room(ann.user)
    for path in ("/api/rooms/", f"/api/rooms/{room.id}", "/api/rooms/?scope=public"):
        assert code_of(api.get(path)) == (401, "authentication_failed")


def test_owner_and_admins_change_settings(ann: Person, bob: Person, published: Listen) -> None:
    room = make_room(ann.user, members=[bob.user])
    ann.api.patch(f"/api/rooms/{room.id}/members/{bob.id}", {"role": "admin"})
    with published() as out:
        response = bob.api.patch(f"/api/rooms/{room.id}", {"name": "Tea", "description": "d", "announcement": "a"})
    changed = response.json()
    assert (changed["name"], changed["description"], changed["announcement"]) == ("Tea", "d", "a")
    version, kind, data = out.of_room(room.id)[0]
    assert (kind, data["version"], data["room"]["version"]) == ("room_updated", version, version)
    assert data["room"]["membership"] is data["room"]["peer"] is None
    assert data["room"]["name"] == "Tea"


def test_members_strangers_and_the_banned_change_no_settings(ann: Person, bob: Person, cat: Person, meet: Meet) -> None:
    room = make_room(ann.user, members=[bob.user])
    dan = meet()
    ann.api.put(f"/api/rooms/{room.id}/bans/{dan.id}")
    answers = [code_of(p.api.patch(f"/api/rooms/{room.id}", {"name": "x"})) for p in (bob, cat, dan)]
    assert answers == [(403, "permission_denied"), (403, "not_a_member"), (403, "permission_denied")]
    assert Room.objects.get().name == room.name


def test_a_change_that_changes_nothing_takes_no_version(ann: Person, published: Listen) -> None:
    room = make_room(ann.user, name="Tea")
    with published() as out:
        assert ann.api.patch(f"/api/rooms/{room.id}", {"name": "Tea", "archived": False}).json()["version"] == 1
        assert ann.api.patch(f"/api/rooms/{room.id}", {}).status_code == 200
    assert out.envelopes == []


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "  "},
        {"name": None},
        {"announcement": "x" * 2001},
        {"archived": "yes"},
        {"kind": "private"},
    ],
)
def test_settings_that_make_no_sense_are_refused(ann: Person, body: dict[str, Any]) -> None:
    room = make_room(ann.user)
    assert code_of(ann.api.patch(f"/api/rooms/{room.id}", body)) == (400, "validation_error")


def test_only_the_owner_archives_and_brings_back(ann: Person, bob: Person, cat: Person) -> None:
    room = make_room(ann.user, members=[bob.user, cat.user])
    ann.api.patch(f"/api/rooms/{room.id}/members/{bob.id}", {"role": "admin"})
    for person in (bob, cat):
        assert code_of(person.api.delete(f"/api/rooms/{room.id}")) == (403, "permission_denied")
        assert code_of(person.api.patch(f"/api/rooms/{room.id}", {"archived": True})) == (403, "permission_denied")
    assert ann.api.delete(f"/api/rooms/{room.id}").status_code == 204
    assert ann.api.delete(f"/api/rooms/{room.id}").status_code == 204
    assert code_of(bob.api.patch(f"/api/rooms/{room.id}", {"archived": False})) == (403, "permission_denied")
    assert ann.api.get(f"/api/rooms/{room.id}").json()["archived_at"] is not None
    assert ann.api.patch(f"/api/rooms/{room.id}", {"archived": False}).json()["archived_at"] is None


def test_archiving_changes_who_may_post_and_tells_the_members(ann: Person, published: Listen) -> None:
    room = make_room(ann.user)
    with published() as out:
        ann.api.delete(f"/api/rooms/{room.id}")
    version, kind, data = out.of_room(room.id)[0]
    assert (kind, data["room"]["archived_at"] is not None) == ("room_updated", True)
    assert RoomCounter.objects.get().access_version == version


def test_an_archived_room_is_read_and_not_written(ann: Person, bob: Person, cat: Person) -> None:
    room = make_room(ann.user, members=[bob.user])
    invite = ann.api.post(f"/api/rooms/{room.id}/invites").json()
    ann.api.delete(f"/api/rooms/{room.id}")
    at = f"/api/rooms/{room.id}"
    refused = [
        ann.api.patch(at, {"name": "x"}),
        ann.api.patch(at, {"name": "x", "archived": True}),
        ann.api.post(f"{at}/invites"),
        ann.api.post(f"{at}/members", {"user_id": cat.id}),
        ann.api.patch(f"{at}/members/{bob.id}", {"role": "admin"}),
        ann.api.delete(f"{at}/members/{bob.id}"),
        ann.api.put(f"{at}/bans/{bob.id}"),
        ann.api.delete(f"{at}/bans/{bob.id}"),
        ann.api.post(f"{at}/transfer", {"user_id": bob.id}),
        cat.api.post(f"{at}/join"),
        cat.api.post("/api/rooms/join", {"code": room.code}),
        cat.api.post(f"/api/invites/{invite['token']}/accept"),
    ]
    assert [code_of(r) for r in refused] == [(409, "room_archived")] * len(refused)
    assert bob.api.get(at).status_code == bob.api.get(f"{at}/members").status_code == 200
    assert bob.api.patch(f"{at}/membership", {"pinned": True}).status_code == 200
    assert bob.api.post(f"{at}/leave").status_code == 204


def test_an_archived_room_comes_back_with_a_new_name(ann: Person) -> None:
    room = make_room(ann.user)
    ann.api.delete(f"/api/rooms/{room.id}")
    back = ann.api.patch(f"/api/rooms/{room.id}", {"archived": False, "name": "New"}).json()
    assert (back["name"], back["archived_at"]) == ("New", None)


def test_another_code_shuts_the_door_that_the_former_one_opened(
    ann: Person, bob: Person, cat: Person, published: Listen
) -> None:
    room = make_room(ann.user, members=[bob.user])
    at = f"/api/rooms/{room.id}/code"
    assert code_of(bob.api.post(at)) == (403, "permission_denied")
    with published() as out:
        fresh = ann.api.post(at).json()["code"]
    assert (len(fresh), fresh != room.code) == (6, True)
    ((_, kind, data),) = out.of_room(room.id)
    assert (kind, data["room"]["code"]) == ("room_updated", fresh)
    assert code_of(cat.api.post("/api/rooms/join", {"code": room.code})) == (404, "not_found")
    assert cat.api.post("/api/rooms/join", {"code": fresh}).status_code == 200


def test_a_private_room_gets_no_code(ann: Person) -> None:
    room = make_room(ann.user, kind="private")
    assert code_of(ann.api.post(f"/api/rooms/{room.id}/code")) == (409, "conflict")
