"""Promises 1 to 3 and 5 of the contract: durable, once, ordered, honest."""

import threading

from tests.live import PATIENCE_SECONDS, Person, Server, Socket


def test_an_ack_names_a_message_that_everybody_gets(ada: Person, bob: Person) -> None:
    room = ada.make_room()["id"]
    bob.ok("POST", f"/api/rooms/{room}/join")
    with ada.socket() as mine, bob.socket() as theirs:
        ack = mine.ask("send_message", {"room_id": room, "content": "你好 👋", "nonce": "n-1"})
        assert set(ack) == {"nonce", "room_id", "message_id", "seq", "version", "created_at", "duplicate"}
        assert (ack["nonce"], ack["room_id"], ack["duplicate"]) == ("n-1", room, False)
        for socket in (mine, theirs):
            event = socket.expect("new_message", room_id=room)
            assert event["version"] == ack["version"] == event["message"]["version"]
            assert event["message"]["id"] == ack["message_id"]
            assert event["message"]["content"] == "你好 👋"
            assert event["message"] == bob.ok("GET", f"/api/messages/{ack['message_id']}")


def test_a_nonce_names_one_message_for_ever(ada: Person) -> None:
    room = ada.make_room()["id"]
    with ada.socket() as socket:
        first = socket.ask("send_message", {"room_id": room, "content": "once", "nonce": "same"})
        again = socket.ask("send_message", {"room_id": room, "content": "once", "nonce": "same"})
        assert again == {**first, "duplicate": True}
        assert socket.refused("send_message", {"room_id": room, "content": "other", "nonce": "same"}) == "conflict"
    status, message = ada.call("POST", f"/api/rooms/{room}/messages", {"content": "once", "nonce": "same"})
    assert (status, message["id"]) == (200, first["message_id"])
    status, _ = ada.call("POST", f"/api/rooms/{room}/messages", {"content": "twice", "nonce": "same"})
    assert status == 409


def test_an_honest_retry_after_an_edit_is_still_a_duplicate(ada: Person) -> None:
    room = ada.make_room()["id"]
    with ada.socket() as socket:
        sent = socket.ask("send_message", {"room_id": room, "content": "teh", "nonce": "e"})
        socket.ask("edit_message", {"message_id": sent["message_id"], "content": "the"})
        again = socket.ask("send_message", {"room_id": room, "content": "teh", "nonce": "e"})
        assert (again["message_id"], again["duplicate"]) == (sent["message_id"], True)


def test_two_people_may_use_the_same_nonce(ada: Person, bob: Person) -> None:
    room = ada.make_room()["id"]
    bob.ok("POST", f"/api/rooms/{room}/join")
    assert ada.say(room, "a", nonce="x")["id"] != bob.say(room, "b", nonce="x")["id"]


def test_one_sends_many_without_waiting_and_all_stand_in_order(ada: Person) -> None:
    room = ada.make_room()["id"]
    with ada.socket() as socket:
        for i in range(200):
            socket.send("send_message", {"room_id": room, "content": str(i), "nonce": f"p{i}"}, id=f"p{i}")
        last = socket._until(lambda f: f.get("id") == "p199", PATIENCE_SECONDS, start=0)
        acks = [f["data"] for f in socket.frames if f["type"] == "ack"]
        assert last["type"] == "ack"
        assert [a["nonce"] for a in acks] == [f"p{i}" for i in range(200)]
        seqs = [a["seq"] for a in acks]
        assert seqs == list(range(seqs[0], seqs[0] + 200))
        while len(socket.of("new_message")) < 200:
            assert socket.receive(PATIENCE_SECONDS)
        assert [e["message"]["content"] for e in socket.of("new_message")] == [str(i) for i in range(200)]


def test_any_other_command_waits_for_the_sends_before_it(ada: Person) -> None:
    room = ada.make_room()["id"]
    with ada.socket() as socket:
        for i in range(20):
            socket.send("send_message", {"room_id": room, "content": str(i)}, id=f"w{i}")
        socket.send("ping", {}, id="after")
        socket._until(lambda f: f.get("id") == "after", PATIENCE_SECONDS, start=0)
        ids = [f["id"] for f in socket.frames if f["type"] == "ack"]
        assert ids[-1] == "after"
        assert len(ids) == 22 - 1


