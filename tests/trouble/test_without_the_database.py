"""The database away means 503 and patience: nobody is signed out, nothing is half done."""

import pytest

from tests.live import Person, Server, call
from tests.proxy import Proxy


@pytest.fixture
def line(database: Proxy | None) -> Proxy:
    if database is None:
        pytest.skip("SQLite is a file in the same machine; runs on MySQL")
    return database


def test_a_database_outage_is_503_and_signs_nobody_out(server: Server, line: Proxy, ada: Person) -> None:
    room = ada.make_room()["id"]
    with ada.socket() as socket:
        line.cut()
        try:
            for method, path in [
                ("GET", "/api/rooms/"),
                ("GET", "/api/auth/verify"),
                ("GET", f"/api/rooms/{room}/messages"),
            ]:
                status, answer = ada.call(method, path)
                assert (status, answer["code"]) == (503, "unavailable"), path
            status, answer = call(server.base, "POST", "/api/auth/refresh", {"refresh": ada.refresh})
            assert (status, answer["code"]) == (503, "unavailable")
            assert call(server.base, "GET", "/api/health")[0] == 503
            error = socket.ask("send_message", {"room_id": room, "content": "x", "nonce": "late"}, answer="error")
            assert error["code"] == "unavailable"
            assert error["retry_after"] > 0
        finally:
            line.restore()
        ack = socket.ask("send_message", {"room_id": room, "content": "x", "nonce": "late"})
        assert ack["duplicate"] is False
        assert ada.ok("GET", "/api/auth/verify")["user"]["id"] == ada.id
        assert socket.expect("new_message", room_id=room)["message"]["content"] == "x"


def test_who_connects_meanwhile_is_asked_to_come_back(server: Server, line: Proxy, ada: Person) -> None:
    line.cut()
    try:
        with pytest.raises(AssertionError, match="unavailable"):
            ada.socket()
    finally:
        line.restore()
    with ada.socket() as socket:
        socket.settle()
