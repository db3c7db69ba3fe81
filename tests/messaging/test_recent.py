"""The newest messages in Redis: never a page that the database would not have given."""

import re
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from django.conf import settings as django_settings
from django_redis import get_redis_connection
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from messaging import recent
from messaging.models import Message
from messaging.ready_pages import ReadyPages
from rooms.models import Room, RoomCounter
from rooms.services.joining import join
from tests.factories import make_room
from tests.people import Committing, Meet, Person, queries_of


@pytest.fixture(autouse=True)
def _no_ready_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """What this process encoded before would answer in the place of Redis."""
    monkeypatch.setattr("messaging.services.history.ready_pages", ReadyPages(0))


def kept(room: Room) -> dict[bytes, bytes]:
    found: dict[bytes, bytes] = get_redis_connection().hgetall(f"{django_settings.REDIS_PREFIX}:recent:2:{room.id}")
    return found


def kept_seqs(room: Room) -> list[int]:
    return sorted(int(field) for field in kept(room) if field.isdigit())


def reads_messages(call: Callable[[], Any]) -> bool:
    """Does this ask the database for the rows of a page?"""
    return any(re.search(r"FROM .messaging_message. WHERE .*.seq. >= ", sql) for sql in queries_of(call))


@pytest.fixture
def warm(ann: Person, bob: Person, room: Room, committing: Committing) -> Room:
    """A room whose newest page is kept."""
    with committing():
        for number in range(3):
            ann.say(room, f"message {number}")
    ann.page(room)
    recent.flush()
    assert kept(room)
    return room


def test_what_was_read_once_comes_from_redis(ann: Person, warm: Room) -> None:
    assert not reads_messages(lambda: ann.page(warm))
    assert [m["content"] for m in ann.page(warm)["results"][-3:]] == ["message 0", "message 1", "message 2"]


def test_a_kept_page_is_the_one_of_the_database(ann: Person, bob: Person, warm: Room, committing: Committing) -> None:
    with committing():
        message = bob.say(warm, "hey", mentions=[ann.id], reply_to=ann.say(warm)["id"])
        ann.ok("PUT", f"/api/messages/{message['id']}/reactions/👍")
        ann.ok("PUT", f"/api/messages/{message['id']}/pin")
        bob.ok("PATCH", f"/api/messages/{message['id']}", {"content": "hey you"})
    for query in ({}, {"limit": 2}, {"after": 3}, {"around": 5, "limit": 3}):
        assert not reads_messages(lambda query=query: ann.page(warm, **query))  # type: ignore[misc]
        from_redis = ann.page(warm, **query)
        recent.forget([warm.id])
        assert ann.page(warm, **query) == from_redis
        ann.page(warm)
        recent.flush()


def test_new_and_changed_messages_are_taken_over(ann: Person, warm: Room, committing: Committing) -> None:
    with committing():
        message = ann.say(warm, "fresh")
        ann.ok("PATCH", f"/api/messages/{message['id']}", {"content": "fresher"})
    assert not reads_messages(lambda: ann.page(warm))
    assert ann.page(warm)["results"][-1]["content"] == "fresher"


def test_a_change_that_is_missed_makes_what_is_kept_useless(
    ann: Person, cat: Person, warm: Room, committing: Committing
) -> None:
    Message.objects.in_room(warm.id).filter(kind="text").update(content="changed behind its back")
    RoomCounter.objects.filter(pk=warm.id).update(version=RoomCounter.objects.get(pk=warm.id).version + 1)
    assert reads_messages(lambda: ann.page(warm))
    assert ann.page(warm)["results"][-1]["content"] == "changed behind its back"
    recent.flush()
    join(user_id=cat.id, room_id=warm.id)  # its COMMIT never comes, so nobody tells Redis
    with committing():
        ann.say(warm, "after a gap")
    assert kept(warm) == {}
    assert ann.page(warm)["results"][-1]["content"] == "after a gap"


