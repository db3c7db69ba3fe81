"""Limits on what strangers try: announced with retry_after, shared through Redis, alive without it."""

import socket
import time
from typing import Any

import pytest

from chatsite.api import rate_limit
from chatsite.api.rate_limit import LocalBuckets, Rate, SharedBuckets, give_back, limit
from chatsite.errors import RateLimited
from tests.accounts.conftest import FORM
from tests.conftest import Api
from tests.factories import PASSWORD, make_user
from tests.people import Meet, Person, code_of

CONTRACT = rate_limit.RATES


def test_the_rates_are_those_of_the_contract() -> None:
    assert CONTRACT["sign_in"] == Rate(10 / 60, 10)
    assert CONTRACT["sign_in_address"] == Rate(60 / 60, 60)
    assert CONTRACT["register"] == Rate(20 / 60, 300)
    assert CONTRACT["search"] == Rate(60 / 60, 60)
    assert CONTRACT["join_by_code"] == Rate(10 / 60, 10)


@pytest.fixture(autouse=True)
def _limits(settings: Any, _no_limits: None, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.RATE_LIMITS = True
    settings.TRUSTED_PROXIES = "127.0.0.1"
    monkeypatch.setattr(rate_limit, "_shared", SharedBuckets())
    monkeypatch.setattr(rate_limit, "_local", LocalBuckets())
    # A slow machine must not refill a bucket while a test empties it.
    monkeypatch.setattr(rate_limit, "RATES", {name: Rate(1 / 600, rate.burst) for name, rate in CONTRACT.items()})


def from_address(address: str) -> Api:
    return Api(**{"X-Forwarded-For": address})


def login(api: Api, name: str, password: str = "a wrong one") -> Any:
    return api.post("/api/auth/login", {"username": name, "password": password})


def test_ten_failures_a_minute_and_account_wherever_they_come_from() -> None:
    make_user("ann")
    for number in range(10):
        assert login(from_address(f"203.0.113.{number}"), "ann").status_code == 401
    refused = login(from_address("203.0.113.99"), "ANN", PASSWORD)
    assert code_of(refused) == (429, "rate_limited")
    assert 500 < refused.json()["retry_after"] <= 600
    assert int(refused["Retry-After"]) > 500
    make_user("bob")
    assert login(from_address("203.0.113.99"), "bob", PASSWORD).status_code == 200


def test_unknown_accounts_are_limited_like_known_ones(api: Api) -> None:
    statuses = [login(api, "nobody").status_code for _ in range(11)]
    assert statuses == [401] * 10 + [429]


def test_sixty_failures_a_minute_and_address() -> None:
    attacker, neighbour = from_address("203.0.113.1"), from_address("203.0.113.2")
    statuses = [login(attacker, f"user-{number}").status_code for number in range(61)]
    assert statuses == [401] * 60 + [429]
    make_user("ann")
    assert login(attacker, "ann", PASSWORD).status_code == 429
    assert login(neighbour, "ann", PASSWORD).status_code == 200


def test_an_ipv6_neighbourhood_is_one_address() -> None:
    for number in range(60):
        login(from_address(f"2001:db8:1:1::{number:x}"), f"user-{number}")
    assert login(from_address("2001:db8:1:1:ffff::1"), "other").status_code == 429
    assert login(from_address("2001:db8:1:2::1"), "other").status_code == 401


def test_signing_in_counts_only_when_it_fails(api: Api) -> None:
    make_user("ann")
    assert [login(api, "ann", PASSWORD).status_code for _ in range(15)] == [200] * 15


def test_guessing_the_old_password_is_guessing(ann: Person) -> None:
    body = {"old_password": "a wrong one", "new_password": "a new long password"}
    statuses = [ann.api.post("/api/auth/password/change", body).status_code for _ in range(11)]
    assert statuses == [400] * 10 + [429]
    assert code_of(ann.api.delete("/api/users/me", {"password": PASSWORD})) == (429, "rate_limited")


def test_registrations_are_limited_per_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(rate_limit.RATES, "register", Rate(1 / 600, 3))
    api = from_address("203.0.113.1")
    forms = [FORM | {"username": f"user{n}", "email": f"u{n}@example.com"} for n in range(4)]
    assert [api.post("/api/auth/register", form).status_code for form in forms] == [201, 201, 201, 429]
    assert from_address("203.0.113.2").post("/api/auth/register", forms[3]).status_code == 201


def test_searches_are_limited_per_person(meet: Meet) -> None:
    ann, bob = meet("ann"), meet("bob")
    statuses = [ann.api.get("/api/users/search", q="x").status_code for _ in range(61)]
    assert statuses == [200] * 60 + [429]
    assert bob.api.get("/api/users/search", q="x").status_code == 200


def test_three_resets_a_mailbox_whether_it_exists_or_not(api: Api, ann: Person) -> None:
    for email in ("ann@example.com", "nobody@example.com"):
        statuses = [api.post("/api/auth/password/reset", {"email": email}).status_code for _ in range(4)]
        assert statuses == [204, 204, 204, 429]


def test_off_means_off(api: Api, settings: Any) -> None:
    settings.RATE_LIMITS = False
    assert {login(api, "nobody").status_code for _ in range(70)} == {401}


# ---- addresses


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),
        ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "1.1.1.1, 198.51.100.1", "198.51.100.1"),
        ("127.0.0.1", "198.51.100.1, 127.0.0.1", "198.51.100.1"),
        ("127.0.0.1", "rubbish", "127.0.0.1"),
        ("::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("", "198.51.100.1", None),
    ],
)
def test_only_trusted_proxies_are_believed(peer: str, forwarded: str, address: str | None) -> None:
    make_user("ann")
    api = from_address(forwarded)
    api.client.defaults["REMOTE_ADDR"] = peer
    access = login(api, "ann", PASSWORD).json()["access"]
    assert Api(access).get("/api/auth/sessions").json()["results"][0]["ip"] == address


