"""Live sockets and the sessions behind them: whatever ends a session ends its sockets, and nothing reaches them after.

Modelled on Mattermost CVE-2026-9162, CVE-2025-55070 and CVE-2021-37866, where sockets outlived a sign-out, a role
or a second factor. No test here looks at a clock: the order of what the server does is what counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from websockets.exceptions import ConnectionClosed

from tests.live import PASSWORD, Person, Server, Socket, call

NEW_PASSWORD = "staple tractor violet"


@pytest.fixture(scope="module")
def staff(server: Server) -> Person:
    """An administrator."""
    person = server.register()
    server.manage(
        "shell", "-c", f"from accounts.models import User; User.objects.filter(pk={person.id}).update(is_staff=True)"
    )
    return person


def sign_out(me: Person, other: Person) -> None:
    call(me.server.base, "POST", "/api/auth/logout", {}, token=other.access)


def sign_others_out(me: Person, other: Person) -> None:
    me.ok("DELETE", "/api/auth/sessions")


def end_session(me: Person, other: Person) -> None:
    rows = me.ok("GET", "/api/auth/sessions")["results"]
    (row,) = [row for row in rows if not row["current"]]
    me.ok("DELETE", f"/api/auth/sessions/{row['id']}")


def change_password(me: Person, other: Person) -> None:
    me.ok("POST", "/api/auth/password/change", {"old_password": PASSWORD, "new_password": NEW_PASSWORD})


def delete_account(me: Person, other: Person) -> None:
    me.ok("DELETE", "/api/users/me", {"password": PASSWORD})


def reuse_a_refresh_token(me: Person, other: Person) -> None:
    """A token three generations old shows a theft."""
    token = other.refresh
    for _ in range(3):
        status, pair = call(me.server.base, "POST", "/api/auth/refresh", {"refresh": token})
        assert status == 200
        token = pair["refresh"]
    assert call(me.server.base, "POST", "/api/auth/refresh", {"refresh": other.refresh})[0] == 401


def sign_in_on_twenty_more_devices(me: Person, other: Person) -> None:
    for _ in range(20):
        me.sign_in_again()


ENDS: list[Callable[[Person, Person], None]] = [
    sign_out,
    sign_others_out,
    end_session,
    change_password,
    delete_account,
    reuse_a_refresh_token,
    sign_in_on_twenty_more_devices,
]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
def test_what_ends_a_session_ends_its_sockets(server: Server, end: Callable[[Person, Person], None]) -> None:
    friend, me = server.register(), server.register()
    room_id = friend.make_room()["id"]
    friend.ok("POST", f"/api/rooms/{room_id}/members", {"user_id": me.id})
    other = me.sign_in_again()
    with other.socket() as socket:
        end(me, other)
        assert socket.closed_with() == 4401
        assert socket.of("session_revoked")
        heard = len(socket.frames)
        friend.say(room_id, "for those who are signed in")
        with pytest.raises(ConnectionClosed):
            socket.ask("ping")
        assert len(socket.frames) == heard
    with Socket.open(server) as again:
        assert again.refused("authenticate", {"token": other.access}) == "authentication_failed"
    assert call(server.base, "POST", "/api/auth/refresh", {"refresh": other.refresh})[0] == 401


@pytest.mark.parametrize("end", [sign_out, sign_others_out, change_password], ids=lambda end: end.__name__)
def test_the_other_devices_stay(server: Server, end: Callable[[Person, Person], None]) -> None:
    me = server.register()
    other = me.sign_in_again()
    with me.socket() as mine, other.socket() as theirs:
        end(me, other)
        assert theirs.closed_with() == 4401
        mine.ask("ping")


def test_a_reset_password_ends_every_session(server: Server, staff: Person) -> None:
    me = server.register()
    with me.socket() as socket:
        url: str = staff.ok("POST", f"/api/users/{me.id}/reset-link")["url"]
        token = re.split("[/=#]", url)[-1]
        body = {"token": token, "new_password": NEW_PASSWORD}
        assert call(server.base, "POST", "/api/auth/password/reset/confirm", body)[0] == 204
        assert socket.closed_with() == 4401
        assert call(server.base, "POST", "/api/auth/password/reset/confirm", body)[0] == 400


def test_no_socket_of_an_ended_session_is_extended(server: Server) -> None:
    me = server.register()
    other = me.sign_in_again()
    with me.socket() as socket:
        assert socket.refused("authenticate", {"token": other.access}) == "authentication_failed"
        assert socket.closed_with() == 4401


@pytest.mark.parametrize("way", ["kick", "ban", "leave"])
def test_who_is_out_of_a_room_hears_nothing_that_came_after(server: Server, way: str) -> None:
    owner, me = server.register(), server.register()
    room_id = owner.make_room(kind="private")["id"]
    owner.ok("POST", f"/api/rooms/{room_id}/members", {"user_id": me.id})
    with me.socket() as socket:
        socket.ask("join_room", {"room_id": room_id}, answer="joined_room")
        if way == "kick":
            owner.ok("DELETE", f"/api/rooms/{room_id}/members/{me.id}")
        elif way == "ban":
            owner.ok("PUT", f"/api/rooms/{room_id}/bans/{me.id}")
        else:
            me.ok("POST", f"/api/rooms/{room_id}/leave")
        socket.expect("room_removed", room_id=room_id)
        heard = len(socket.frames)
        for number in range(5):
            owner.say(room_id, f"secret {number}")
        owner.ok("PATCH", f"/api/rooms/{room_id}", {"name": "secret name"})
        socket.settle()
        assert "secret" not in str(socket.frames)
        assert not [f for f in socket.frames[heard:] if f["data"].get("room_id") == room_id]
        for command in ("join_room", "sync_room", "typing", "mark_read"):
            data = {"room_id": room_id} | {"sync_room": {"version": 0}, "mark_read": {"seq": 1}}.get(command, {})
            assert socket.refused(command, data) in ("not_a_member", "permission_denied")