def test_another_history_at_the_same_version_is_not_mistaken_for_this_one(ann: Person, warm: Room) -> None:
    """A backup was restored and lived on: the same version, another newest message."""
    newest = Message.objects.in_room(warm.id).latest("seq")
    Message.objects.filter(pk=newest.pk).delete()
    newest.pk, newest.content = newest.pk + 1000, "another history"
    newest.save(force_insert=True)
    RoomCounter.objects.filter(pk=warm.id).update(last_message_id=newest.pk)
    assert ann.page(warm)["results"][-1]["content"] == "another history"


def test_fifty_are_kept_and_the_oldest_go(ann: Person, room: Room, committing: Committing) -> None:
    for _ in range(60):
        ann.say(room)
    ann.page(room, limit=100)
    recent.flush()
    newest = RoomCounter.objects.get(pk=room.id).last_seq
    assert kept_seqs(room) == list(range(newest - 49, newest + 1))
    with committing():
        for _ in range(3):
            ann.say(room)
    assert kept_seqs(room) == list(range(newest - 46, newest + 4))
    assert len(ann.page(room)["results"]) == 50
    assert not reads_messages(lambda: ann.page(room, after=newest))
    assert reads_messages(lambda: ann.page(room, limit=51))
    assert reads_messages(lambda: ann.page(room, before=newest, limit=50))
    assert len(ann.page(room, limit=51)["results"]) == 51
    assert 0 < get_redis_connection().ttl(f"{django_settings.REDIS_PREFIX}:recent:2:{room.id}") <= 3600


def test_neither_names_nor_excerpts_are_kept(ann: Person, bob: Person, warm: Room, committing: Committing) -> None:
    with committing():
        bob.ok("PATCH", "/api/users/me", {"display_name": "Roberta"})
        reply = bob.say(warm, "yes", reply_to=ann.say(warm, "an original thought")["id"])
        ann.ok("POST", f"/api/messages/{reply['reply_to']['id']}/recall")
    everything = b"".join(kept(warm).values())
    assert b"yes" in everything
    assert b"Roberta" not in everything
    assert b"thought" not in everything
    assert ann.page(warm)["results"][-1]["sender"]["display_name"] == "Roberta"


def test_a_recall_is_gone_from_redis_too(ann: Person, bob: Person, warm: Room, committing: Committing) -> None:
    with committing():
        message = ann.say(warm, "my secret word", mentions=[bob.id])
        bob.ok("PUT", f"/api/messages/{message['id']}/reactions/🙈")
    assert b"secret" in b"".join(kept(warm).values())
    with committing():
        ann.ok("POST", f"/api/messages/{message['id']}/recall")
    assert kept(warm)
    everything = b"".join(kept(warm).values())
    assert b"secret" not in everything
    assert "🙈".encode() not in everything


def test_what_another_release_has_kept_is_not_read(ann: Person, warm: Room) -> None:
    page = ann.page(warm)
    newest = page["results"][-1]["seq"]
    for nonsense in (b"\x91\x01", b"\xc1", b"", b'{"id": 1}'):
        get_redis_connection().hset(f"{django_settings.REDIS_PREFIX}:recent:2:{warm.id}", str(newest), nonsense)
        assert ann.page(warm) == page
        recent.flush()


def test_a_former_member_gets_nothing_that_is_kept(ann: Person, bob: Person, cat: Person, warm: Room) -> None:
    ann.ok("DELETE", f"/api/rooms/{warm.id}/members/{bob.id}")
    for person in (bob, cat):
        assert person.refused("GET", f"/api/rooms/{warm.id}/messages")[0] == 403


def test_a_kept_page_costs_the_same_for_fifty_messages_as_for_two(ann: Person, meet: Meet) -> None:
    def cost(messages: int) -> int:
        room = make_room(ann.user)
        target = ann.say(room)
        for _ in range(messages - 1):
            ann.say(room, reply_to=target["id"])
        ann.page(room)
        recent.flush()
        assert not reads_messages(lambda: ann.page(room))
        return len(queries_of(lambda: ann.page(room)))

    assert cost(2) == cost(50)


