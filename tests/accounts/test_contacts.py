"""Friends and blocks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from accounts.models import Block, Friendship
from accounts.relations import is_blocked_between
from accounts.services import blocks
from accounts.services import friends as friend_services
from chatsite.errors import ChatError
from chatsite.gateway import publisher
from tests.conftest import Api
from tests.factories import make_user, sign_in
from tests.people import Listen, Meet, Person, Published, Sink, code_of


def ask(person: Person, other: Person, **body: Any) -> Any:
    return person.api.post(f"/api/users/friends/{other.id}", body)


def names(person: Person, path: str) -> list[str]:
    page = person.api.get(path).json()
    assert page["next"] is None
    return [u["username"] for u in page["results"]]


def friends(person: Person) -> list[str]:
    return names(person, "/api/users/friends")


def requests(person: Person) -> list[tuple[str, str, str]]:
    rows = person.api.get("/api/users/friends/requests").json()["results"]
    return [(r["user"]["username"], r["direction"], r["message"]) for r in rows]


def test_a_request_waits_until_it_is_accepted(ann: Person, bob: Person, published: Listen) -> None:
    with published() as out:
        assert ask(ann, bob, message="Hi,\nit is me").status_code == 204
    ((kind, data),) = out.to(bob.id)
    assert (kind, data["user"]["id"], data["message"]) == ("friend_request", ann.id, "Hi, it is me")
    ((kind, data),) = out.to(ann.id)
    assert (kind, data["user"]["id"], data["message"]) == ("friend_request_sent", bob.id, "Hi, it is me")
    assert {e.user_id for e in out.envelopes} == {ann.id, bob.id}
    assert requests(bob) == [("ann", "in", "Hi, it is me")]
    assert requests(ann) == [("bob", "out", "Hi, it is me")]
    assert friends(ann) == friends(bob) == []
    with published() as out:
        answer = bob.api.post(f"/api/users/friends/{ann.id}/accept")
    assert (answer.status_code, answer.json()["id"]) == (200, ann.id)
    for me, other in ((ann, bob), (bob, ann)):
        ((kind, data),) = out.to(me.id)
        assert (kind, data["user"]["id"]) == ("friend_request_accepted", other.id)
        assert friends(me) == [other.user.username]
        assert requests(me) == []


def test_asking_who_has_asked_makes_friends(ann: Person, bob: Person, published: Listen) -> None:
    ask(ann, bob)
    with published() as out:
        assert ask(bob, ann).status_code == 204
    assert [kind for kind, _ in out.to(ann.id)] == ["friend_request_accepted"]
    assert friends(ann) == ["bob"]
    assert Friendship.objects.count() == 1


def test_asking_twice_asks_once(ann: Person, bob: Person, published: Listen) -> None:
    ask(ann, bob)
    with published() as out:
        assert ask(ann, bob).status_code == 204
    assert out.envelopes == []
    assert len(requests(bob)) == 1


def test_friends_need_not_ask(ann: Person, bob: Person) -> None:
    ask(ann, bob)
    ask(bob, ann)
    assert code_of(ask(ann, bob)) == (409, "conflict")
    assert bob.api.post(f"/api/users/friends/{ann.id}/accept").status_code == 200


def test_nobody_accepts_for_the_other(ann: Person, bob: Person, meet: Meet) -> None:
    ask(ann, bob)
    assert code_of(ann.api.post(f"/api/users/friends/{bob.id}/accept")) == (404, "not_found")
    assert code_of(meet("cat").api.post(f"/api/users/friends/{ann.id}/accept")) == (404, "not_found")
    assert friends(ann) == []


@pytest.mark.parametrize("state", ["withdrawn", "declined", "ended"])
def test_either_side_may_end_it(ann: Person, bob: Person, state: str, published: Listen) -> None:
    ask(ann, bob)
    if state == "ended":
        ask(bob, ann)
    actor, other = (bob, ann) if state == "declined" else (ann, bob)
    with published() as out:
        assert actor.api.delete(f"/api/users/friends/{other.id}").status_code == 204
    for me, them in ((ann, bob), (bob, ann)):
        ((kind, data),) = out.to(me.id)
        assert (kind, data["user"]["id"]) == ("friend_removed", them.id)
        assert friends(me) == []
        assert requests(me) == []
    assert code_of(actor.api.delete(f"/api/users/friends/{other.id}")) == (404, "not_found")


def test_oneself_and_nobody_are_no_friends(ann: Person) -> None:
    assert code_of(ask(ann, ann)) == (400, "validation_error")
    assert code_of(ann.api.post("/api/users/friends/999999")) == (404, "not_found")
    closed = make_user("closed", is_active=False)
    assert code_of(ann.api.post(f"/api/users/friends/{closed.pk}")) == (404, "not_found")


@pytest.mark.parametrize("body", [{"message": 5}, {"message": "x" * 201}, {"note": "x"}])
def test_a_request_has_a_schema(ann: Person, bob: Person, body: dict[str, Any]) -> None:
    assert code_of(ask(ann, bob, **body)) == (400, "validation_error")


@pytest.mark.parametrize("count", [2, 50])
@pytest.mark.parametrize("accepted", [True, False])
def test_lists_take_a_constant_number_of_queries(
    ann: Person, count: int, accepted: bool, django_assert_num_queries: Any
) -> None:
    from django.utils.timezone import now

    for _ in range(count):
        other = make_user()
        Friendship.objects.create(low=ann.user, high=other, requested_by=other, accepted_at=now() if accepted else None)
    with django_assert_num_queries(7 if accepted else 6):
        path = "/api/users/friends" if accepted else "/api/users/friends/requests"
        assert len(ann.api.get(path).json()["results"]) == count


@pytest.mark.django_db(transaction=True)
def test_both_asking_at_once_makes_one_friendship() -> None:
    for _ in range(5):
        ann, bob = make_user(), make_user()
        doors = [(Api(sign_in(ann)), bob.pk), (Api(sign_in(bob)), ann.pk)] * 3

        def run(door: tuple[Api, int]) -> int:
            try:
                return int(door[0].post(f"/api/users/friends/{door[1]}").status_code)
            finally:
                connections.close_all()

        with ThreadPoolExecutor(6) as pool:
            assert set(pool.map(run, doors)) <= {204, 409}
        row = Friendship.objects.get(low=ann, high=bob)
        assert row.accepted_at is not None


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """All of them begin together, each on a connection of its own."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            start.wait(30)
            return call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


