"""State before + event = state fetched afresh, for every event that carries a row."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.live import Frame, Person, Socket


def room_of(person: Person, room_id: int) -> Frame:
    """As it goes to many: without what is the reader's own."""
    return {**person.ok("GET", f"/api/rooms/{room_id}"), "membership": None, "peer": None}


def member_of(person: Person, room_id: int, user_id: int) -> Frame:
    rows: list[Frame] = person.ok("GET", f"/api/rooms/{room_id}/members")["results"]
    return next(row for row in rows if row["user"]["id"] == user_id)


@pytest.mark.parametrize(
    "change",
    [{"name": "码头"}, {"description": "Ships"}, {"announcement": "Low tide at noon"}, {"archived": True}],
    ids=lambda change: next(iter(change)),
)
def test_room_updated_is_the_room(ada: Person, bob: Person, change: Frame) -> None:
    room = ada.make_room()["id"]
    bob.ok("POST", f"/api/rooms/{room}/join")
    with bob.socket() as theirs:
        ada.ok("PATCH", f"/api/rooms/{room}", change)
        event = theirs.expect("room_updated", room_id=room)
        # A line in the conversation may follow as the next version; the room's own fields stay.
        moving = ("version", "last_seq", "last_message")
        fresh = room_of(bob, room)
        assert {k: v for k, v in event["room"].items() if k not in moving} == {
            k: v for k, v in fresh.items() if k not in moving
        }
        assert event["room"]["version"] == event["version"] <= fresh["version"]


def test_member_joined_and_updated_are_the_member(ada: Person, bob: Person) -> None:
    room = ada.make_room()["id"]
    with ada.socket() as mine:
        bob.ok("POST", f"/api/rooms/{room}/join")
        assert mine.expect("member_joined", room_id=room)["member"] == member_of(ada, room, bob.id)
        ada.ok("PATCH", f"/api/rooms/{room}/members/{bob.id}", {"role": "admin"})
        assert mine.expect("member_updated", room_id=room)["member"] == member_of(ada, room, bob.id)
        ada.ok("PATCH", f"/api/rooms/{room}/members/{bob.id}", {"muted_until": "2999-01-01T00:00:00Z"})
        assert mine.expect("member_updated", room_id=room)["member"] == member_of(ada, room, bob.id)


def pin(person: Person, room: int) -> None:
    person.ok("PATCH", f"/api/rooms/{room}/membership", {"pinned": True, "notify": "mentions"})


def unread(person: Person, room: int) -> None:
    person.ok("POST", f"/api/rooms/{room}/read", {"seq": 2})
    person.ok("POST", f"/api/rooms/{room}/unread", {"seq": 2})


@pytest.mark.parametrize("change", [pin, unread])
def test_membership_updated_is_my_membership(ada: Person, bob: Person, change: Callable[[Person, int], Any]) -> None:
    room = ada.make_room()["id"]
    bob.ok("POST", f"/api/rooms/{room}/join")
    ada.say(room, "one")
    with bob.socket() as mine, ada.socket() as others:
        change(bob, room)
        event = mine.expect("membership_updated", room_id=room)
        assert event["membership"] == bob.ok("GET", f"/api/rooms/{room}")["membership"]
        others.settle()
        assert not others.of("membership_updated")


def test_room_added_is_my_room(ada: Person, bob: Person) -> None:
    room = ada.make_room(kind="private")["id"]
    with bob.socket() as mine:
        ada.ok("POST", f"/api/rooms/{room}/members", {"user_id": bob.id})
        added = mine.expect("room_added")["room"]
        fresh = bob.ok("GET", f"/api/rooms/{room}")
        assert {**added, "version": 0, "last_seq": 0, "last_message": None} == {
            **fresh,
            "version": 0,
            "last_seq": 0,
            "last_message": None,
        }


def test_user_updated_is_the_user(ada: Person, bob: Person) -> None:
    room = ada.make_room()["id"]
    bob.ok("POST", f"/api/rooms/{room}/join")
    with ada.socket() as mine:
        bob.ok("PATCH", "/api/users/me", {"display_name": "鲍勃"})
        assert mine.expect("user_updated")["user"] == ada.ok("GET", f"/api/users/{bob.id}")


def reacted(person: Person, message: int) -> None:
    person.ok("PUT", f"/api/messages/{message}/reactions/%F0%9F%91%8D")


def edited(person: Person, message: int) -> None:
    person.ok("PATCH", f"/api/messages/{message}", {"content": "changed"})


def pinned(person: Person, message: int) -> None:
    person.ok("PUT", f"/api/messages/{message}/pin")


def recalled(person: Person, message: int) -> None:
    person.ok("POST", f"/api/messages/{message}/recall")


@pytest.mark.parametrize("change", [reacted, edited, pinned, recalled])
def test_message_updated_is_the_message(ada: Person, bob: Person, change: Callable[[Person, int], Any]) -> None:
    room = ada.make_room()["id"]
    bob.ok("POST", f"/api/rooms/{room}/join")
    message = ada.say(room, "first")["id"]
    with bob.socket() as theirs:
        change(ada, message)
        event = theirs.expect("message_updated", room_id=room)
        assert event["message"] == bob.ok("GET", f"/api/messages/{message}")
        page = bob.ok("GET", f"/api/rooms/{room}/messages")["results"]
        assert event["message"] in page


def test_read_updated_is_the_mark(ada: Person, bob: Person) -> None:
    room = ada.ok("POST", "/api/direct", {"user_id": bob.id})["id"]
    seq = ada.say(room, "psst")["seq"]
    with ada.socket() as mine, bob.socket() as theirs:
        theirs.ask("mark_read", {"room_id": room, "seq": seq})
        for socket in (mine, theirs):
            event = read_of(socket, room, bob)
            assert event["last_read_seq"] == bob.ok("GET", f"/api/rooms/{room}")["membership"]["last_read_seq"]


def read_of(socket: Socket, room: int, person: Person) -> Frame:
    return socket.expect("read_updated", room_id=room, user_id=person.id)
