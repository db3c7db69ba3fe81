"""Being called by name: the count beside each room, and the inbox over all rooms."""

from typing import Any

from messaging.services.mentions import unread_mentions
from rooms.models import Membership, Room
from rooms.services.joining import join, leave
from rooms.services.members import kick
from tests.factories import make_room
from tests.messaging.conftest import Meet, Person, queries_of


def inbox(person: Person, **query: Any) -> list[str]:
    return [m["content"] for m in person.ok("GET", "/api/users/me/mentions", **query)["results"]]


def called(person: Person, room: Room) -> tuple[int, int | None]:
    membership = person.membership(room)
    return membership["mention_count"], membership["first_mention_seq"]


def test_mentions_after_the_mark_are_counted_from_the_first(ann: Person, bob: Person, room: Room) -> None:
    assert called(bob, room) == (0, None)
    first = ann.say(room, mentions=[bob.id])["seq"]
    ann.say(room)
    second = ann.say(room, mention_all=True)["seq"]
    assert called(bob, room) == (2, first)
    bob.ok("POST", f"/api/rooms/{room.id}/read", {"seq": first})
    assert called(bob, room) == (1, second)
    bob.ok("POST", f"/api/rooms/{room.id}/unread", {"seq": first})
    assert called(bob, room) == (2, first)


def test_who_is_named_and_meant_with_all_is_called_once(ann: Person, bob: Person, room: Room) -> None:
    message = ann.say(room, "both", mentions=[bob.id], mention_all=True)
    assert called(bob, room) == (1, message["seq"])
    assert inbox(bob) == ["both"]


def test_nobody_calls_themselves(ann: Person, bob: Person, room: Room) -> None:
    ann.say(room)  # unread, so that Bob's own message does not move his mark
    bob.say(room, mentions=[bob.id], mention_all=True)
    assert called(bob, room) == (0, None)
    assert inbox(bob) == []


def test_others_mentions_are_none_of_mine(ann: Person, bob: Person, cat: Person, room: Room) -> None:
    join(user_id=cat.id, room_id=room.id)
    ann.say(room, mentions=[cat.id])
    assert called(bob, room) == (0, None)
    assert inbox(bob) == []


def test_the_inbox_is_of_all_my_rooms_the_newest_first(ann: Person, bob: Person, room: Room) -> None:
    other = make_room(ann.user, members=[bob.user])
    for number, where in enumerate([room, other, room, other]):
        ann.say(where, f"m{number}", mentions=[bob.id] if number % 3 else [], mention_all=number % 3 == 0)
    assert inbox(bob) == ["m3", "m2", "m1", "m0"]
    found: list[str] = []
    query: dict[str, Any] = {"limit": 3}
    while True:
        page = bob.ok("GET", "/api/users/me/mentions", **query)
        found += [m["content"] for m in page["results"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert found == ["m3", "m2", "m1", "m0"]


def test_the_inbox_shows_nothing_of_rooms_that_one_is_no_longer_in(ann: Person, bob: Person, room: Room) -> None:
    other = make_room(ann.user, members=[bob.user])
    ann.say(room, "kicked", mentions=[bob.id])
    ann.say(other, "left", mention_all=True)
    kick(user_id=ann.id, room_id=room.id, member_id=bob.id)
    leave(user_id=bob.id, room_id=other.id)
    assert inbox(bob) == []


def test_the_inbox_needs_a_sign_in(api: Any) -> None:
    assert api.get("/api/users/me/mentions").status_code == 401


def test_counting_is_one_query_for_any_number_of_rooms(ann: Person, bob: Person) -> None:
    rooms = [make_room(ann.user, members=[bob.user]) for _ in range(50)]
    for room in rooms:
        ann.say(room, mentions=[bob.id])
    mine = list(Membership.objects.filter(user_id=bob.id))
    assert len(queries_of(lambda: unread_mentions(mine[:2]))) == len(queries_of(lambda: unread_mentions(mine))) == 1
    assert set(unread_mentions(mine)) == {(room.id, bob.id) for room in rooms}


def test_the_inbox_costs_the_same_for_fifty_as_for_two(ann: Person, bob: Person, room: Room, meet: Meet) -> None:
    people = [ann, *(meet() for _ in range(10))]
    for person in people[1:]:
        join(user_id=person.id, room_id=room.id)
    for number in range(50):
        people[number % 11].say(room, f"m{number}", mentions=[bob.id])
    two = queries_of(lambda: inbox(bob, limit=2))
    fifty = queries_of(lambda: inbox(bob, limit=50))
    assert len(two) == len(fifty)
    assert len(inbox(bob)) == 50
