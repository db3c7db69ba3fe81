"""Rooms on the wire: what is on screen, and that what an event says is what a fresh read says."""

from typing import Any

import pytest

from tests.live import PATIENCE_SECONDS, Frame, Person, Socket

LATER = "2999-01-01T00:00:00Z"


def strangers_view(room: Frame) -> Frame:
    """A room without what is the reader's own: as in events that go to many."""
    return {**room, "membership": None, "peer": None}


def fresh(person: Person, room_id: int) -> Frame:
    room: Frame = person.ok("GET", f"/api/rooms/{room_id}")
    return room


def member(person: Person, room_id: int, user_id: int) -> Frame:
    rows = person.ok("GET", f"/api/rooms/{room_id}/members")["results"]
    row: Frame = next(m for m in rows if m["user"]["id"] == user_id)
    return row


def standing(member: Frame) -> Frame:
    """A member without what flows by its own events: whether they are here."""
    return {**member, "user": {k: v for k, v in member["user"].items() if k not in ("status", "last_seen_at")}}


def heard_of(socket: Socket, room_id: int) -> list[str]:
    """-> the types of the frames about a room that came by now"""
    frames = [f for f in socket.settle() if f["type"] not in ("ack", "error")]
    return [f["type"] for f in frames if room_id in (f["data"].get("room_id"), f["data"].get("room", {}).get("id"))]


def test_a_member_puts_a_room_on_screen_and_takes_it_off(ada: Person) -> None:
    room = ada.make_room()
    with ada.socket() as socket:
        joined = socket.ask("join_room", {"room_id": room["id"]}, answer="joined_room")
        assert joined == {"room_id": room["id"], "room": fresh(ada, room["id"]), "version": room["version"]}
        assert socket.ask("leave_room", {"room_id": room["id"]}, answer="left_room") == {"room_id": room["id"]}
    assert fresh(ada, room["id"])["membership"]["role"] == "owner"


def test_who_is_behind_catches_up_before_the_reply(ada: Person) -> None:
    room = ada.make_room()
    ada.say(room["id"], "hello")
    with ada.socket() as socket:
        joined = socket.ask("join_room", {"room_id": room["id"], "version": 1}, answer="joined_room")
        (sync,) = socket.of("room_sync")
        assert (sync["from_version"], sync["version"], joined["version"]) == (1, 2, 2)
        assert [m["content"] for m in sync["messages"]] == ["hello"]
        assert [f["type"] for f in socket.frames if "room_id" in f["data"]] == ["room_sync", "joined_room"]
        socket.ask("join_room", {"room_id": room["id"], "version": 2}, answer="joined_room")
        assert len(socket.of("room_sync")) == 1


def test_only_members_put_a_room_on_screen(ada: Person, bob: Person, eve: Person) -> None:
    public, private = ada.make_room()["id"], ada.make_room(kind="private")["id"]
    silent = ada.ok("POST", "/api/direct", {"user_id": eve.id})["id"]
    ada.ok("PUT", f"/api/rooms/{public}/bans/{bob.id}", {})
    with eve.socket() as socket, bob.socket() as banned:
        assert socket.refused("join_room", {"room_id": public}) == "not_a_member"
        assert socket.refused("join_room", {"room_id": private}) == "not_found"
        assert socket.refused("join_room", {"room_id": silent}) == "not_found"
        assert socket.refused("join_room", {"room_id": 2**53 - 1}) == "not_found"
        assert banned.refused("join_room", {"room_id": public}) == "permission_denied"
        assert not socket.of("room_sync")


@pytest.mark.parametrize(
    "data",
    [{}, {"room_id": "1"}, {"room_id": 0}, {"room_id": 1, "version": -1}, {"room_id": 1, "x": 1}, {"room_id": 2**53}],
)
def test_commands_that_make_no_sense_are_refused(ada: Person, data: Any) -> None:
    with ada.socket() as socket:
        assert socket.refused("join_room", data) == "validation_error"
        assert socket.refused("leave_room", data) == "validation_error" or "version" in data


