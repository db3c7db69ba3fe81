"""Several people in one step: all of them or nobody."""

from typing import Any

import pytest

from rooms.models import Membership, Room, RoomCounter
from rooms.services.groups import make_group
from tests.people import Listen, Meet, Person, code_of, queries_of


def test_a_group_is_a_private_room_of_its_maker_and_all_the_others(
    ann: Person, bob: Person, cat: Person, published: Listen
) -> None:
    with published() as out:
        made = ann.api.post("/api/groups", {"user_ids": [bob.id, cat.id, bob.id, ann.id], "name": "Three"})
    room = made.json()
    assert made.status_code == 201
    assert (room["kind"], room["name"], room["code"], room["member_count"]) == ("private", "Three", None, 3)
    assert room["membership"]["role"] == "owner"
    events = out.of_room(room["id"])
    assert [(version, kind) for version, kind, _ in events] == [(v, "member_joined") for v in (1, 2, 3)]
    for version, (person, role) in enumerate([(ann, "owner"), (bob, "member"), (cat, "member")], start=1):
        assert out.attached(person.id) == [(room["id"], version)]
        ((kind, added),) = out.to(person.id)
        assert (kind, added["room"]["version"], added["room"]["membership"]["role"]) == ("room_added", version, role)
    assert RoomCounter.objects.get().access_version == 3
    assert bob.api.post(f"/api/rooms/{room['id']}/messages", {"content": "hi"}).status_code == 201


def test_what_the_event_shows_is_what_the_member_finds(ann: Person, bob: Person, published: Listen) -> None:
    with published() as out:
        room_id = ann.api.post("/api/groups", {"user_ids": [bob.id]}).json()["id"]
    assert out.to(bob.id)[0][1]["room"] == bob.api.get(f"/api/rooms/{room_id}").json()


def test_without_a_name_it_bears_those_of_its_people(ann: Person, meet: Meet) -> None:
    first = [meet(f"person-number-{n}").id for n in range(2)]
    assert ann.api.post("/api/groups", {"user_ids": first}).json()["name"] == "ann、person-number-0、person-number-1"
    many = [meet(f"person-number-{n}").id for n in range(10, 20)]
    name = ann.api.post("/api/groups", {"user_ids": many}).json()["name"]
    assert len(name) == 80
    assert name.endswith("…")


def test_a_group_has_all_of_its_people_or_is_not_made(ann: Person, bob: Person, cat: Person) -> None:
    bob.api.patch("/api/users/me", {"preferences": {"add_to_rooms": "nobody"}})
    refused = ann.api.post("/api/groups", {"user_ids": [bob.id, cat.id]})
    assert code_of(refused) == (403, "permission_denied")
    assert refused.json()["fields"] == {"user_ids": ["bob"]}
    cat.api.put(f"/api/users/blocks/{ann.id}")
    assert code_of(ann.api.post("/api/groups", {"user_ids": [cat.id]})) == (403, "blocked")
    assert code_of(ann.api.post("/api/groups", {"user_ids": [10**9]})) == (404, "not_found")
    assert not Room.objects.exists()
    assert not Membership.objects.exists()


@pytest.mark.parametrize("body", [{}, {"user_ids": []}, {"user_ids": ["1"]}, {"user_ids": [1], "name": "  "}])
def test_groups_that_make_no_sense_are_refused(ann: Person, body: dict[str, Any]) -> None:
    if "name" in body:
        body = {**body, "user_ids": [ann.id]}
    assert code_of(ann.api.post("/api/groups", body)) == (400, "validation_error")


def test_a_group_costs_the_same_however_many(ann: Person, meet: Meet) -> None:
    people = [meet().id for _ in range(8)]
    few = queries_of(lambda: make_group(user_id=ann.id, member_ids=people[:1]))
    many = queries_of(lambda: make_group(user_id=ann.id, member_ids=people))
    assert len(few) == len(many)
