"""Opening a socket: Origin, the first frame, and what closes a connection."""

import json

import pytest
from websockets.exceptions import InvalidStatus

from tests.live import Person, Server, Socket, call


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "file://", "http://127.0.0.1.evil.example", "app://other"]
)
def test_a_foreign_origin_is_refused_at_the_handshake(server: Server, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refusal:
        Socket.open(server, Origin=origin)
    assert refusal.value.response.status_code == 403


def test_bots_the_own_host_and_the_desktop_client_may_connect(server: Server, ada: Person) -> None:
    for headers in ({}, {"Origin": server.base}, {"Origin": "app://chat"}):
        with Socket.open(server, **headers) as socket:
            assert socket.ask("authenticate", {"token": ada.access}, answer="ready")["protocol"] == 1


def test_any_other_address_is_refused(server: Server) -> None:
    from websockets.sync.client import connect

    with pytest.raises(InvalidStatus) as refusal:
        connect(f"ws://127.0.0.1:{server.port}/other/", proxy=None, legacy=True)
    assert refusal.value.response.status_code in (403, 404)


def test_ready_tells_who_i_am_and_where_my_rooms_stand(ada: Person) -> None:
    room = ada.make_room("harbour")
    ada.say(room["id"], "first")
    with ada.socket() as socket:
        ready = socket.ready
        assert ready["user"]["id"] == ada.id
        assert "email" not in ready["user"]
        assert ready["heartbeat_seconds"] == 25
        assert set(ready["limits"]) == {"content_chars", "frame_bytes", "upload_bytes", "recall_seconds", "keep_days"}
        (row,) = ready["rooms"]
        fresh = ada.ok("GET", f"/api/rooms/{room['id']}")
        assert row == {
            "room_id": room["id"],
            "version": fresh["version"],
            "last_seq": fresh["last_seq"],
            "last_read_seq": fresh["membership"]["last_read_seq"],
            "unread_count": 0,
            "mention_count": 0,
        }


@pytest.mark.parametrize("token", ["", "nonsense", "eyJhbGciOiJub25lIn0.eyJ1c2VyX2lkIjoxfQ."])
def test_a_bad_token_is_told_and_closed(server: Server, token: str) -> None:
    with Socket.open(server) as socket:
        assert socket.refused("authenticate", {"token": token}) == "authentication_failed"
        assert socket.closed_with() == 4401


def test_a_refresh_token_is_no_access_token(server: Server, ada: Person) -> None:
    with Socket.open(server) as socket:
        assert socket.refused("authenticate", {"token": ada.refresh}) == "authentication_failed"


def test_nothing_is_done_before_the_first_frame_authenticates(server: Server) -> None:
    with Socket.open(server) as socket:
        assert socket.refused("ping") == "authentication_failed"
        assert socket.closed_with() == 4401


@pytest.mark.parametrize("text", ["", "[]", "1", '"x"', "{", '{"data":{}}', '{"type":1}', "{" * 5000, b"\x00\x01"])
def test_what_is_no_frame_closes_with_4400(ada: Person, text: str | bytes) -> None:
    with ada.socket() as socket:
        socket.send_raw(text)
        assert socket.closed_with() == 4400


def test_a_frame_that_is_too_large_closes_the_connection(ada: Person) -> None:
    with ada.socket() as socket:
        socket.send("ping", {"filler": "x" * 200_000})
        assert socket.closed_with() in (4413, 1009)


@pytest.mark.parametrize(
    "frame",
    [
        {"type": "no_such_command", "data": {}},
        {"type": "ping", "data": {"unknown": 1}},
        {"type": "ping", "data": {"idle": "yes"}},
        {"type": "ping", "data": []},
        {"type": "ping", "data": {}, "extra": 1},
        {"type": "send_message", "data": {}},
        {"type": "send_message", "data": {"room_id": "1", "content": "x"}},
        {"type": "send_message", "data": {"room_id": 1.0, "content": "x"}},
        {"type": "send_message", "data": {"room_id": True, "content": "x"}},
        {"type": "send_message", "data": {"room_id": 1, "receiver_id": 1, "content": "x"}},
        {"type": "send_message", "data": {"room_id": 1, "content": "x" * 8001}},
        {"type": "send_message", "data": {"room_id": 1, "content": ""}},
        {"type": "send_message", "data": {"room_id": 1, "content": "x", "nonce": "no spaces"}},
        {"type": "send_message", "data": {"room_id": 1, "content": "x", "nonce": "line\n"}},
    ],
)
def test_bad_data_is_a_validation_error_and_the_socket_stays(ada: Person, frame: dict[str, object]) -> None:
    with ada.socket() as socket:
        socket.send_raw(json.dumps({"id": "bad", **frame}))
        answer = socket._until(lambda f: f.get("id") == "bad", 15, start=0)
        assert answer["type"] == "error"
        assert answer["data"]["code"] == "validation_error"
        assert set(answer["data"]) == {"code", "message", "fields", "retry_after", "request_id"}
        socket.settle()


def test_a_lone_surrogate_is_a_validation_error_on_both_doors(ada: Person) -> None:
    room = ada.make_room()
    with ada.socket() as socket:
        data = f'{{"room_id":{room["id"]},"content":"\\ud800"}}'
        socket.send_raw(f'{{"type":"send_message","id":"s","data":{data}}}')
        assert socket._until(lambda f: f.get("id") == "s", 15, start=0)["data"]["code"] == "validation_error"
    path = f"/api/rooms/{room['id']}/messages"
    status, answer = call(ada.server.base, "POST", path, raw=b'{"content":"\\ud800"}', token=ada.access)
    assert (status, answer["code"]) == (400, "validation_error")


def test_authenticating_again_extends_the_connection(ada: Person) -> None:
    with ada.socket() as socket:
        status, renewed = call(ada.server.base, "POST", "/api/auth/refresh", {"refresh": ada.refresh})
        assert status == 200
        assert socket.ask("authenticate", {"token": renewed["access"]}, answer="ready")["user"]["id"] == ada.id
        socket.settle()


def test_authenticating_as_somebody_else_closes_the_connection(ada: Person, bob: Person) -> None:
    with ada.socket() as socket:
        assert socket.refused("authenticate", {"token": bob.access}) == "authentication_failed"
        assert socket.closed_with() == 4401


def test_signing_a_device_out_closes_its_socket(ada: Person) -> None:
    other = ada.sign_in_again()
    with ada.socket() as mine, other.socket() as theirs:
        ada.ok("DELETE", "/api/auth/sessions")
        assert theirs.expect("session_revoked")["reason"]
        assert theirs.closed_with() == 4401
        mine.settle()


def test_errors_are_worded_in_the_language_of_the_reader(ada: Person) -> None:
    _, english = ada.call("GET", "/api/rooms/999999999", Accept_Language="en")
    _, chinese = ada.call("GET", "/api/rooms/999999999", Accept_Language="zh-CN")
    assert english["code"] == chinese["code"] == "not_found"
    assert english["message"] != chinese["message"]


@pytest.mark.parametrize(
    ("headers", "wanted"),
    [
        ({"Accept-Language": "zh-CN"}, "zh-CN"),
        ({"Accept-Language": "fr, zh-Hans;q=0.8, en;q=0.5"}, "zh-CN"),
        ({"Accept-Language": "en"}, "en"),
        ({"Accept-Language": "fr"}, "own"),
        ({}, "own"),
        ({"Accept-Language": "zh-CN", "Origin": "app://chat"}, "own"),  # a browser's: its user has chosen in the client
    ],
)
@pytest.mark.parametrize("own", ["en", "zh-CN"])
def test_errors_of_a_socket_are_in_the_language_that_was_asked_for(
    server: Server, ada: Person, headers: dict[str, str], wanted: str, own: str
) -> None:
    ada.ok("PATCH", "/api/users/me", {"locale": own})
    with Socket.open(server, **headers) as socket:
        socket.ask("authenticate", {"token": ada.access}, answer="ready")
        refusal = socket.ask("sync_room", {"room_id": 999999999, "version": 0}, answer="error")
    language = own if wanted == "own" else wanted
    _, same = ada.call("GET", "/api/rooms/999999999", Accept_Language=language)
    assert refusal["message"] == same["message"]


@pytest.mark.parametrize(
    "rooms", [{"x": 1}, {"": 1}, {"-1": 1}, {"9" * 20: 1}, {"1": -1}, {"1": 2**53}, {"1": "1"}, {"1": None}, [1]]
)
def test_versions_of_what_is_no_room_are_refused(server: Server, ada: Person, rooms: object) -> None:
    with Socket.open(server) as socket:
        assert socket.refused("authenticate", {"token": ada.access, "rooms": rooms}) == "validation_error"
        assert socket.closed_with() == 4401


def test_a_room_that_cannot_be_is_gone(ada: Person) -> None:
    with ada.socket(rooms={"9" * 16: 3}) as socket:
        assert socket.expect("room_removed") == {"room_id": int("9" * 16), "reason": "left"}
