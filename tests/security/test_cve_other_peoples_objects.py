"""IDOR and what is left after leaving: an id of another room's object opens nothing, at either door.

Modelled on Zulip GHSA-c9wc-65fh-9x8p, Mattermost CVE-2020-14458, CVE-2020-14457, CVE-2026-19603 and CVE-2026-28759.
The matrices ask what former members and the banned may do with a room; this asks about ids that do not belong there.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live import Frame, Person, Server


class Rooms:
    """Somebody's private room with a secret in it, and somebody else's own one."""

    def __init__(self, server: Server) -> None:
        self.owner, self.intruder, self.friend = (server.register() for _ in range(3))
        self.secret: int = self.owner.make_room("rosebud", kind="private")["id"]
        self.message: int = self.owner.say(self.secret, "rosebud")["id"]
        self.invite: Frame = self.owner.ok("POST", f"/api/rooms/{self.secret}/invites", {})
        self.mine: int = self.intruder.make_room("mine")["id"]
        self.own_message: int = self.intruder.say(self.mine, "mine")["id"]


@pytest.fixture(scope="module")
def rooms(server: Server) -> Iterator[Rooms]:
    return Rooms(server)


def refusal(person: Person, method: str, path: str, body: object = None) -> tuple[int, str]:
    status, answer = person.call(method, path, body)
    assert "rosebud" not in str(answer)
    return status, answer["code"] if isinstance(answer, dict) and "code" in answer else ""


def test_no_message_of_another_room_is_quoted(rooms: Rooms) -> None:
    """An excerpt would tell what it says."""
    body = {"content": "look", "reply_to": rooms.message}
    assert refusal(rooms.intruder, "POST", f"/api/rooms/{rooms.mine}/messages", body) == (404, "not_found")
    nowhere = body | {"reply_to": 2**53 - 1}
    assert refusal(rooms.intruder, "POST", f"/api/rooms/{rooms.mine}/messages", nowhere) == (404, "not_found")
    with rooms.intruder.socket() as socket:
        assert socket.refused("send_message", {"room_id": rooms.mine, **body}) == "not_found"
        assert "rosebud" not in str(socket.frames)


def test_an_invite_is_not_revoked_through_another_room(rooms: Rooms) -> None:
    path = f"/api/rooms/{rooms.mine}/invites/{rooms.invite['id']}"
    assert refusal(rooms.intruder, "DELETE", path) == (404, "not_found")
    links = rooms.owner.ok("GET", f"/api/rooms/{rooms.secret}/invites")["results"]
    assert [link["id"] for link in links] == [rooms.invite["id"]]


def test_members_of_another_room_are_not_managed_from_ones_own(rooms: Rooms) -> None:
    for method, path, body in (
        ("PATCH", f"members/{rooms.owner.id}", {"role": "member"}),
        ("DELETE", f"members/{rooms.owner.id}", None),
        ("DELETE", f"bans/{rooms.owner.id}", None),
    ):
        status, _ = refusal(rooms.intruder, method, f"/api/rooms/{rooms.mine}/{path}", body)
        assert status in (204, 404)  # no ban to lift is no error
    assert rooms.owner.ok("GET", f"/api/rooms/{rooms.secret}")["membership"]["role"] == "owner"


def test_a_mention_tells_nothing_about_who_exists(rooms: Rooms) -> None:
    answers = {
        rooms.intruder.call("POST", f"/api/rooms/{rooms.mine}/messages", {"content": "@", "mentions": [who]})[0]
        for who in (rooms.owner.id, 2**53 - 1)
    }
    assert answers == {400}


@pytest.mark.parametrize("command", ["edit_message", "recall_message", "add_reaction", "remove_reaction"])
def test_a_message_out_of_sight_does_not_exist(rooms: Rooms, command: str) -> None:
    more = {"edit_message": {"content": "x"}, "recall_message": {}}.get(command, {"emoji": "👍"})
    with rooms.intruder.socket() as socket:
        for message_id in (rooms.message, 2**53 - 1):
            assert socket.refused(command, {"message_id": message_id, **more}) == "not_found"


def test_the_directory_and_search_show_no_private_room(rooms: Rooms) -> None:
    found = rooms.intruder.ok("GET", "/api/rooms/?scope=public&q=rosebud")["results"]
    assert [room for room in found if room["id"] == rooms.secret] == []
    assert refusal(rooms.intruder, "POST", "/api/rooms/join", {"room_id": rooms.secret}) == (404, "not_found")


def test_after_leaving_nothing_of_the_room_is_left(rooms: Rooms) -> None:
    me = rooms.friend
    rooms.owner.ok("POST", f"/api/rooms/{rooms.secret}/members", {"user_id": me.id})
    named = {"content": "rosebud for you", "mentions": [me.id]}
    rooms.owner.ok("POST", f"/api/rooms/{rooms.secret}/messages", named)
    assert me.ok("GET", "/api/users/me/mentions")["results"]
    me.ok("POST", f"/api/rooms/{rooms.secret}/leave")
    assert me.ok("GET", "/api/rooms/")["results"] == []
    assert me.ok("GET", "/api/users/me/mentions")["results"] == []
    assert me.ok("GET", f"/api/users/{rooms.owner.id}")["status"] == "offline"
    for path in ("", "/members", "/messages", "/pins", "/changes?since=0", "/invites"):
        assert refusal(me, "GET", f"/api/rooms/{rooms.secret}{path}") == (403, "not_a_member"), path
    assert refusal(me, "GET", f"/api/messages/{rooms.message}") == (403, "not_a_member")
    assert refusal(me, "GET", f"/api/messages/{rooms.message}/readers") == (403, "not_a_member")
    with me.socket(rooms={str(rooms.secret): 0}) as socket:
        assert socket.ready["rooms"] == []
        assert socket.expect("room_removed", room_id=rooms.secret)["reason"] == "left"
        assert "rosebud" not in str(socket.settle())


def test_a_nonce_of_somebody_else_repeats_nothing(rooms: Rooms) -> None:
    """Nonces are each sender's own: a guessed one neither gives out nor blocks another's message."""
    room_id = rooms.intruder.make_room("shared")["id"]
    rooms.intruder.ok("POST", f"/api/rooms/{room_id}/members", {"user_id": rooms.owner.id})
    first = rooms.intruder.say(room_id, "one", nonce="guess")
    second = rooms.owner.say(room_id, "two", nonce="guess")
    assert (first["id"], first["content"]) != (second["id"], second["content"])
    assert second["content"] == "two"