@pytest.mark.django_db(transaction=True)
def test_two_who_ask_each_other_at_once_are_told_once_that_they_are_friends(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(5):
        ann, bob = make_user(), make_user()
        sink = Sink(publisher.publisher().loop)
        monkeypatch.setattr(publisher, "publisher", lambda sink=sink: sink)
        at_once(
            lambda ann=ann, bob=bob: friend_services.ask(user_id=ann.pk, other_id=bob.pk),
            lambda ann=ann, bob=bob: friend_services.ask(user_id=bob.pk, other_id=ann.pk),
        )
        out = Published(sink.envelopes)
        assert Friendship.objects.get(low=ann, high=bob).accepted_at is not None
        asked, was_asked = sorted((out.to(ann.pk), out.to(bob.pk)))
        assert sorted([asked[0][0], was_asked[0][0]]) == ["friend_request", "friend_request_sent"]
        assert [kind for kind, _ in (*asked[1:], *was_asked[1:])] == ["friend_request_accepted"] * 2


@pytest.mark.django_db(transaction=True)
def test_a_block_and_a_request_at_once_leave_the_block_alone() -> None:
    for _ in range(5):
        ann, bob = make_user(), make_user()

        def ask_quietly(ann: Any = ann, bob: Any = bob) -> None:
            with suppress(ChatError):
                friend_services.ask(user_id=ann.pk, other_id=bob.pk)

        at_once(ask_quietly, lambda ann=ann, bob=bob: blocks.block(user_id=bob.pk, other_id=ann.pk))
        assert Block.objects.filter(user=bob, blocked=ann).exists()
        assert not Friendship.objects.exists()


# ---- blocks


def block(person: Person, other: Person) -> Any:
    return person.api.put(f"/api/users/blocks/{other.id}")


def test_a_block_is_listed_for_who_made_it(ann: Person, bob: Person) -> None:
    assert block(ann, bob).status_code == 204
    assert block(ann, bob).status_code == 204
    assert names(ann, "/api/users/blocks") == ["bob"]
    assert names(bob, "/api/users/blocks") == []
    assert is_blocked_between(ann.id, bob.id)
    assert is_blocked_between(bob.id, ann.id)


def test_a_block_is_told_to_my_own_devices_alone_and_only_once(ann: Person, bob: Person, published: Listen) -> None:
    with published() as out:
        for _ in range(2):
            block(ann, bob)
        for _ in range(2):
            ann.api.delete(f"/api/users/blocks/{bob.id}")
    assert {e.user_id for e in out.envelopes} == {ann.id}
    assert out.to(ann.id) == [
        ("block_updated", {"user_id": bob.id, "is_blocked": True}),
        ("block_updated", {"user_id": bob.id, "is_blocked": False}),
    ]


def test_a_block_can_be_taken_back_by_who_made_it(ann: Person, bob: Person) -> None:
    block(ann, bob)
    assert bob.api.delete(f"/api/users/blocks/{ann.id}").status_code == 204
    assert is_blocked_between(ann.id, bob.id)
    assert ann.api.delete(f"/api/users/blocks/{bob.id}").status_code == 204
    assert not is_blocked_between(ann.id, bob.id)
    assert ann.api.delete(f"/api/users/blocks/{bob.id}").status_code == 204


def test_a_block_ends_friendship_and_requests_both_ways(ann: Person, bob: Person, published: Listen) -> None:
    ask(ann, bob)
    ask(bob, ann)
    with published() as out:
        block(bob, ann)
    assert [kind for kind, _ in out.to(ann.id)] == ["friend_removed"]
    assert not Friendship.objects.exists()
    for one, other in ((ann, bob), (bob, ann)):
        assert code_of(ask(one, other)) == (403, "blocked")


def test_oneself_and_nobody_are_not_blocked(ann: Person) -> None:
    assert code_of(block(ann, ann)) == (400, "validation_error")
    assert code_of(ann.api.put("/api/users/blocks/999999")) == (404, "not_found")
    assert not Block.objects.exists()


@pytest.mark.parametrize("count", [2, 50])
def test_the_list_of_blocks_takes_a_constant_number_of_queries(
    ann: Person, count: int, django_assert_num_queries: Any
) -> None:
    for _ in range(count):
        Block.objects.create(user=ann.user, blocked=make_user())
    with django_assert_num_queries(7):
        assert len(ann.api.get("/api/users/blocks").json()["results"]) == count


@pytest.mark.django_db(transaction=True)
def test_blocking_at_once_makes_one_block() -> None:
    ann, bob = make_user(), make_user()
    door = Api(sign_in(ann))

    def run(_: int) -> int:
        try:
            return int(Api(door.token).put(f"/api/users/blocks/{bob.pk}").status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as pool:
        assert set(pool.map(run, range(5))) == {204}
    assert Block.objects.count() == 1


def test_strangers_to_the_server_have_neither(api: Api) -> None:
    for method, path in (
        ("GET", "friends"),
        ("GET", "friends/requests"),
        ("POST", "friends/1"),
        ("DELETE", "friends/1"),
        ("POST", "friends/1/accept"),
        ("GET", "blocks"),
        ("PUT", "blocks/1"),
        ("DELETE", "blocks/1"),
    ):
        assert code_of(api.request(method, f"/api/users/{path}")) == (401, "authentication_failed"), path