def test_senders_at_once_leave_no_gap_and_no_double(ada: Person, bob: Person) -> None:
    room = ada.make_room()["id"]
    bob.ok("POST", f"/api/rooms/{room}/join")
    sockets = [person.socket() for person in (ada, ada, bob, bob)]

    def talk(number: int, socket: Socket) -> None:
        for i in range(50):
            socket.ask("send_message", {"room_id": room, "content": f"{number}.{i}", "nonce": f"{number}.{i}"})

    threads = [threading.Thread(target=talk, args=pair) for pair in enumerate(sockets)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    page = ada.ok("GET", f"/api/rooms/{room}/messages?limit=100")
    older = ada.ok("GET", f"/api/rooms/{room}/messages?limit=100&before={page['results'][0]['seq']}")
    oldest = ada.ok("GET", f"/api/rooms/{room}/messages?limit=100&before={older['results'][0]['seq']}")
    rows = oldest["results"] + older["results"] + page["results"]
    assert [m["seq"] for m in rows] == list(range(1, len(rows) + 1))
    texts = [m["content"] for m in rows if m["kind"] == "text"]
    assert sorted(texts) == sorted(f"{n}.{i}" for n in range(4) for i in range(50))
    for n in range(4):
        assert [t for t in texts if t.startswith(f"{n}.")] == [f"{n}.{i}" for i in range(50)]
    for socket in sockets:
        while len(socket.of("new_message")) < 200:
            assert socket.receive(PATIENCE_SECONDS)
        versions = [e["version"] for e in socket.of("new_message")]
        assert versions == sorted(set(versions))
        socket.close()


def test_who_may_not_send_is_told_and_nothing_is_stored(ada: Person, bob: Person, eve: Person) -> None:
    public, private = ada.make_room()["id"], ada.make_room(kind="private")["id"]
    with eve.socket() as socket:
        assert socket.refused("send_message", {"room_id": public, "content": "x"}) == "not_a_member"
        assert socket.refused("send_message", {"room_id": private, "content": "x"}) == "not_found"
        assert socket.refused("send_message", {"room_id": 2**53 - 1, "content": "x"}) == "not_found"
        assert socket.refused("send_message", {"receiver_id": 2**53 - 1, "content": "x"}) == "not_found"
    bob.ok("POST", f"/api/rooms/{public}/join")
    reply = ada.say(private, "secret")["id"]
    with bob.socket() as socket:
        assert socket.refused("send_message", {"room_id": public, "content": "x", "reply_to": reply}) == "not_found"
        mention = {"room_id": public, "content": "x", "mentions": [eve.id]}
        assert socket.refused("send_message", mention) == "validation_error"
        assert socket.refused("send_message", {"room_id": public, "content": " \n"}) == "validation_error"
    ada.ok("PATCH", f"/api/rooms/{public}/members/{bob.id}", {"muted_until": "2999-01-01T00:00:00Z"})
    with bob.socket() as socket:
        assert socket.refused("send_message", {"room_id": public, "content": "x"}) == "muted"
    ada.ok("DELETE", f"/api/rooms/{public}")
    with ada.socket() as socket:
        assert socket.refused("send_message", {"room_id": public, "content": "x"}) == "room_archived"
    texts = [m for m in ada.ok("GET", f"/api/rooms/{public}/messages")["results"] if m["kind"] == "text"]
    assert texts == []


def test_one_bad_draft_does_not_sink_the_others_of_its_batch(ada: Person) -> None:
    room = ada.make_room()["id"]
    with ada.socket() as socket:
        for i in range(30):
            target = room if i % 3 else 2**53 - 1
            socket.send("send_message", {"room_id": target, "content": str(i)}, id=f"m{i}")
        socket.settle()
        kinds = [f["type"] for f in socket.frames if str(f.get("id", "")).startswith("m")]
        assert (kinds.count("ack"), kinds.count("error")) == (20, 10)


def test_a_direct_conversation_begins_with_its_first_message(ada: Person, bob: Person, eve: Person) -> None:
    with ada.socket() as mine, bob.socket() as theirs, eve.socket() as stranger:
        room = ada.ok("POST", "/api/direct", {"user_id": bob.id})
        mine.expect("room_added")
        theirs.settle()
        assert not theirs.of("room_added")
        assert bob.ok("GET", "/api/rooms/")["results"] == []
        ack = mine.ask("send_message", {"receiver_id": bob.id, "content": "psst"})
        assert ack["room_id"] == room["id"]
        added = theirs.expect("room_added")["room"]
        assert added["id"] == room["id"]
        assert added["peer"]["id"] == ada.id
        assert added["membership"]["unread_count"] == 0
        event = theirs.expect("new_message", room_id=room["id"])
        assert event["version"] == added["version"] + 1
        assert bob.ok("GET", f"/api/rooms/{room['id']}")["membership"]["unread_count"] == 1
        reply = theirs.ask("send_message", {"receiver_id": ada.id, "content": "yes?"})
        assert reply["room_id"] == room["id"]
        mine.expect("new_message", version=reply["version"])
        stranger.settle()
        assert not stranger.of("new_message")
        assert not stranger.of("room_added")


def test_a_note_to_self_is_a_room_of_one(ada: Person) -> None:
    room = ada.ok("POST", "/api/direct", {"user_id": ada.id})
    assert room["peer"]["id"] == ada.id
    with ada.socket() as socket:
        ack = socket.ask("send_message", {"receiver_id": ada.id, "content": "milk"})
        assert ack["room_id"] == room["id"]
        socket.expect("new_message", room_id=room["id"])


def test_a_message_survives_the_death_of_its_process(server: Server, ada: Person) -> None:
    import signal

    room = ada.make_room()["id"]
    with ada.socket() as socket:
        ack = socket.ask("send_message", {"room_id": room, "content": "durable", "nonce": "d"})
    server.stop(signal.SIGKILL)
    server.start()
    assert ada.ok("GET", f"/api/messages/{ack['message_id']}")["content"] == "durable"
    with ada.socket() as socket:
        again = socket.ask("send_message", {"room_id": room, "content": "durable", "nonce": "d"})
        assert again == {**ack, "duplicate": True}
