"""A change reaches every process and every connected client, with and without Redis."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from tests.live import PATIENCE_SECONDS, Person, Server, Socket, call
from tests.trouble.conftest import OwnRedis


@pytest.fixture(scope="module")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnRedis]:
    own = OwnRedis(tmp_path_factory.mktemp("redis"))
    own.start()
    yield own
    own.kill()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, redis: OwnRedis) -> Iterator[Server]:
    own = Server(tmp_path_factory.mktemp("live") / "one", REDIS_URL=redis.url).prepare().start()
    yield own
    own.destroy()


@pytest.fixture(scope="module")
def other(server: Server) -> Iterator[Server]:
    """Another node on the same database."""
    own = server.beside("uvicorn").start()
    yield own
    own.stop()


@pytest.fixture(scope="module")
def rest(server: Server) -> Iterator[Server]:
    own = server.beside("rest", WEB_CONCURRENCY="2").start()
    yield own
    own.stop()


@pytest.fixture(scope="module")
def root(server: Server) -> Person:
    """The first account is the administrator."""
    return server.register("root")


def set_to(root: Person, **values: object) -> None:
    root.ok("PATCH", "/api/settings", {"values": values})


def at(node: Server, person: Person) -> Socket:
    opened = Socket.open(node)
    opened.ready = opened.ask("authenticate", {"token": person.access}, answer="ready")
    return opened


def wait_for(node: Server, name: str, value: object) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while call(node.base, "GET", "/api/server")[1][name] != value:
        assert time.monotonic() < deadline, f"{node.kind} does not learn of {name}"
        time.sleep(0.1)


def test_every_process_learns_of_a_change(root: Person, server: Server, other: Server, rest: Server) -> None:
    set_to(root, SERVER_NAME="Harbour")
    for node in (server, other, rest):
        wait_for(node, "name", "Harbour")
    status, refusal = call(rest.base, "GET", "/api/settings", token=root.access)
    assert (status, refusal["results"][0]["value"]) == (200, "Harbour")


def test_connected_clients_hear_of_it_at_once_and_once(root: Person, server: Server, other: Server) -> None:
    ann = server.register()
    with at(server, ann) as near, at(other, ann) as far:
        set_to(root, RECALL_WINDOW_SECONDS=33, SERVER_MESSAGE="Low tide")
        for socket in (near, far):
            told = socket.expect("server_updated")
            assert (told["limits"]["recall_seconds"], told["server"]["message"]) == (33, "Low tide")
            socket.settle()
            assert len(socket.of("server_updated")) == 1
    with at(other, ann) as later:
        assert (later.ready["limits"]["recall_seconds"], later.ready["server"]["message"]) == (33, "Low tide")


def test_a_change_that_clients_need_not_know_is_not_told(root: Person, server: Server) -> None:
    with at(server, root) as socket:
        set_to(root, ROOMS_PER_PERSON=5)
        set_to(root, SERVER_MESSAGE="High tide")
        assert socket.expect("server_updated")["server"]["message"] == "High tide"
        assert len(socket.of("server_updated")) == 1


def test_it_needs_no_redis(root: Person, server: Server, other: Server, rest: Server, redis: OwnRedis) -> None:
    redis.kill()
    try:
        with at(other, root) as far:
            set_to(root, REGISTRATION="closed")
            assert far.expect("server_updated")["server"]["registration"] == "closed"
            wait_for(rest, "registration", "closed")
            form = {"username": "late", "email": "late@example.com", "password": "correct horse battery"}
            assert call(other.base, "POST", "/api/auth/register", form)[0] == 403
    finally:
        redis.start()


def test_a_process_that_starts_knows_it_from_the_first_request_on(root: Person, server: Server) -> None:
    set_to(root, SERVER_NAME="Lighthouse")
    server.stop()
    server.start()
    assert call(server.base, "GET", "/api/server")[1]["name"] == "Lighthouse"
