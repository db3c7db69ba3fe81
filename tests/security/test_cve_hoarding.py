"""Session hoarding: nobody holds more devices or sockets than they need; the oldest make room for the newest.

Modelled on Mattermost GHSA-wj37-mpq9-xrcm (sessions without bound).
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from chatsite.gateway.hoarding import SOCKETS_MAX
from tests.live import Person, Server, Socket, call

SESSIONS_MAX = 20


@pytest.fixture(scope="module")
def limited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server as people run it."""
    server = Server(tmp_path_factory.mktemp("hoarding"), RATE_LIMITS="on").prepare().start()
    yield server
    server.destroy()


@pytest.fixture
def crowd(limited: Server) -> Iterator[tuple[Person, list[Socket]]]:
    """Somebody with as many sockets as they may have."""
    person = limited.register()
    sockets = [person.socket() for _ in range(SOCKETS_MAX)]
    yield person, sockets
    for socket in sockets:
        socket.close()


def all_live(sockets: list[Socket]) -> None:
    for socket in sockets:
        socket.ask("ping")


def test_the_oldest_socket_makes_room_for_one_too_many(crowd: tuple[Person, list[Socket]]) -> None:
    person, (oldest, *others) = crowd
    with person.socket() as newest:
        assert oldest.closed_with() == 4429
        (told,) = oldest.of("error")
        assert (told["code"], told["retry_after"]) == ("rate_limited", 60)
        all_live([*others, newest])


def test_only_ones_own_signed_in_open_sockets_count(limited: Server, crowd: tuple[Person, list[Socket]]) -> None:
    """Not those of others, not one that closed, and the token of an ended session closes nothing."""
    person, sockets = crowd
    ended = person.sign_in_again()
    assert call(person.server.base, "POST", "/api/auth/logout", {}, token=ended.access)[0] == 204
    for _ in range(3):
        with Socket.open(person.server) as socket:
            socket.send("authenticate", {"token": ended.access})
            assert socket.closed_with() == 4401  # refused, or cut off by the news of the sign-out on its way
    sockets.pop().close()
    sockets[0].ask("ping")
    with limited.register().socket(), person.socket():
        all_live(sockets)


def test_load_generators_with_the_limits_off_hold_as_many_as_they_like(server: Server) -> None:
    person = server.register()
    sockets = [person.socket() for _ in range(SOCKETS_MAX + 3)]
    for socket in sockets:
        socket.ask("ping")
        socket.close()


def test_the_device_used_longest_ago_makes_room_for_one_too_many(server: Server) -> None:
    first = server.register()
    others = [first.sign_in_again() for _ in range(SESSIONS_MAX)]
    assert first.call("GET", "/api/auth/verify")[0] == 401
    assert all(other.call("GET", "/api/auth/verify")[0] == 200 for other in others)
    assert len(others[0].ok("GET", "/api/auth/sessions")["results"]) == SESSIONS_MAX
