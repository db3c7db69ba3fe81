"""Who has read what the room announces."""

from typing import Any

import pytest

from rooms.models import Room
from rooms.services import settings
from rooms.services.rooms import room_for_member
from tests.factories import make_room
from tests.people import Listen, Meet, Person, code_of, queries_of


@pytest.fixture
def room(ann: Person, bob: Person, cat: Person) -> Room:
    room = make_room(ann.user, members=[bob.user, cat.user])
    announce(ann, room, "Low tide at noon")
    return room


def announce(person: Person, room: Room, text: str) -> None:
    assert person.api.patch(f"/api/rooms/{room.id}", {"announcement": text}).status_code == 200


def read(person: Person, room: Room) -> None:
    assert person.api.post(f"/api/rooms/{room.id}/announcement/read").status_code == 204


def seen(person: Person, room: Room) -> tuple[list[int], list[int]]:
    found: Any = person.api.get(f"/api/rooms/{room.id}/announcement").json()
    return [u["id"] for u in found["read"]], [u["id"] for u in found["unread"]]


def test_members_see_who_has_read_the_announcement(ann: Person, bob: Person, cat: Person, room: Room) -> None:
    assert seen(bob, room) == ([], [bob.id, cat.id])
    read(bob, room)
    assert seen(cat, room) == ([bob.id], [cat.id])
    found = ann.api.get(f"/api/rooms/{room.id}/announcement").json()
    assert (found["announcement"], found["announced_by"]) == ("Low tide at noon", ann.id)
    assert found["announced_at"] == ann.api.get(f"/api/rooms/{room.id}").json()["announced_at"]


def test_another_announcement_is_unread_again_and_another_name_is_not(ann: Person, bob: Person, room: Room) -> None:
    read(bob, room)
    ann.api.patch(f"/api/rooms/{room.id}", {"name": "Other", "announcement": "Low tide at noon"})
    assert seen(ann, room)[0] == [bob.id]
    announce(ann, room, "Low tide at one")
    assert seen(ann, room)[0] == []
    announce(ann, room, "")
    assert ann.api.get(f"/api/rooms/{room.id}").json()["announced_at"] is None
    assert seen(ann, room) == ([], [])


def test_reading_tells_ones_own_devices_once(bob: Person, room: Room, published: Listen) -> None:
    with published() as out:
        read(bob, room)
        read(bob, room)
    ((kind, data),) = out.to(bob.id)
    mine = bob.api.get(f"/api/rooms/{room.id}").json()["membership"]
    assert (kind, data["membership"]) == ("membership_updated", mine)
    assert mine["announcement_read_at"] is not None
    assert out.of_room(room.id) == []


def test_who_announces_something_has_read_it(ann: Person, bob: Person, room: Room, published: Listen) -> None:
    with published() as out:
        announce(ann, room, "Low tide at one")
    mine = ann.api.get(f"/api/rooms/{room.id}").json()
    assert mine["membership"]["announcement_read_at"] == mine["announced_at"]
    assert [kind for kind, _ in out.to(ann.id)] == ["membership_updated"]
    assert out.to(ann.id)[0][1]["membership"] == mine["membership"]
    assert out.to(bob.id) == []
    announce(ann, room, "")
    assert ann.api.get(f"/api/rooms/{room.id}").json()["membership"] == mine["membership"]


def test_who_keeps_receipts_private_is_in_neither_list(ann: Person, bob: Person, cat: Person, room: Room) -> None:
    bob.api.patch("/api/users/me", {"preferences": {"read_receipts": False}})
    read(bob, room)
    assert seen(ann, room) == ([], [cat.id])


def test_strangers_see_nothing_of_it(room: Room, meet: Meet) -> None:
    stranger = meet()
    assert code_of(stranger.api.get(f"/api/rooms/{room.id}/announcement")) == (403, "not_a_member")
    assert code_of(stranger.api.post(f"/api/rooms/{room.id}/announcement/read")) == (403, "not_a_member")


def test_the_list_costs_the_same_however_long(ann: Person, room: Room, meet: Meet) -> None:
    few = queries_of(lambda: seen(ann, room))
    for _ in range(5):
        newcomer = meet()
        newcomer.api.post(f"/api/rooms/{room.id}/join")
        read(newcomer, room)
    assert len(seen(ann, room)[0]) == 5
    assert len(queries_of(lambda: seen(ann, room))) == len(few)


def test_who_announces_while_reading_on_another_device_has_read_both(
    ann: Person, bob: Person, room: Room, published: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    newest = bob.say(room)["seq"]

    def at_the_wrong_moment(user_id: int, room_id: int) -> Any:
        found = room_for_member(user_id, room_id)
        ann.ok("POST", f"/api/rooms/{room.id}/read", {"seq": newest})
        return found

    monkeypatch.setattr(settings, "room_for_member", at_the_wrong_moment)
    with published() as out:
        announce(ann, room, "Low tide at one")
    told = [data["membership"] for kind, data in out.to(ann.id) if kind == "membership_updated"]
    assert told == [ann.membership(room)]
