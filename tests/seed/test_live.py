"""What the former system lost, doubled or forgot on its sockets."""

from __future__ import annotations

import contextlib
import threading
import time
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from redis import Redis
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.live import PASSWORD, PATIENCE_SECONDS, Frame, Person, Server, Socket, call
from tests.trouble.conftest import OwnRedis, second_node

NEWS_SECONDS = 2
GHOST_SECONDS = 70


def both_in_a_room(ada: Person, bob: Person) -> int:
    room_id: int = ada.make_room()["id"]
    bob.ok("POST", f"/api/rooms/{room_id}/join")
    return room_id


def texts(person: Person, room_id: int, **query: int) -> list[str]:
    words = "&".join(f"{name}={value}" for name, value in query.items())
    page = person.ok("GET", f"/api/rooms/{room_id}/messages?{words}")
    return [m["content"] for m in page["results"] if m["kind"] == "text"]


def hear(socket: Socket, content: str) -> None:
    """Waits until a socket was brought a message, live or in a sync."""
    while content not in [m["content"] for m in brought(socket)]:
        assert socket.receive(PATIENCE_SECONDS), f"{content} did not come"


def brought(socket: Socket) -> list[Frame]:
    return [e["message"] for e in socket.of("new_message")] + [m for s in socket.of("room_sync") for m in s["messages"]]


@pytest.mark.usefixtures("no_redis")
def test_seed_01_a_send_without_redis_is_stored_once_acked_and_delivered(ada: Person, bob: Person) -> None:
    room = both_in_a_room(ada, bob)
    with ada.socket() as mine, bob.socket() as theirs:
        command = {"room_id": room, "content": "without", "nonce": "n"}
        ack = mine.ask("send_message", command)
        assert mine.ask("send_message", command) == {**ack, "duplicate": True}
        hear(theirs, "without")
    assert texts(bob, room) == ["without"]


def test_seed_02_a_send_whose_ack_was_lost_is_repeated_without_a_double(ada: Person) -> None:
    room = ada.make_room()["id"]
    command = {"room_id": room, "content": "once", "nonce": "lost"}
    for _ in range(3):
        socket = ada.socket()
        socket.send("send_message", command, id="x")
        socket.connection.socket.close()  # torn off before any answer
    with ada.socket() as socket:
        socket.ask("send_message", command)
    assert texts(ada, room) == ["once"]


def test_seed_04_rooms_that_were_never_opened_deliver_and_count(ada: Person, bob: Person) -> None:
    room = both_in_a_room(ada, bob)
    with bob.socket() as theirs:
        ada.say(room, "unopened")
        hear(theirs, "unopened")
    with bob.socket() as again:
        (head,) = again.ready["rooms"]
        assert (head["room_id"], head["unread_count"]) == (room, 1)


def test_seed_05_a_second_tab_takes_nothing_from_the_first(ada: Person, bob: Person) -> None:
    with bob.socket() as first:
        bob.socket().close()
        ada.ok("POST", "/api/direct", {"user_id": bob.id})
        with ada.socket() as mine:
            mine.ask("send_message", {"receiver_id": bob.id, "content": "psst"})
        hear(first, "psst")
        assert is_soon_online(ada, bob)


def is_soon_online(viewer: Person, person: Person) -> bool:
    """Nobody waits for presence: it is told within two seconds."""
    for _ in range(150):
        if person.id in [other["id"] for other in viewer.ok("GET", "/api/users/online")["results"]]:
            return True
        time.sleep(0.1)
    return False


def test_seed_06_what_redis_holds_of_people_expires_and_is_not_needed_to_reach_them(
    server: Server, redis: OwnRedis, ada: Person, bob: Person
) -> None:
    with ada.socket() as mine, bob.socket() as theirs, contextlib.closing(Redis(port=redis.port)) as client:
        theirs.expect("user_online", user_id=bob.id)
        key = f"{server.env['REDIS_PREFIX']}:presence:connections:{bob.id}"
        assert 0 < client.ttl(key) <= GHOST_SECONDS
        client.flushall()
        mine.ask("send_message", {"receiver_id": bob.id, "content": "after the flush"})
        hear(theirs, "after the flush")


def test_seed_07_another_process_delivers_too(server: Server, tmp_path: Path, ada: Person, bob: Person) -> None:
    room = both_in_a_room(ada, bob)
    node = second_node(server, tmp_path / "node").start()
    try:
        there = Person(node, bob.name, {"user": {"id": bob.id}, "access": bob.access, "refresh": bob.refresh})
        with there.socket() as theirs:
            ada.say(room, "across")
            hear(theirs, "across")
    finally:
        node.stop()


def test_seed_08_who_asked_hears_that_the_request_was_accepted(ada: Person, bob: Person) -> None:
    with ada.socket() as mine, bob.socket() as theirs:
        ada.ok("POST", f"/api/users/friends/{bob.id}", {})
        assert theirs.expect("friend_request")["user"]["id"] == ada.id
        bob.ok("POST", f"/api/users/friends/{ada.id}/accept")
        assert mine.expect("friend_request_accepted")["user"]["id"] == bob.id


def test_seed_09_pages_are_in_one_order_with_and_without_the_cache(ada: Person, redis: OwnRedis) -> None:
    room = ada.make_room()["id"]
    for number in range(5):
        ada.say(room, f"{number}")
    warm = texts(ada, room)
    with contextlib.closing(Redis(port=redis.port)) as client:
        client.flushall()
    assert texts(ada, room) == warm == ["0", "1", "2", "3", "4"]


