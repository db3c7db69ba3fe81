"""Coming in and going: by oneself, by code, and for good."""

from typing import Any

import pytest

from rooms.models import Membership, Room, RoomCounter
from rooms.services import joining, memberships
from tests.factories import make_room
from tests.people import Listen, Meet, Person, code_of


@pytest.mark.parametrize("by", ["path", "id", "code"])
def test_anyone_joins_a_public_room(ann: Person, bob: Person, by: str) -> None:
    room = make_room(ann.user)
    path, body = {
        "path": (f"/api/rooms/{room.id}/join", None),
        "id": ("/api/rooms/join", {"room_id": room.id}),
        "code": ("/api/rooms/join", {"code": room.code}),
    }[by]
    response = bob.api.post(path, body)
    joined = response.json()
    assert response.status_code == 200
    assert (joined["id"], joined["member_count"], joined["membership"]["role"]) == (room.id, 2, "member")


def test_a_join_tells_the_members_and_attaches_the_newcomer_between_join_and_line(
    ann: Person, bob: Person, published: Listen
) -> None:
    room = make_room(ann.user)
    with published() as out:
        bob.api.post(f"/api/rooms/{room.id}/join")
    (join_version, kind, joined), (line_version, line_kind, line) = out.of_room(room.id)
    assert (join_version, kind, line_version, line_kind) == (2, "member_joined", 3, "new_message")
    assert (joined["member"]["user"]["id"], joined["member"]["role"], joined["member"]["version"]) == (
        bob.id,
        "member",
        2,
    )
    assert (line["message"]["system"]["event"], line["message"]["system"]["actor"]["id"]) == ("member_joined", bob.id)
    ((event, added),) = out.to(bob.id)
    assert (event, added["room"]["version"], added["room"]["membership"]["role"]) == ("room_added", 2, "member")
    assert out.attached(bob.id) == [(room.id, 2)]
    assert RoomCounter.objects.get().access_version == 2


def test_joining_twice_is_joining_once(ann: Person, bob: Person, published: Listen) -> None:
    room = make_room(ann.user, members=[bob.user])
    with published() as out:
        assert bob.api.post(f"/api/rooms/{room.id}/join").json()["member_count"] == 2
    assert out.envelopes == []


def test_a_newcomer_starts_with_nothing_unread(ann: Person, bob: Person) -> None:
    room = make_room(ann.user)
    RoomCounter.objects.update(last_seq=7, message_count=5)
    mine = bob.api.post(f"/api/rooms/{room.id}/join").json()["membership"]
    assert (mine["last_read_seq"], mine["unread_count"]) == (7, 0)
    RoomCounter.objects.update(message_count=6)
    assert bob.api.get(f"/api/rooms/{room.id}").json()["membership"]["unread_count"] == 1


def test_who_comes_back_has_nothing_unread_and_no_second_row(ann: Person, bob: Person) -> None:
    room = make_room(ann.user, members=[bob.user])
    bob.api.post(f"/api/rooms/{room.id}/leave")
    Membership.objects.filter(user_id=bob.id).update(own_after_mark=3)
    RoomCounter.objects.update(last_seq=9, message_count=8)
    mine = bob.api.post(f"/api/rooms/{room.id}/join").json()["membership"]
    row = Membership.objects.get(user_id=bob.id)
    assert (mine["last_read_seq"], mine["unread_count"], row.read_number, row.own_after_mark) == (9, 0, 8, 0)
    assert (row.left_at, row.left_reason) == (None, "")


def test_leaving_and_coming_back_does_not_unmute(ann: Person, bob: Person) -> None:
    room = make_room(ann.user, members=[bob.user])
    ann.api.patch(f"/api/rooms/{room.id}/members/{bob.id}", {"muted_until": "2999-01-01T00:00:00Z"})
    bob.api.post(f"/api/rooms/{room.id}/leave")
    assert bob.api.post(f"/api/rooms/{room.id}/join").json()["membership"]["muted_until"] == "2999-01-01T00:00:00Z"


def test_an_admin_who_left_comes_back_as_a_member(ann: Person, bob: Person) -> None:
    room = make_room(ann.user, members=[bob.user])
    ann.api.patch(f"/api/rooms/{room.id}/members/{bob.id}", {"role": "admin"})
    bob.api.post(f"/api/rooms/{room.id}/leave")
    assert bob.api.post(f"/api/rooms/{room.id}/join").json()["membership"]["role"] == "member"


def test_nobody_joins_a_private_or_direct_room(ann: Person, bob: Person, cat: Person) -> None:
    private = make_room(ann.user, kind="private", members=[bob.user])
    direct = ann.api.post("/api/direct", {"user_id": bob.id}).json()
    bob.api.post(f"/api/rooms/{private.id}/leave")
    assert code_of(cat.api.post(f"/api/rooms/{private.id}/join")) == (404, "not_found")
    assert code_of(cat.api.post("/api/rooms/join", {"room_id": private.id})) == (404, "not_found")
    assert code_of(cat.api.post(f"/api/rooms/{direct['id']}/join")) == (404, "not_found")
    assert code_of(bob.api.post(f"/api/rooms/{private.id}/join")) == (403, "not_a_member")


def test_the_banned_do_not_join(ann: Person, bob: Person) -> None:
    room = make_room(ann.user)
    ann.api.put(f"/api/rooms/{room.id}/bans/{bob.id}")
    assert code_of(bob.api.post(f"/api/rooms/{room.id}/join")) == (403, "permission_denied")
    assert code_of(bob.api.post("/api/rooms/join", {"code": room.code})) == (403, "permission_denied")


@pytest.mark.parametrize("body", [{}, {"code": "1", "room_id": 1}, {"code": 123456}, {"room_id": "1"}, {"room_id": 0}])
def test_a_join_names_one_room(ann: Person, body: dict[str, Any]) -> None:
    assert code_of(ann.api.post("/api/rooms/join", body)) == (400, "validation_error")


