"""Pages of a room's messages."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from messaging.models import Message
from rooms.models import Room
from rooms.services.members import kick
from tests.factories import make_room
from tests.messaging.conftest import crowd
from tests.people import Meet, Person, queries_of


def seqs(page: dict[str, Any]) -> list[int]:
    return [message["seq"] for message in page["results"]]


def ends(page: dict[str, Any]) -> tuple[bool, bool]:
    return page["has_before"], page["has_after"]


@pytest.fixture
def room(ann: Person) -> Room:
    """Ten messages, nobody but Ann; her joining has left a line of its own or not."""
    room = make_room(ann.user)
    for number in range(1, 11):
        ann.say(room, f"message {number}")
    return room


def test_without_a_bound_it_is_the_newest_page(ann: Person, room: Room) -> None:
    page = ann.page(room, limit=3)
    assert [m["content"] for m in page["results"]] == ["message 8", "message 9", "message 10"]
    assert ends(page) == (True, False)


def test_a_page_larger_than_the_room_is_all_of_it(ann: Person, room: Room) -> None:
    page = ann.page(room)
    assert seqs(page) == list(range(1, 11))
    assert ends(page) == (False, False)


@pytest.mark.parametrize(
    ("query", "expected", "expected_ends"),
    [
        ({"before": 4, "limit": 2}, [2, 3], (True, True)),
        ({"before": 3, "limit": 5}, [1, 2], (False, True)),
        ({"before": 1}, [], (False, True)),
        ({"before": 0}, [], (False, True)),
        ({"before": 11, "limit": 2}, [9, 10], (True, False)),
        ({"before": 10**15, "limit": 2}, [9, 10], (True, False)),
        ({"after": 0, "limit": 2}, [1, 2], (False, True)),
        ({"after": 7, "limit": 2}, [8, 9], (True, True)),
        ({"after": 8}, [9, 10], (True, False)),
        ({"after": 10}, [], (True, False)),
        ({"after": 10**15}, [], (True, False)),
        ({"around": 5, "limit": 3}, [4, 5, 6], (True, True)),
        ({"around": 1, "limit": 3}, [1, 2, 3], (False, True)),
        ({"around": 10, "limit": 3}, [8, 9, 10], (True, False)),
        ({"around": 10**15, "limit": 3}, [8, 9, 10], (True, False)),
        ({"around": 5, "limit": 1}, [5], (True, True)),
        ({"limit": 0}, [10], (True, False)),
        ({"limit": 1000}, list(range(1, 11)), (False, False)),
    ],
)
def test_bounds_are_exclusive_and_around_is_in_the_middle(
    ann: Person, room: Room, query: dict[str, int], expected: list[int], expected_ends: tuple[bool, bool]
) -> None:
    page = ann.page(room, **query)
    assert seqs(page) == expected
    assert ends(page) == expected_ends


def test_an_empty_room_has_an_empty_page(ann: Person) -> None:
    assert ann.page(make_room(ann.user)) == {"results": [], "has_before": False, "has_after": False}


def test_paging_back_and_forth_meets_every_message_once(ann: Person, room: Room) -> None:
    back: list[int] = []
    page = ann.page(room, limit=3)
    while True:
        back = seqs(page) + back
        if not page["has_before"]:
            break
        page = ann.page(room, limit=3, before=back[0])
    forth: list[int] = []
    while not forth or page["has_after"]:
        page = ann.page(room, limit=3, after=forth[-1] if forth else 0)
        forth += seqs(page)
    assert back == forth == list(range(1, 11))


def test_at_a_time_the_first_message_since_then_is_on_the_page(ann: Person, room: Room) -> None:
    first = datetime.fromisoformat(ann.page(room)["results"][0]["created_at"])
    for message in Message.objects.in_room(room.id):
        Message.objects.filter(pk=message.pk).update(created_at=first + timedelta(hours=message.seq))
    noon = (first + timedelta(hours=5)).isoformat().replace("+00:00", "Z")
    assert seqs(ann.page(room, at=noon, limit=3)) == [4, 5, 6]
    assert seqs(ann.page(room, at=(first + timedelta(hours=4.5)).isoformat(), limit=1)) == [5]
    assert seqs(ann.page(room, at="2000-01-01T00:00:00Z", limit=2)) == [1, 2]
    assert seqs(ann.page(room, at="2990-01-01T00:00:00Z", limit=2)) == [9, 10]


@pytest.mark.parametrize(
    "query",
    [
        {"before": 5, "after": 2},
        {"around": 5, "at": "2000-01-01T00:00:00Z"},
        {"before": 5, "after": 2, "around": 3},
        {"before": "x"},
        {"after": "-1"},
        {"around": "1.5"},
        {"around": "²"},
        {"at": "noon"},
        {"at": "0001-01-01T00:00:00+14:00"},
        {"limit": "ten"},
    ],
)
def test_two_bounds_at_once_or_nonsense_are_refused(ann: Person, room: Room, query: dict[str, Any]) -> None:
    assert ann.refused("GET", f"/api/rooms/{room.id}/messages", **query) == (400, "validation_error")


def test_unknown_query_parameters_are_ignored(ann: Person, room: Room) -> None:
    assert seqs(ann.page(room, limit=1, colour="red")) == [10]


def test_only_members_read(ann: Person, cat: Person, meet: Meet) -> None:
    public, private = make_room(ann.user), make_room(ann.user, kind="private", members=[cat.user])
    dan = meet()
    for room in (public, private):
        ann.say(room, "secret")
    assert dan.refused("GET", f"/api/rooms/{public.id}/messages") == (403, "not_a_member")
    assert dan.refused("GET", f"/api/rooms/{private.id}/messages") == (404, "not_found")
    assert dan.refused("GET", "/api/rooms/999999999/messages") == (404, "not_found")
    kick(user_id=ann.id, room_id=private.id, member_id=cat.id)
    assert cat.refused("GET", f"/api/rooms/{private.id}/messages") == (403, "not_a_member")


def test_a_newcomer_reads_what_was_said_before(ann: Person, bob: Person, room: Room) -> None:
    bob.ok("POST", f"/api/rooms/{room.id}/join")
    assert bob.page(room)["results"][0]["content"] == "message 1"


def test_a_page_takes_as_many_queries_for_fifty_messages_as_for_two(ann: Person) -> None:
    def speak(count: int) -> Room:
        room = make_room(ann.user)
        crowd(room, count, reply_to=ann.say(room, "first")["id"], mentions=[ann.id])
        return room

    two, fifty = speak(2), speak(50)
    few = queries_of(lambda: ann.page(two, limit=100))
    many = queries_of(lambda: ann.page(fifty, limit=100))
    assert len(few) == len(many)
    assert len(ann.page(fifty, limit=100)["results"]) == 100
