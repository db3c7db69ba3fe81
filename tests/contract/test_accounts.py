"""What happens to live sockets when accounts change."""

import time

import pytest

from tests.live import PASSWORD, Person, Server

SECONDS = 2.0  # within which a signed-out device hears nothing more


def test_signing_a_device_out_closes_its_sockets_and_no_others(ada: Person, bob: Person) -> None:
    phone = ada.sign_in_again()
    with ada.socket() as here, phone.socket() as there, bob.socket() as theirs:
        started = time.monotonic()
        ada.ok("DELETE", f"/api/auth/sessions/{there.ready['session_id']}")
        assert there.expect("session_revoked") == {"reason": "signed_out"}
        assert there.closed_with() == 4401
        assert time.monotonic() - started < SECONDS
        assert {f["type"] for f in here.settle() + theirs.settle()} & {"session_revoked"} == set()
    assert phone.call("GET", "/api/users/me")[0] == 401


@pytest.mark.parametrize("way", ["logout", "others", "password", "delete"])
def test_every_way_out_closes_the_sockets(ada: Person, way: str) -> None:
    phone = ada.sign_in_again()
    with phone.socket() as socket:
        match way:
            case "logout":
                phone.ok("POST", "/api/auth/logout")
            case "others":
                ada.ok("DELETE", "/api/auth/sessions")
            case "password":
                body = {"old_password": PASSWORD, "new_password": "another long password"}
                ada.ok("POST", "/api/auth/password/change", body)
            case "delete":
                ada.ok("DELETE", "/api/users/me", {"password": PASSWORD})
        socket.expect("session_revoked")
        assert socket.closed_with() == 4401


def test_a_stolen_refresh_token_ends_the_thiefs_socket_too(ada: Person, server: Server) -> None:
    first = ada.refresh
    with ada.socket() as socket:
        token = first
        for _ in range(3):
            token = ada.ok("POST", "/api/auth/refresh", {"refresh": token})["refresh"]
        assert ada.call("POST", "/api/auth/refresh", {"refresh": first})[0] == 401
        assert socket.expect("session_revoked") == {"reason": "token_reused"}
        assert socket.closed_with() == 4401


def test_a_new_name_reaches_who_shares_a_room_and_nobody_else(ada: Person, bob: Person, eve: Person) -> None:
    room = ada.make_room()
    bob.ok("POST", f"/api/rooms/{room['id']}/join")
    with ada.socket() as own, bob.socket() as fellow, eve.socket() as stranger:
        me = ada.ok("PATCH", "/api/users/me", {"display_name": "Ada Lovelace"})
        for socket in (own, fellow):
            user = socket.expect("user_updated")["user"]
            assert (user["id"], user["display_name"]) == (ada.id, "Ada Lovelace")
            assert "email" not in user
        assert me["display_name"] == "Ada Lovelace"
        assert bob.ok("GET", f"/api/users/{ada.id}")["display_name"] == "Ada Lovelace"
        assert "user_updated" not in {f["type"] for f in stranger.settle()}


def test_a_deleted_account_loses_its_name_and_leaves_its_rooms(ada: Person, bob: Person) -> None:
    room = ada.make_room()
    bob.ok("POST", f"/api/rooms/{room['id']}/join")
    ada.say(room["id"], "stays")
    with bob.socket() as fellow:
        ada.ok("DELETE", "/api/users/me", {"password": PASSWORD})
        assert fellow.expect("user_updated")["user"]["username"] == ""
        fellow.settle()
    members = bob.ok("GET", f"/api/rooms/{room['id']}/members")["results"]
    assert [m["user"]["id"] for m in members] == [bob.id]
    messages = bob.ok("GET", f"/api/rooms/{room['id']}/messages")["results"]
    said = next(m for m in messages if m["content"] == "stays")
    assert (said["sender"]["id"], said["sender"]["username"], said["sender"]["display_name"]) == (ada.id, "", "")


def test_friends_live_through_their_events(ada: Person, bob: Person, eve: Person) -> None:
    with ada.socket() as mine, bob.socket() as theirs, eve.socket() as stranger:
        ada.ok("POST", f"/api/users/friends/{bob.id}")
        assert theirs.expect("friend_request")["user"]["id"] == ada.id
        bob.ok("POST", f"/api/users/friends/{ada.id}/accept")
        assert mine.expect("friend_request_accepted")["user"]["id"] == bob.id
        assert theirs.expect("friend_request_accepted")["user"]["id"] == ada.id
        ada.ok("DELETE", f"/api/users/friends/{bob.id}")
        assert theirs.expect("friend_removed")["user"]["id"] == ada.id
        assert not [f for f in stranger.settle() if f["type"].startswith("friend")]
