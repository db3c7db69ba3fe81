"""Promises 4 and 6: every change, in order, to every member, and to nobody else."""

from typing import Any

from tests.live import PATIENCE_SECONDS, Person, Server, Socket


def versions(socket: Socket, room_id: int) -> list[tuple[int, int]]:
    """The stretches (from, to] of a room's stream as one connection heard them."""
    found = []
    for frame in socket.frames:
        data: dict[str, Any] = frame["data"]
        if data.get("room_id") == room_id and frame["type"] == "room_sync":
            found.append((data["from_version"], data["version"]))
        elif (
            data.get("room_id") == room_id
            and isinstance(data.get("version"), int)
            and frame["type"] not in ("ack", "joined_room")
        ):
            found.append((data["version"] - 1, data["version"]))
    return found


def assert_contiguous(socket: Socket, room_id: int, start: int) -> int:
    """-> the version that the connection has reached."""
    for first, last in versions(socket, room_id):
        assert first <= start, (start, versions(socket, room_id))
        start = max(start, last)
    return start


def test_whoever_joins_hears_everything_after_their_own_joining(ada: Person, bob: Person) -> None:
    room = ada.make_room()
    with ada.socket() as mine, bob.socket() as theirs:
        joined = bob.ok("POST", f"/api/rooms/{room['id']}/join")
        added = theirs.expect("room_added")["room"]
        assert added["membership"]["role"] == "member"
        member = mine.expect("member_joined", room_id=room["id"])
        assert member["version"] == added["version"]
        assert member["member"]["user"]["id"] == bob.id
        assert joined["membership"]["unread_count"] == 0
        ada.say(room["id"], "welcome")
        theirs.expect("new_message", room_id=room["id"])
        while theirs.of("new_message")[-1]["message"]["content"] != "welcome":
            assert theirs.receive(PATIENCE_SECONDS)
        assert_contiguous(theirs, room["id"], added["version"])
        assert_contiguous(mine, room["id"], room["version"])


def test_the_kicked_hear_that_and_nothing_after_it(ada: Person, bob: Person) -> None:
    room = ada.make_room()["id"]
    bob.ok("POST", f"/api/rooms/{room}/join")
    with ada.socket() as mine, bob.socket() as theirs:
        ada.ok("DELETE", f"/api/rooms/{room}/members/{bob.id}")
        assert theirs.expect("room_removed", room_id=room)["reason"] == "kicked"
        left = mine.expect("member_left", room_id=room)
        assert (left["member"]["user"]["id"], left["member"]["role"]) == (bob.id, None)
        ada.say(room, "now we are alone")
        while not any(e["message"]["content"] == "now we are alone" for e in mine.of("new_message")):
            assert mine.receive(PATIENCE_SECONDS)
        theirs.settle()
        removed = next(i for i, f in enumerate(theirs.frames) if f["type"] == "room_removed")
        assert not [f for f in theirs.frames[removed + 1 :] if f["data"].get("room_id") == room]
        assert not theirs.of("member_left")
        assert theirs.refused("send_message", {"room_id": room, "content": "x"}) == "not_a_member"
        assert theirs.refused("join_room", {"room_id": room}) == "not_a_member"
        assert theirs.refused("sync_room", {"room_id": room, "version": 0}) == "not_a_member"


def test_who_comes_back_gets_what_changed_as_it_is_now(ada: Person, bob: Person) -> None:
    room = ada.make_room()["id"]
    bob.ok("POST", f"/api/rooms/{room}/join")
    with bob.socket() as socket:
        epoch = socket.ready["epoch"]
        have = socket.ready["rooms"][0]["version"]
    kept = ada.say(room, "kept")
    recalled = ada.say(room, "recalled")
    ada.ok("PATCH", f"/api/messages/{kept['id']}", {"content": "edited"})
    ada.ok("POST", f"/api/messages/{recalled['id']}/recall")
    with bob.socket(rooms={str(room): have}, epoch=epoch) as socket:
        sync = socket.expect("room_sync", room_id=room)
        assert (sync["from_version"], sync["complete"]) == (have, True)
        assert [m["content"] for m in sync["messages"]] == ["edited", ""]
        assert sync["messages"][1]["recalled_at"] is not None
        assert sync["version"] == bob.ok("GET", f"/api/rooms/{room}")["version"]
        changes = bob.ok("GET", f"/api/rooms/{room}/changes?since={have}")
        assert changes == sync


def test_who_is_not_behind_gets_no_sync(ada: Person) -> None:
    room = ada.make_room()
    with ada.socket() as socket:
        epoch = socket.ready["epoch"]
    with ada.socket(rooms={str(room["id"]): room["version"]}, epoch=epoch) as socket:
        socket.settle()
        assert not socket.of("room_sync")


def test_a_version_ahead_or_another_epoch_means_start_afresh(ada: Person) -> None:
    room = ada.make_room()
    with ada.socket(rooms={str(room["id"]): room["version"] + 5}) as socket:
        sync = socket.expect("room_sync", room_id=room["id"])
        assert (sync["complete"], sync["version"], sync["messages"]) == (False, room["version"], [])
    with ada.socket(rooms={str(room["id"]): room["version"]}, epoch="another") as socket:
        assert socket.expect("room_sync", room_id=room["id"])["complete"] is False


def test_a_room_i_am_no_longer_in_is_removed_on_return(ada: Person, bob: Person, eve: Person) -> None:
    room = ada.make_room(kind="private")["id"]
    with eve.socket(rooms={str(room): 1, "999999999": 3}) as socket:
        assert {socket.expect("room_removed")["room_id"], socket.expect("room_removed")["room_id"]} == {room, 999999999}
        assert not socket.of("room_sync")


