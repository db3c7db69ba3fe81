"""Who must not: every door to a message, tried by everybody who has no business there."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any, NamedTuple

import pytest
from django.utils.timezone import now

from accounts.models import Block
from messaging.models import Message, Reaction
from rooms.models import Membership, Room
from rooms.services.bans import ban
from rooms.services.direct import find_or_make
from rooms.services.members import kick
from rooms.services.settings import archive_room
from tests.conftest import Api
from tests.factories import make_room
from tests.people import Json, Meet, Person


class Door(NamedTuple):
    method: str
    path: str
    body: Any = None


READING = {
    "page": Door("GET", "/api/rooms/{room}/messages"),
    "message": Door("GET", "/api/messages/{message}"),
    "readers": Door("GET", "/api/messages/{message}/readers"),
    "pins": Door("GET", "/api/rooms/{room}/pins"),
    "changes": Door("GET", "/api/rooms/{room}/changes?since=0"),
    "mark read": Door("POST", "/api/rooms/{room}/read", {"seq": 1}),
    "mark unread": Door("POST", "/api/rooms/{room}/unread", {"seq": 1}),
}
POSTING = {
    "send": Door("POST", "/api/rooms/{room}/messages", {"content": "x"}),
    "edit": Door("PATCH", "/api/messages/{message}", {"content": "x"}),
    "react": Door("PUT", "/api/messages/{message}/reactions/👍"),
    "take a reaction back": Door("DELETE", "/api/messages/{message}/reactions/👍"),
    "pin": Door("PUT", "/api/messages/{message}/pin"),
    "unpin": Door("DELETE", "/api/messages/{message}/pin"),
}
RECALL = {"recall": Door("POST", "/api/messages/{message}/recall")}
DOORS = {**READING, **POSTING, **RECALL}
every_door = pytest.mark.parametrize("door", DOORS.values(), ids=DOORS.keys())
every_posting = pytest.mark.parametrize("door", POSTING.values(), ids=POSTING.keys())


def knock(person: Person, door: Door, message: Json) -> tuple[int, str]:
    path = door.path.format(room=message["room_id"], message=message["id"])
    return person.refused(door.method, path, door.body)


def rows(message: Json) -> list[Any]:
    """All that a stranger could have changed."""
    room_id = message["room_id"]
    return [
        list(Message.objects.in_room(room_id).order_by("seq").values()),
        list(Reaction.objects.filter(room_id=room_id).values()),
        list(Membership.objects.filter(room_id=room_id).order_by("id").values()),
    ]


@pytest.fixture
def is_refused() -> Callable[[Person, Door, Json, tuple[int, str]], None]:
    def check(person: Person, door: Door, message: Json, answer: tuple[int, str]) -> None:
        before = rows(message)
        assert knock(person, door, message) == answer
        assert rows(message) == before

    return check


@every_door
def test_nobody_enters_without_signing_in(ann: Person, room: Room, door: Door, is_refused: Any) -> None:
    message = ann.say(room)
    is_refused(Person(ann.user, Api()), door, message, (401, "authentication_failed"))


@every_door
def test_a_stranger_to_a_public_room_is_not_a_member(
    ann: Person, cat: Person, room: Room, door: Door, is_refused: Any
) -> None:
    is_refused(cat, door, ann.say(room), (403, "not_a_member"))


@every_door
def test_a_private_room_does_not_exist_for_a_stranger(ann: Person, cat: Person, door: Door, is_refused: Any) -> None:
    is_refused(cat, door, ann.say(make_room(ann.user, kind="private")), (404, "not_found"))


@every_door
def test_a_conversation_of_two_does_not_exist_for_a_third(
    ann: Person, bob: Person, cat: Person, door: Door, is_refused: Any
) -> None:
    direct, _ = find_or_make(ann.id, bob.id)
    is_refused(cat, door, ann.say(direct), (404, "not_found"))


@every_door
def test_who_was_kicked_is_not_a_member_any_more(ann: Person, bob: Person, door: Door, is_refused: Any) -> None:
    room = make_room(ann.user, kind="private", members=[bob.user])
    message = bob.say(room)
    kick(user_id=ann.id, room_id=room.id, member_id=bob.id)
    is_refused(bob, door, message, (403, "not_a_member"))


@every_door
def test_the_banned_may_nothing(ann: Person, bob: Person, room: Room, door: Door, is_refused: Any) -> None:
    message = bob.say(room)
    ban(user_id=ann.id, room_id=room.id, banned_id=bob.id)
    is_refused(bob, door, message, (403, "permission_denied"))


def test_who_repeats_from_outside_hears_that_it_is_stored_and_nothing_of_the_room(
    ann: Person, bob: Person, room: Room
) -> None:
    asked = ann.say(room, "before")
    said = bob.say(room, "well", reply_to=asked["id"], nonce="n")
    kick(user_id=ann.id, room_id=room.id, member_id=bob.id)
    ann.ok("PATCH", f"/api/messages/{asked['id']}", {"content": "behind his back"})
    ann.ok("PUT", f"/api/messages/{said['id']}/reactions/👍")
    ann.ok("PUT", f"/api/messages/{said['id']}/pin")
    again = bob.say(room, "well", reply_to=asked["id"], nonce="n")
    assert (again["id"], again["content"]) == (said["id"], "well")
    assert (again["reply_to"]["excerpt"], again["reactions"], again["pinned_at"]) == ("…", [], None)
    ann.ok("POST", f"/api/rooms/{room.id}/members", {"user_id": bob.id})
    back = bob.say(room, "well", reply_to=asked["id"], nonce="n")
    assert (back["reply_to"]["excerpt"], len(back["reactions"])) == ("behind his back", 1)


@every_posting
def test_the_muted_read_and_recall_but_change_nothing_else(
    ann: Person, bob: Person, room: Room, door: Door, is_refused: Any
) -> None:
    message = bob.say(room)
    muted = {"muted_until": (now() + timedelta(hours=1)).isoformat()}
    ann.ok("PATCH", f"/api/rooms/{room.id}/members/{bob.id}", muted)
    is_refused(bob, door, message, (403, "muted"))
    for reading in READING.values():
        path = reading.path.format(room=room.id, message=message["id"])
        bob.ok(reading.method, path, reading.body)
    assert bob.ok("POST", f"/api/messages/{message['id']}/recall")["content"] == ""


@pytest.mark.parametrize("door", {**POSTING, **RECALL}.values(), ids={**POSTING, **RECALL}.keys())
def test_an_archived_room_is_read_not_written(ann: Person, room: Room, door: Door, is_refused: Any) -> None:
    message = ann.say(room)
    archive_room(user_id=ann.id, room_id=room.id)
    is_refused(ann, door, message, (409, "room_archived"))
    assert ann.page(room)["results"][-2]["content"] == "hello"


@every_posting
def test_a_block_closes_a_conversation_of_two_for_both(ann: Person, bob: Person, door: Door, is_refused: Any) -> None:
    direct, _ = find_or_make(ann.id, bob.id)
    own = {person: person.say(direct) for person in (ann, bob)}
    Block.objects.create(user_id=bob.id, blocked_id=ann.id)
    for person, message in own.items():
        is_refused(person, door, message, (403, "blocked"))


@pytest.mark.parametrize("door", DOORS.values(), ids=DOORS.keys())
def test_what_never_was_is_not_found(ann: Person, door: Door) -> None:
    assert knock(ann, door, {"room_id": 10**15, "id": 10**15}) == (404, "not_found")


@pytest.mark.parametrize("name", ["edit", "react", "take a reaction back", "pin", "unpin", "recall"])
def test_system_lines_are_nobodys_to_change(ann: Person, bob: Person, room: Room, name: str, is_refused: Any) -> None:
    line = next(m for m in ann.page(room)["results"] if m["kind"] == "system")
    for person in (ann, bob):
        is_refused(person, DOORS[name], line, (403, "permission_denied"))


def test_the_note_to_self_is_written_and_changed_like_any_room(ann: Person) -> None:
    note, _ = find_or_make(ann.id, ann.id)
    message = ann.say(note)
    assert ann.ok("PATCH", f"/api/messages/{message['id']}", {"content": "later"})["content"] == "later"


@pytest.mark.parametrize(
    ("door", "body"),
    [
        (POSTING["edit"], {}),
        (POSTING["edit"], {"content": 5}),
        (POSTING["edit"], {"content": ""}),
        (POSTING["edit"], {"content": " \n\t"}),
        (POSTING["edit"], {"content": "x" * 8001}),
        (POSTING["edit"], {"content": "x", "colour": "red"}),
        (POSTING["edit"], [1]),
        (READING["mark read"], {}),
        (READING["mark read"], {"seq": "5"}),
        (READING["mark read"], {"seq": -1}),
        (READING["mark read"], {"seq": 2**53}),
        (READING["mark read"], {"seq": 1.5}),
        (READING["mark read"], {"seq": 1, "room_id": 5}),
        (READING["mark unread"], {"seq": None}),
    ],
)
def test_bodies_are_taken_strictly(ann: Person, room: Room, door: Door, body: Any, is_refused: Any) -> None:
    is_refused(ann, door._replace(body=body), ann.say(room), (400, "validation_error"))


def test_changes_need_a_version_to_start_from(ann: Person, room: Room) -> None:
    assert ann.refused("GET", f"/api/rooms/{room.id}/changes") == (400, "validation_error")


def test_lone_surrogates_are_refused(ann: Person, room: Room) -> None:
    message = ann.say(room)
    response = ann.api.request("PATCH", f"/api/messages/{message['id']}", raw=rb'{"content": "\ud800"}')
    assert response.status_code == 400


def test_slashes_at_the_end_change_nothing(ann: Person, room: Room, meet: Meet) -> None:
    message = ann.say(room)
    assert ann.ok("GET", f"/api/messages/{message['id']}/") == ann.see(message)
    assert ann.ok("GET", f"/api/rooms/{room.id}/messages/") == ann.page(room)
