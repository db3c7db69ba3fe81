"""Redis is a hint: without it everything is stored, delivered and refused as before, a moment later."""

import pytest

from tests.contract.test_stream import assert_contiguous
from tests.live import PASSWORD, PATIENCE_SECONDS, Person, Server, Socket, call
from tests.trouble.conftest import OwnRedis, at, heard


@pytest.mark.usefixtures("no_redis")
def test_people_register_sign_in_read_and_write(server: Server) -> None:
    cleo = server.register()
    status, _ = call(server.base, "POST", "/api/auth/login", {"username": cleo.name, "password": PASSWORD})
    assert status == 200
    room = cleo.make_room()["id"]
    cleo.say(room, "by REST")
    with cleo.socket() as socket:
        socket.ask("send_message", {"room_id": room, "content": "by socket"})
    texts = [m["content"] for m in cleo.ok("GET", f"/api/rooms/{room}/messages")["results"] if m["kind"] == "text"]
    assert texts == ["by REST", "by socket"]
    status, health = call(server.base, "GET", "/api/health")
    assert (status, health["status"], health["redis"]) == (200, "degraded", "down")


def test_what_is_said_meanwhile_arrives_at_another_node_once_and_in_order(
    other: Server, redis: OwnRedis, ada: Person, bob: Person
) -> None:
    room = ada.make_room()["id"]
    bob.ok("POST", f"/api/rooms/{room}/join")
    start = bob.ok("GET", f"/api/rooms/{room}")["version"]
    with ada.socket() as mine, at(other, bob).socket() as theirs:
        mine.ask("send_message", {"room_id": room, "content": "0"})
        redis.kill()
        for i in range(1, 6):
            mine.ask("send_message", {"room_id": room, "content": str(i)})
        theirs.expect("room_sync", room_id=room)
        redis.start()
        last = mine.ask("send_message", {"room_id": room, "content": "6"})
        while assert_contiguous(theirs, room, start) < last["version"]:
            assert theirs.receive(PATIENCE_SECONDS)
        heard = [m["seq"] for s in theirs.of("room_sync") for m in s["messages"]]
        heard += [e["message"]["seq"] for e in theirs.of("new_message")]
        assert sorted(set(heard)) == list(range(min(heard), last["seq"] + 1))
        assert last["seq"] - min(heard) == 6


@pytest.mark.usefixtures("no_redis")
def test_what_is_said_at_the_own_node_waits_for_nothing(ada: Person, bob: Person) -> None:
    room = ada.make_room()["id"]
    bob.ok("POST", f"/api/rooms/{room}/join")
    with ada.socket() as mine, bob.socket() as theirs:
        for i in range(3):
            mine.ask("send_message", {"room_id": room, "content": str(i)})
            assert theirs.expect("new_message", room_id=room)["message"]["content"] == str(i)


@pytest.mark.usefixtures("other", "no_redis")
def test_who_is_let_in_and_out_hears_of_it_at_another_node(other: Server, ada: Person, bob: Person) -> None:
    room = ada.make_room()["id"]
    with at(other, bob).socket() as theirs:
        bob.ok("POST", f"/api/rooms/{room}/join")
        added = theirs.expect("room_added")["room"]
        assert added["id"] == room
        ada.say(room, "hello")
        while not any(m["content"] == "hello" for s in theirs.of("room_sync") for m in s["messages"]):
            assert theirs.receive(PATIENCE_SECONDS)
        ada.ok("DELETE", f"/api/rooms/{room}/members/{bob.id}")
        ada.say(room, "behind your back")
        assert theirs.expect("room_removed", room_id=room)["reason"] == "kicked"
        theirs.settle()
        assert "behind your back" not in str(theirs.frames)


@pytest.mark.usefixtures("other", "no_redis")
def test_the_first_words_of_a_direct_room_are_heard_at_another_node(other: Server, ada: Person, bob: Person) -> None:
    with ada.socket() as mine, at(other, bob).socket() as theirs:
        for content in ("psst", "are you there?"):
            ack = mine.ask("send_message", {"receiver_id": bob.id, "content": content})
        added = theirs.expect("room_added")["room"]
        assert (added["last_seq"], added["membership"]["unread_count"]) == (0, 0)
        assert said(theirs, ack["room_id"], 2) == ["psst", "are you there?"]
        assert assert_contiguous(theirs, ack["room_id"], added["version"]) == ack["version"]


@pytest.mark.usefixtures("other", "no_redis")
def test_who_joins_hears_at_another_node_all_that_came_after(other: Server, ada: Person, bob: Person) -> None:
    room = ada.make_room()["id"]
    with at(other, bob).socket() as theirs:
        ada.say(room, "before")
        ada.ok("POST", f"/api/rooms/{room}/members", {"user_id": bob.id})
        after = ada.say(room, "after")
        added = theirs.expect("room_added")["room"]
        assert added["last_message"]["content"] == "before"
        assert said(theirs, room, 1) == ["after"]
        assert assert_contiguous(theirs, room, added["version"]) == after["version"]


def said(socket: Socket, room_id: int, number: int) -> list[str]:
    """-> what was said in the room, once so many messages have come."""
    while True:
        contents = {m["seq"]: m["content"] for m in heard(socket) if m["room_id"] == room_id}
        if len(contents) >= number:
            return [contents[seq] for seq in sorted(contents)]
        assert socket.receive(PATIENCE_SECONDS)


@pytest.mark.usefixtures("other", "no_redis")
def test_a_device_that_was_signed_out_is_closed_at_another_node(other: Server, ada: Person) -> None:
    with at(other, ada.sign_in_again()).socket() as theirs:
        ada.ok("DELETE", "/api/auth/sessions")
        theirs.expect("session_revoked")
        assert theirs.closed_with() == 4401


def test_when_redis_is_back_what_needs_it_flows_again(redis: OwnRedis, ada: Person, bob: Person) -> None:
    room = ada.make_room()["id"]
    bob.ok("POST", f"/api/rooms/{room}/join")
    with ada.socket() as mine, bob.socket() as theirs:
        theirs.ask("join_room", {"room_id": room}, answer="joined_room")
        redis.kill()
        mine.settle()
        redis.start()
        for _ in range(30):
            mine.ask("typing", {"room_id": room})
            theirs.receive(1)
            if theirs.of("typing"):
                break
        assert theirs.expect("typing", room_id=room)["user_id"] == ada.id
