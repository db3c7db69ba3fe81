"""Rooms whose admins decide who comes in: asking, answering, and what ends a request."""

from typing import Any

import pytest

from rooms.models import JoinRequest, Room
from rooms.services.joining import leave_all
from tests.factories import make_room
from tests.people import Listen, Meet, Person, code_of, queries_of

DENIED = (403, "permission_denied")


@pytest.fixture
def room(ann: Person, bob: Person) -> Room:
    """Ann's, with Bob as a mere member; Cat would have to ask."""
    room = make_room(ann.user, members=[bob.user])
    assert ann.api.patch(f"/api/rooms/{room.id}", {"rules": {"join": "approval"}}).status_code == 200
    return room


def waiting(person: Person, room: Room, **query: Any) -> Any:
    return person.api.get(f"/api/rooms/{room.id}/requests", **query).json()


@pytest.mark.parametrize("by", ["path", "id", "code"])
def test_who_would_join_asks_and_waits(ann: Person, cat: Person, room: Room, by: str) -> None:
    path, body = {
        "path": (f"/api/rooms/{room.id}/join", {}),
        "id": ("/api/rooms/join", {"room_id": room.id}),
        "code": ("/api/rooms/join", {"code": room.code}),
    }[by]
    response = cat.api.post(path, {**body, "message": "It is me"})
    assert (response.status_code, response.json()["membership"]) == (202, None)
    (row,) = waiting(ann, room)["results"]
    assert (row["user"]["id"], row["message"]) == (cat.id, "It is me")
    assert code_of(cat.api.get(f"/api/rooms/{room.id}/messages")) == (403, "not_a_member")


def test_the_admins_hear_of_it_once_and_nobody_else_does(
    ann: Person, bob: Person, cat: Person, room: Room, published: Listen
) -> None:
    with published() as out:
        cat.api.post(f"/api/rooms/{room.id}/join", {"message": "one"})
        cat.api.post(f"/api/rooms/{room.id}/join", {"message": "two"})
    ((kind, data),) = out.to(ann.id)
    assert (kind, data["room_id"], data["user"]["id"], data["message"]) == ("join_requested", room.id, cat.id, "one")
    assert out.to(bob.id) == out.to(cat.id) == out.of_room(room.id) == []
    assert [row["message"] for row in waiting(ann, room)["results"]] == ["two"]


def test_an_accepted_request_is_a_join_like_any_other(ann: Person, cat: Person, room: Room, published: Listen) -> None:
    cat.api.post(f"/api/rooms/{room.id}/join")
    with published() as out:
        assert ann.api.put(f"/api/rooms/{room.id}/requests/{cat.id}").status_code == 204
    assert [kind for _, kind, _ in out.of_room(room.id)] == ["member_joined", "new_message"]
    assert [kind for kind, _ in out.to(cat.id)] == ["room_added"]
    assert waiting(ann, room)["results"] == []
    assert code_of(ann.api.put(f"/api/rooms/{room.id}/requests/{cat.id}")) == (404, "not_found")
    assert cat.api.post(f"/api/rooms/{room.id}/join").status_code == 200


def test_who_is_turned_down_may_ask_again(ann: Person, cat: Person, room: Room) -> None:
    cat.api.post(f"/api/rooms/{room.id}/join")
    assert ann.api.delete(f"/api/rooms/{room.id}/requests/{cat.id}").status_code == 204
    assert waiting(ann, room)["results"] == []
    assert code_of(ann.api.delete(f"/api/rooms/{room.id}/requests/{cat.id}")) == (404, "not_found")
    assert cat.api.post(f"/api/rooms/{room.id}/join").status_code == 202


def test_a_request_is_taken_back_by_who_made_it(ann: Person, bob: Person, cat: Person, room: Room) -> None:
    cat.api.post(f"/api/rooms/{room.id}/join")
    assert code_of(bob.api.delete(f"/api/rooms/{room.id}/join")) == (404, "not_found")
    assert cat.api.delete(f"/api/rooms/{room.id}/join").status_code == 204
    assert code_of(ann.api.put(f"/api/rooms/{room.id}/requests/{cat.id}")) == (404, "not_found")


def test_members_and_strangers_neither_see_nor_answer_requests(
    bob: Person, cat: Person, room: Room, meet: Meet
) -> None:
    cat.api.post(f"/api/rooms/{room.id}/join")
    for person, refusal in ((bob, DENIED), (cat, (403, "not_a_member")), (meet(), (403, "not_a_member"))):
        at = f"/api/rooms/{room.id}/requests"
        assert code_of(person.api.get(at)) == refusal
        assert code_of(person.api.put(f"{at}/{cat.id}")) == refusal
        assert code_of(person.api.delete(f"{at}/{cat.id}")) == refusal
    assert JoinRequest.objects.count() == 1


def test_a_ban_ends_a_request_and_forbids_the_next(ann: Person, cat: Person, room: Room) -> None:
    cat.api.post(f"/api/rooms/{room.id}/join")
    ann.api.put(f"/api/rooms/{room.id}/bans/{cat.id}")
    assert waiting(ann, room)["results"] == []
    assert code_of(cat.api.post(f"/api/rooms/{room.id}/join")) == DENIED


def test_who_is_brought_in_waits_no_more(ann: Person, cat: Person, room: Room, meet: Meet) -> None:
    dan = meet("dan")
    for person in (cat, dan):
        person.api.post(f"/api/rooms/{room.id}/join")
    ann.api.post(f"/api/rooms/{room.id}/members", {"user_id": cat.id})
    token = ann.api.post(f"/api/rooms/{room.id}/invites").json()["token"]
    assert dan.api.post(f"/api/invites/{token}/accept").status_code == 200
    assert not JoinRequest.objects.exists()


def test_a_deleted_account_asks_for_nothing(cat: Person, room: Room) -> None:
    cat.api.post(f"/api/rooms/{room.id}/join")
    leave_all(cat.id)
    assert not JoinRequest.objects.exists()


def test_the_queue_comes_in_pages_and_costs_the_same_however_long(ann: Person, room: Room, meet: Meet) -> None:
    askers = [meet() for _ in range(5)]
    askers[0].api.post(f"/api/rooms/{room.id}/join")
    one = queries_of(lambda: waiting(ann, room))
    for asker in askers[1:]:
        asker.api.post(f"/api/rooms/{room.id}/join")
    assert len(queries_of(lambda: waiting(ann, room))) == len(one)
    first = waiting(ann, room, limit=3)
    second = waiting(ann, room, limit=3, cursor=first["next"])
    assert [r["user"]["id"] for r in first["results"] + second["results"]] == [a.id for a in askers]


@pytest.mark.parametrize("body", [{"message": "x" * 201}, {"message": None}, {"words": "x"}])
def test_requests_that_make_no_sense_are_refused(cat: Person, room: Room, body: Any) -> None:
    assert code_of(cat.api.post(f"/api/rooms/{room.id}/join", body)) == (400, "validation_error")