# --- Redis is away


@pytest.fixture
def elsewhere(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Points the cache at another port of this machine, as a restart with another REDIS_URL would."""

    def use(port: int) -> None:
        own = get_redis_connection().connection_pool.connection_kwargs
        timeouts = {name: own[name] for name in ("socket_timeout", "socket_connect_timeout")}
        pool = redis.ConnectionPool(host="127.0.0.1", port=port, **timeouts)
        monkeypatch.setattr("messaging.recent.get_redis_connection", lambda alias: redis.Redis(connection_pool=pool))
        monkeypatch.setattr(recent, "_redis", recent._Redis())

    return use


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A server that takes connections and never says a word."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(64)
        yield server.getsockname()[1]


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_without_redis_history_comes_from_the_database(
    ann: Person, room: Room, elsewhere: Callable[[int], None], committing: Committing
) -> None:
    elsewhere(closed_port())
    with committing():
        message = ann.say(room, "still here")
        ann.ok("PATCH", f"/api/messages/{message['id']}", {"content": "and well"})
    assert ann.page(room)["results"][-1]["content"] == "and well"


def test_a_silent_redis_delays_one_request_for_half_a_second_and_the_next_not_at_all(
    ann: Person, room: Room, elsewhere: Callable[[int], None], silent_port: int
) -> None:
    ann.say(room)
    as_before = ann.page(room)
    recent.flush()
    elsewhere(silent_port)
    start = time.monotonic()
    assert ann.page(room) == as_before
    first = time.monotonic()
    for _ in range(10):
        assert ann.page(room) == as_before
    assert 0.4 < first - start < 1.5
    assert time.monotonic() - first < 2.5  # not ten times half a second


def test_after_the_pause_one_asks_again_and_all_are_back(
    ann: Person, warm: Room, elsewhere: Callable[[int], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recent, "PAUSE_SECONDS", 0.2)
    working = recent.get_redis_connection
    elsewhere(closed_port())
    assert reads_messages(lambda: ann.page(warm))
    monkeypatch.setattr(recent, "get_redis_connection", working)
    assert reads_messages(lambda: ann.page(warm))
    time.sleep(0.25)
    assert not reads_messages(lambda: ann.page(warm))
    assert not reads_messages(lambda: ann.page(warm))


# --- whatever happens

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["send", "send", "edit", "recall", "react", "join", "rename", "lost", "read", "read"]),
        st.integers(1, 12),
    ),
    max_size=25,
)


@pytest.mark.django_db(transaction=True)
@given(steps=STEPS)
@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_the_page_is_always_that_of_the_database(steps: list[tuple[str, int]], ann: Person, meet: Meet) -> None:
    room = make_room(ann.user)
    put = recent._writer.put
    for kind, number in steps:
        message = Message.objects.in_room(room.id).filter(seq=number, kind="text", recalled_at=None).first()
        path = f"/api/messages/{message.id}" if message else ""
        if kind == "send":
            ann.say(room, f"m{number}")
        elif kind == "join":
            join(user_id=meet().id, room_id=room.id)
        elif kind == "rename":
            ann.ok("PATCH", f"/api/rooms/{room.id}", {"name": f"room {number}"})
        elif kind == "lost":  # the process dies before it tells Redis
            recent._writer.put = lambda *arguments: None  # type: ignore[method-assign]
            ann.say(room, "lost")
            recent._writer.put = put  # type: ignore[method-assign]
        elif kind == "edit" and path:
            ann.ok("PATCH", path, {"content": f"edit {number}"})
        elif kind == "recall" and path:
            ann.ok("POST", f"{path}/recall")
        elif kind == "react" and path:
            ann.ok("PUT", f"{path}/reactions/👍")
        elif kind == "read":
            recent.flush()
            page = ann.page(room)
            recent.forget([room.id])
            assert ann.page(room) == page
            recent.flush()
            assert ann.page(room) == page