def test_every_event_of_a_room_says_what_a_fresh_read_says(ada: Person, bob: Person, eve: Person) -> None:
    room = ada.make_room(kind="private")["id"]
    at = f"/api/rooms/{room}"
    with ada.socket() as mine, bob.socket() as bobs, eve.socket() as eves:
        ada.ok("POST", f"{at}/members", {"user_id": bob.id})
        added = bobs.expect("room_added")["room"]
        line = bobs.expect("new_message", room_id=room)
        assert {
            **added,
            "version": line["version"],
            "last_seq": line["message"]["seq"],
            "last_message": line["message"],
        } == fresh(bob, room)
        joined = mine.expect("member_joined", room_id=room)["member"]
        assert standing(joined) == standing(member(ada, room, bob.id))

        ada.ok("PATCH", f"{at}/members/{bob.id}", {"role": "admin", "muted_until": LATER})
        updated = mine.expect("member_updated", room_id=room)["member"]
        assert standing(updated) == standing(member(ada, room, bob.id))
        assert bobs.expect("membership_updated", room_id=room)["membership"] == fresh(bob, room)["membership"]

        bob.ok("PATCH", f"{at}/membership", {"notify": "mentions", "pinned": True})
        assert bobs.expect("membership_updated", room_id=room)["membership"] == fresh(bob, room)["membership"]

        ada.ok("PATCH", at, {"announcement": "closing soon"})
        assert bobs.expect("room_updated", room_id=room)["room"] == strangers_view(fresh(ada, room))

        ada.ok("DELETE", f"{at}/members/{bob.id}")
        assert mine.expect("member_left", room_id=room)["member"]["role"] is None
        assert bobs.expect("room_removed", room_id=room)["reason"] == "kicked"
        assert bob.call("GET", at)[1]["code"] == "not_a_member"
        while not mine.of("membership_updated"):  # she has read what she announced; that goes another way than the room
            assert mine.receive(PATIENCE_SECONDS)
        (own,) = mine.of("membership_updated")  # of bob's she heard nothing
        assert own["membership"] == fresh(ada, room)["membership"]
        assert heard_of(eves, room) == []


def test_a_peer_hears_of_a_direct_room_with_its_first_message(ada: Person, bob: Person, eve: Person) -> None:
    with ada.socket() as mine, bob.socket() as bobs, eve.socket() as eves:
        room = ada.ok("POST", "/api/direct", {"user_id": bob.id})["id"]
        assert mine.expect("room_added")["room"]["id"] == room
        assert heard_of(bobs, room) == []
        ada.say(room, "hello")
        assert bobs.expect("room_added")["room"]["peer"]["id"] == ada.id
        assert bobs.expect("new_message", room_id=room)["message"]["content"] == "hello"
        bob.say(room, "hello yourself")
        assert mine.expect("new_message", room_id=room)["message"]["content"] == "hello"
        assert mine.expect("new_message", room_id=room)["message"]["content"] == "hello yourself"
        assert heard_of(eves, room) == []


def test_a_peer_who_opens_a_silent_room_hears_what_is_said_in_it(ada: Person, bob: Person) -> None:
    room = ada.ok("POST", "/api/direct", {"user_id": bob.id})["id"]
    with bob.socket() as bobs:
        assert room not in [r["room_id"] for r in bobs.ready["rooms"]]
        assert bob.ok("POST", "/api/direct", {"user_id": ada.id})["id"] == room
        assert bobs.expect("room_added")["room"]["id"] == room
        bob.say(room, "me first")
        assert bobs.expect("new_message", room_id=room)["message"]["content"] == "me first"
    with bob.socket() as bobs:
        assert room in [r["room_id"] for r in bobs.ready["rooms"]]


def test_leaving_is_heard_on_all_my_devices_and_by_the_others(ada: Person, bob: Person) -> None:
    room = ada.make_room()["id"]
    bob.ok("POST", f"/api/rooms/{room}/join")
    with ada.socket() as mine, bob.socket() as one, bob.sign_in_again().socket() as other:
        bob.ok("POST", f"/api/rooms/{room}/leave")
        for device in (one, other):
            assert device.expect("room_removed", room_id=room)["reason"] == "left"
        assert mine.expect("member_left", room_id=room)["member"]["user"]["id"] == bob.id
        ada.say(room, "gone")
        for device in (one, other):
            assert heard_of(device, room) == ["room_removed"]


def test_a_deleted_account_leaves_its_rooms_in_good_hands(ada: Person, bob: Person) -> None:
    room = ada.make_room()["id"]
    bob.ok("POST", f"/api/rooms/{room}/join")
    with bob.socket() as bobs:
        ada.ok("DELETE", "/api/users/me", {"password": "correct horse battery"})
        assert bobs.expect("membership_updated", room_id=room)["membership"]["role"] == "owner"
        assert bobs.expect("member_left", room_id=room)["member"]["user"]["id"] == ada.id
    assert fresh(bob, room)["member_count"] == 1