def test_who_was_removed_while_away_reads_why_on_return(ada: Person, bob: Person) -> None:
    rooms = {reason: ada.make_room()["id"] for reason in ("kicked", "banned", "left")}
    for room in rooms.values():
        bob.ok("POST", f"/api/rooms/{room}/join")
    ada.ok("DELETE", f"/api/rooms/{rooms['kicked']}/members/{bob.id}")
    ada.ok("PUT", f"/api/rooms/{rooms['banned']}/bans/{bob.id}", {})
    bob.ok("POST", f"/api/rooms/{rooms['left']}/leave")
    with bob.socket(rooms={str(room): 1 for room in rooms.values()}) as socket:
        removed = [socket.expect("room_removed") for _ in rooms]
    assert {e["reason"]: e["room_id"] for e in removed} == rooms


def test_too_much_change_is_not_sent_whole(ada: Person, bob: Person) -> None:
    room = ada.make_room()["id"]
    bob.ok("POST", f"/api/rooms/{room}/join")
    have = bob.ok("GET", f"/api/rooms/{room}")["version"]
    with ada.socket() as socket:
        for i in range(501):
            socket.send("send_message", {"room_id": room, "content": f"{i}"}, id=f"t{i}")
        socket.settle()
    with bob.socket(rooms={str(room): have}) as socket:
        sync = socket.expect("room_sync", room_id=room)
        assert sync["complete"] is False
        assert sync["messages"] == []
    with bob.socket(rooms={str(room): have + 1}) as socket:
        reached, rows = have + 1, 0
        while rows < 500:
            sync = socket.expect("room_sync", room_id=room)
            assert (sync["from_version"], sync["complete"]) == (reached, True)
            assert len(sync["messages"]) <= 100
            reached, rows = sync["version"], rows + len(sync["messages"])
        assert reached == bob.ok("GET", f"/api/rooms/{room}")["version"]


def test_sync_room_answers_with_a_sync_and_an_ack(ada: Person) -> None:
    room = ada.make_room()["id"]
    ada.say(room, "one")
    with ada.socket() as socket:
        assert socket.ask("sync_room", {"room_id": room, "version": 0}) is not None
        kinds = [f["type"] for f in socket.frames]
        assert kinds.index("room_sync") < kinds.index("ack")
        sync = socket.expect("room_sync", room_id=room)
        assert [m["content"] for m in sync["messages"] if m["kind"] == "text"] == ["one"]
        assert [m["user"]["id"] for m in sync["members"]] == [ada.id]
        assert sync["room"]["membership"] is None


def test_join_room_brings_a_room_on_screen_after_a_sync(ada: Person, bob: Person) -> None:
    room = ada.make_room()["id"]
    bob.ok("POST", f"/api/rooms/{room}/join")
    version = bob.ok("GET", f"/api/rooms/{room}")["version"]
    with bob.socket() as socket:
        joined = socket.ask("join_room", {"room_id": room, "version": version}, answer="joined_room")
        assert (joined["room_id"], joined["version"]) == (room, version)
        assert joined["room"]["membership"]["role"] == "member"
        assert not socket.of("room_sync")
        socket.ask("join_room", {"room_id": room, "version": 0}, answer="joined_room")
        kinds = [f["type"] for f in socket.frames]
        assert "room_sync" in kinds
        assert socket.ask("leave_room", {"room_id": room}, answer="left_room") == {"room_id": room}


def test_strangers_hear_and_read_nothing(ada: Person, eve: Person) -> None:
    room = ada.make_room(kind="private")["id"]
    with ada.socket() as mine, eve.socket() as theirs:
        message = ada.say(room, "among us")
        mine.expect("new_message", room_id=room)
        theirs.settle()
        presence = ("user_online", "user_offline", "presence_changed")  # of those she shares another room with
        assert [f["type"] for f in theirs.frames if f["type"] not in ("ready", "ack", *presence)] == []
        assert theirs.refused("join_room", {"room_id": room}) == "not_found"
        assert theirs.refused("sync_room", {"room_id": room, "version": 0}) == "not_found"
    for method, path in [
        ("GET", f"/api/rooms/{room}"),
        ("GET", f"/api/rooms/{room}/messages"),
        ("GET", f"/api/rooms/{room}/changes?since=0"),
        ("GET", f"/api/rooms/{room}/members"),
        ("GET", f"/api/messages/{message['id']}"),
    ]:
        assert eve.call(method, path)[0] == 404, path


def test_two_sockets_of_one_person_hear_the_same(ada: Person) -> None:
    room = ada.make_room()["id"]
    with ada.socket() as one, ada.sign_in_again().socket() as other:
        one.ask("send_message", {"room_id": room, "content": "hi"})
        assert one.expect("new_message") == other.expect("new_message")


def test_a_restart_is_announced_and_loses_nothing(server: Server, ada: Person, bob: Person) -> None:
    room = ada.make_room()["id"]
    bob.ok("POST", f"/api/rooms/{room}/join")
    with bob.socket() as theirs:
        ada.say(room, "before")
        have = theirs.expect("new_message", room_id=room)["version"]
        server.stop()
        if server.kind == "uvicorn":
            assert theirs.expect("reconnect")["retry_after"] > 0
            assert theirs.closed_with() == 1012
    server.start()
    ada.say(room, "after")
    with bob.socket(rooms={str(room): have}) as theirs:
        assert [m["content"] for m in theirs.expect("room_sync", room_id=room)["messages"]] == ["after"]