@pytest.mark.parametrize("code", ["000000", "", "x" * 500, "１２３４５６"])
def test_an_unknown_code_is_not_found(ann: Person, code: str) -> None:
    assert code_of(ann.api.post("/api/rooms/join", {"code": code})) == (404, "not_found")


def test_guessing_codes_is_slowed_down(ann: Person, bob: Person, settings: Any) -> None:
    settings.RATE_LIMITS = True
    answers = [ann.api.post("/api/rooms/join", {"code": "none"}) for _ in range(11)]
    assert [a.status_code for a in answers] == [404] * 10 + [429]
    assert answers[-1].json()["code"] == "rate_limited"
    assert answers[-1].json()["retry_after"] > 0
    assert bob.api.post("/api/rooms/join", {"code": "none"}).status_code == 404
    room = make_room(bob.user)
    assert ann.api.post("/api/rooms/join", {"room_id": room.id}).status_code == 200


def test_leaving_tells_the_others_and_takes_the_room_from_the_leaver(
    ann: Person, bob: Person, published: Listen
) -> None:
    room = make_room(ann.user, members=[bob.user])
    with published() as out:
        assert bob.api.post(f"/api/rooms/{room.id}/leave").status_code == 204
    (version, kind, left), (_, _, line) = out.of_room(room.id)
    assert (kind, left["member"]["user"]["id"], left["member"]["role"]) == ("member_left", bob.id, None)
    assert line["message"]["system"]["event"] == "member_left"
    farewell = {"type": "room_removed", "data": {"room_id": room.id, "reason": "left"}}
    assert out.detached(bob.id) == [(version, farewell)]
    assert RoomCounter.objects.get().member_count == 1
    assert bob.api.get("/api/rooms/").json()["results"] == []


def test_who_is_not_in_cannot_leave(ann: Person, bob: Person) -> None:
    room, hidden = make_room(ann.user), make_room(ann.user, kind="private")
    assert code_of(bob.api.post(f"/api/rooms/{room.id}/leave")) == (403, "not_a_member")
    assert code_of(bob.api.post(f"/api/rooms/{hidden.id}/leave")) == (404, "not_found")


def test_the_owner_hands_the_room_on_before_leaving(ann: Person, bob: Person) -> None:
    room = make_room(ann.user, members=[bob.user])
    assert code_of(ann.api.post(f"/api/rooms/{room.id}/leave")) == (409, "conflict")
    ann.api.post(f"/api/rooms/{room.id}/transfer", {"user_id": bob.id})
    assert ann.api.post(f"/api/rooms/{room.id}/leave").status_code == 204


def test_a_room_that_its_last_member_leaves_is_archived(ann: Person, bob: Person, published: Listen) -> None:
    room = make_room(ann.user)
    with published() as out:
        assert ann.api.post(f"/api/rooms/{room.id}/leave").status_code == 204
    assert [kind for _, kind, _ in out.of_room(room.id)] == ["member_left", "room_updated"]
    assert Room.objects.get().archived_at is not None
    assert bob.api.get("/api/rooms/", scope="public").json()["results"] == []
    assert code_of(bob.api.post(f"/api/rooms/{room.id}/join")) == (409, "room_archived")


def test_large_rooms_have_no_lines_for_joins_and_leaves(
    ann: Person, bob: Person, published: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memberships, "LINE_MEMBERS", 1)
    room = make_room(ann.user)
    make_room(ann.user)
    with published() as out:
        bob.api.post(f"/api/rooms/{room.id}/join")
    assert [kind for _, kind, _ in out.of_room(room.id)] == ["member_joined"]


def test_a_deleted_account_leaves_its_rooms_but_not_its_conversations(ann: Person, bob: Person) -> None:
    rooms = [make_room(ann.user), make_room(bob.user, members=[ann.user])]
    direct = ann.api.post("/api/direct", {"user_id": bob.id}).json()
    joining.leave_all(ann.id)
    assert not Membership.objects.current().filter(user_id=ann.id, room_id__in=[r.id for r in rooms]).exists()
    assert Membership.objects.current().filter(user_id=ann.id, room_id=direct["id"]).exists()
    assert Room.objects.get(id=rooms[0].id).archived_at is not None
    assert Room.objects.get(id=rooms[1].id).archived_at is None


def test_what_a_deleted_account_owned_passes_to_the_oldest_admin(ann: Person, meet: Meet, published: Listen) -> None:
    early, first_admin, second_admin = meet(), meet(), meet()
    room = make_room(ann.user, members=[early.user, first_admin.user, second_admin.user])
    for admin in (second_admin, first_admin):
        ann.api.patch(f"/api/rooms/{room.id}/members/{admin.id}", {"role": "admin"})
    with published() as out:
        joining.leave_all(ann.id)
    assert [kind for _, kind, _ in out.of_room(room.id)] == ["member_updated", "member_left", "new_message"]
    assert first_admin.api.get(f"/api/rooms/{room.id}").json()["membership"]["role"] == "owner"
    assert out.to(first_admin.id)[0][1]["membership"]["role"] == "owner"


def test_without_admins_it_passes_to_the_oldest_member_who_may_speak_again(
    ann: Person, bob: Person, cat: Person
) -> None:
    room = make_room(ann.user, members=[bob.user, cat.user])
    ann.api.patch(f"/api/rooms/{room.id}/members/{bob.id}", {"muted_until": "2999-01-01T00:00:00Z"})
    joining.leave_all(ann.id)
    mine = bob.api.get(f"/api/rooms/{room.id}").json()["membership"]
    assert (mine["role"], mine["muted_until"]) == ("owner", None)