def test_seed_10_one_new_message_in_an_empty_cache_hides_no_history(ada: Person, redis: OwnRedis) -> None:
    room = ada.make_room()["id"]
    for number in range(3):
        ada.say(room, f"{number}")
    with contextlib.closing(Redis(port=redis.port)) as client:
        client.flushall()
    ada.say(room, "3")
    assert texts(ada, room) == ["0", "1", "2", "3"]


def test_seed_11_reading_while_others_write_meets_no_double_and_no_gap(ada: Person, bob: Person) -> None:
    room = ada.ok("POST", "/api/direct", {"user_id": bob.id})["id"]

    def write() -> None:
        with ada.socket() as socket:
            for number in range(60):
                socket.ask("send_message", {"room_id": room, "content": f"{number}"})

    writer = threading.Thread(target=write)
    writer.start()
    while writer.is_alive():
        seqs = [m["seq"] for m in ada.ok("GET", f"/api/rooms/{room}/messages?limit=100")["results"]]
        assert seqs == list(range(1, len(seqs) + 1))
    writer.join()
    assert texts(bob, room, limit=100) == [f"{number}" for number in range(60)]


def test_seed_12_paging_a_conversation_does_not_drift_while_it_grows(ada: Person, bob: Person) -> None:
    room = ada.ok("POST", "/api/direct", {"user_id": bob.id})["id"]
    for number in range(25):
        ada.say(room, f"{number}")
    read: list[int] = []
    page = ada.ok("GET", f"/api/rooms/{room}/messages?limit=10")
    while True:
        read = [m["seq"] for m in page["results"]] + read
        if not page["has_before"]:
            break
        ada.say(room, "meanwhile")
        page = ada.ok("GET", f"/api/rooms/{room}/messages?limit=10&before={read[0]}")
    assert read == list(range(1, 26))


@pytest.mark.usefixtures("no_redis")
def test_seed_14_without_redis_people_connect_and_read(ada: Person) -> None:
    room = ada.make_room()["id"]
    ada.say(room, "there")
    with ada.socket() as socket:
        assert socket.ready["rooms"][0]["room_id"] == room
    assert texts(ada, room) == ["there"]


@pytest.mark.usefixtures("no_redis")
def test_seed_16_health_says_that_redis_is_gone(server: Server) -> None:
    status, health = call(server.base, "GET", "/api/health")
    assert (status, health["status"], health["redis"], health["database"]) == (200, "degraded", "down", "ok")


def test_seed_17_who_connects_is_no_news_to_those_who_do_not_know_them(server: Server, ada: Person) -> None:
    with ada.socket() as socket:
        for _ in range(3):
            server.register().socket().close()
        time.sleep(NEWS_SECONDS)
        socket.settle()
        strangers = [f for f in socket.frames if "online" in f["type"] and f["data"]["user_id"] != ada.id]
        assert strangers == []


def test_seed_22_a_message_goes_to_a_room_or_to_a_person_never_to_both(ada: Person, bob: Person) -> None:
    room = both_in_a_room(ada, bob)
    with ada.socket() as socket:
        both = {"room_id": room, "receiver_id": bob.id, "content": "x"}
        assert socket.refused("send_message", both) == "validation_error"
    assert texts(ada, room) == []


def test_seed_32_a_token_is_taken_from_no_address_and_written_into_no_log(server: Server, ada: Person) -> None:
    url = f"ws://127.0.0.1:{server.port}/ws/?token={ada.access}"
    with contextlib.closing(Socket(connect(url, proxy=None, legacy=True))) as socket:
        assert socket.refused("ping") == "authentication_failed"
        assert socket.closed_with() == 4401
    assert call(server.base, "GET", f"/api/auth/verify?token={ada.access}")[0] == 401
    with ada.socket() as socket:
        socket.settle()
    log = server.log.read_text()
    assert ada.access not in log
    assert ada.access.rpartition(".")[2] not in log
    assert PASSWORD not in log


def test_seed_33_foreign_pages_get_no_leave_and_no_socket(server: Server, ada: Person) -> None:
    for origin in ("https://evil.example", "null", "file://", f"http://127.0.0.1:{server.port}.evil.example"):
        request = Request(f"{server.base}/api/health", headers={"Origin": origin})
        with urlopen(request, timeout=15) as answer:
            assert answer.headers["Access-Control-Allow-Origin"] is None
            assert answer.headers["Access-Control-Allow-Credentials"] is None
        with pytest.raises(InvalidStatus, match="403"):
            Socket.open(server, Origin=origin)


def test_seed_40_signing_out_ends_the_token_and_the_socket(server: Server, ada: Person) -> None:
    with ada.socket() as socket:
        ada.ok("POST", "/api/auth/logout", {})
        assert socket.closed_with() == 4401
    assert ada.call("GET", "/api/auth/verify")[0] == 401
    assert call(server.base, "POST", "/api/auth/refresh", {"refresh": ada.refresh})[0] == 401


def test_seed_40_who_was_removed_receives_nothing_more(ada: Person, bob: Person) -> None:
    room = both_in_a_room(ada, bob)
    with bob.socket() as theirs:
        theirs.ask("join_room", {"room_id": room}, answer="joined_room")
        ada.ok("DELETE", f"/api/rooms/{room}/members/{bob.id}")
        ada.say(room, "behind your back")
        theirs.expect("room_removed", room_id=room)
        theirs.settle()
        assert "behind your back" not in str(theirs.frames)


def test_seed_42_nobody_learns_who_is_online_without_signing_in(server: Server) -> None:
    assert call(server.base, "GET", "/api/socketio/test")[0] == 404
    assert call(server.base, "GET", "/api/users/online")[0] == 401