# ---- the buckets


def test_a_bucket_fills_again(monkeypatch: pytest.MonkeyPatch) -> None:
    limit("test", "a", rate=50, burst=1)
    with pytest.raises(RateLimited) as refused:
        limit("test", "a", rate=50, burst=1)
    assert refused.value.retry_after is not None
    time.sleep(refused.value.retry_after + 0.005)
    limit("test", "a", rate=50, burst=1)


def test_processes_share_a_bucket(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        limit("test", "b", rate=0.01, burst=3)
    monkeypatch.setattr(rate_limit, "_shared", SharedBuckets())  # as another process has it
    monkeypatch.setattr(rate_limit, "_local", LocalBuckets())
    with pytest.raises(RateLimited):
        limit("test", "b", rate=0.01, burst=3)


def test_giving_back_never_overfills() -> None:
    for _ in range(5):
        give_back("test", "c", rate=0.01, burst=1)
    limit("test", "c", rate=0.01, burst=1)
    with pytest.raises(RateLimited):
        limit("test", "c", rate=0.01, burst=1)


def test_buckets_of_other_names_and_keys_are_others(settings: Any) -> None:
    limit("test", "d", rate=0.01, burst=1)
    limit("test", "e", rate=0.01, burst=1)
    limit("other", "d", rate=0.01, burst=1)


def test_without_redis_the_process_counts_and_hardly_waits(settings: Any, api: Api) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    started = time.monotonic()
    assert [login(api, "nobody").status_code for _ in range(11)] == [401] * 10 + [429]
    assert time.monotonic() - started < 5
    make_user("ann")
    assert login(api, "ann", PASSWORD).status_code == 200


def test_a_redis_that_hangs_is_waited_for_once(settings: Any) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(8)
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        started = time.monotonic()
        for _ in range(20):
            limit("test", "f", rate=1, burst=50)
        assert time.monotonic() - started < 1.5


def test_the_local_buckets_forget_the_oldest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rate_limit, "LOCAL_BUCKETS_MAX", 2)
    local, rate = LocalBuckets(), Rate(0.01, 1)
    assert [local.take(key, rate, 1) for key in "abc"] == [0, 0, 0]
    assert local.take("c", rate, 1) > 0
    assert local.take("a", rate, 1) == 0
