"""What the former system let anybody do, told everybody, or fell over."""

from __future__ import annotations

import importlib.metadata
import re
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import OperationalError, ProgrammingError, connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Friendship, User
from chatsite.api import rate_limit as shared_limits
from chatsite.api.rate_limit import RATES
from chatsite.checks import check_settings
from chatsite.gateway import rate_limit
from chatsite.gateway.rate_limit import TokenBuckets
from rooms.services.bans import ban
from tests.conftest import Api
from tests.factories import PASSWORD, make_message, make_room, make_user
from tests.live import ROOT
from tests.ops.test_checks import SAFE

pytestmark = pytest.mark.django_db
SEED_SECRETS = ["jwt-secret-key-change-in-production", "your-secret-key-change-this-in-production", "dev-secret-key"]
FORM = {"username": "zoe", "email": "zoe@example.com", "password": PASSWORD}


@pytest.fixture
def ann() -> User:
    return make_user("ann")


@pytest.fixture
def bob() -> User:
    return make_user("bob")


def code_of(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]


def queries_of(call: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert call().status_code == 200
    return len(captured)


def failing_with(error: Exception) -> Any:
    """Every statement fails as if the database were gone, or the code were wrong."""

    def fail(*_: Any) -> None:
        raise error

    return connection.execute_wrapper(fail)


def test_seed_15_a_database_outage_is_503_and_signs_nobody_out(ann: User) -> None:
    api = Api().by(ann)
    for path in ("/api/auth/verify", "/api/users/me", "/api/rooms/"):
        with failing_with(OperationalError(2006, "Server has gone away")):
            assert code_of(api.get(path)) == (503, "unavailable")
    assert api.get("/api/auth/verify").status_code == 200


def test_seed_16_health_says_that_the_database_is_gone(api: Api) -> None:
    with failing_with(OperationalError(2006, "Server has gone away")):
        response = api.get("/api/health")
    assert (response.status_code, response.json()["status"], response.json()["database"]) == (503, "down", "down")


def test_seed_17_the_online_list_costs_the_same_however_many_there_are(ann: User) -> None:
    api = Api().by(ann)
    few = queries_of(lambda: api.get("/api/users/online"))
    make_room(ann, members=[make_user() for _ in range(10)])
    assert queries_of(lambda: api.get("/api/users/online")) == few


def test_seed_18_lists_cost_the_same_however_long_they_are(ann: User) -> None:
    api = Api().by(ann)
    room = make_room(ann)

    def grow(count: int) -> None:
        for _ in range(count):
            someone = make_user()
            make_room(ann, members=[someone])
            make_room(someone, members=[ann])
            make_message(make_room(someone, "direct", [ann]), someone)
            Api().by(someone).post(f"/api/rooms/{room.id}/join")
            make_message(room, someone)
            Api().by(someone).post(f"/api/users/friends/{ann.pk}", {})

    paths = ["/api/rooms/", f"/api/rooms/{room.id}/messages", f"/api/rooms/{room.id}/members"]
    paths += ["/api/users/friends/requests", "/api/rooms/?scope=public", f"/api/rooms/{room.id}/changes?since=0"]
    grow(2)
    few = [queries_of(lambda path=path: api.get(path)) for path in paths]
    grow(6)
    assert [queries_of(lambda path=path: api.get(path)) for path in paths] == few


def test_seed_19_the_server_makes_the_code_of_a_room(ann: User) -> None:
    api = Api().by(ann)
    assert code_of(api.post("/api/rooms/", {"name": "x", "code": "123456"})) == (400, "validation_error")
    codes = {api.post("/api/rooms/", {"name": "x"}).json()["code"] for _ in range(5)}
    assert len(codes) == 5
    assert all(re.fullmatch(r"\d{6}", code) for code in codes)


def test_seed_19_two_requests_across_each_other_are_one_friendship(ann: User, bob: User) -> None:
    for asker, asked in ((ann, bob), (bob, ann)):
        assert Api().by(asker).post(f"/api/users/friends/{asked.pk}", {}).status_code == 204
    assert Friendship.objects.count() == 1
    assert [p["id"] for p in Api().by(ann).get("/api/users/friends").json()["results"]] == [bob.pk]
    assert Api().by(ann).delete(f"/api/users/friends/{bob.pk}").status_code == 204
    assert Api().by(bob).get("/api/users/friends").json()["results"] == []


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/Los_Angeles"])
def test_seed_20_tokens_live_as_long_in_every_time_zone_and_times_say_theirs(
    ann: User, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        signed_in = Api().post("/api/auth/login", {"username": "ann", "password": PASSWORD}).json()
        message = make_message(make_room(ann), ann)
        shown = Api(signed_in["access"]).get(f"/api/messages/{message.id}").json()
    finally:
        monkeypatch.undo()
        time.tzset()
    expiry = jwt.decode(signed_in["access"], options={"verify_signature": False})["exp"]
    lifetime = django_settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"].total_seconds()
    assert abs(expiry - time.time() - lifetime) < 30
    assert shown["created_at"].endswith("Z")


def test_seed_22_no_stranger_reads_a_direct_conversation(ann: User, bob: User) -> None:
    direct = make_room(ann, "direct", [bob])
    message = make_message(direct, ann, "for bob")
    third = Api().by(make_user())
    for path in (f"/api/rooms/{direct.id}/messages", f"/api/messages/{message.id}", f"/api/rooms/{direct.id}"):
        assert code_of(third.get(path)) == (404, "not_found")


@pytest.mark.parametrize("secret", SEED_SECRETS)
def test_seed_30_a_secret_that_everybody_knows_keeps_production_from_starting(settings: Any, secret: str) -> None:
    for name, value in SAFE.items():
        setattr(settings, name, value)
    assert [m for m in check_settings() if m.is_serious()] == []
    settings.JWT_SECRET_KEY = secret
    assert [m for m in check_settings() if m.is_serious()] != []


@pytest.mark.parametrize("secret", SEED_SECRETS)
def test_seed_30_nobody_is_forged_with_it(ann: User, secret: str) -> None:
    claims = jwt.decode(str(Api().by(ann).token), options={"verify_signature": False})
    forged = jwt.encode(claims, secret.ljust(32, "!"), "HS256")
    assert code_of(Api(forged).get("/api/users/me")) == (401, "authentication_failed")


def test_seed_31_a_redis_that_others_reach_without_a_password_keeps_production_from_starting(settings: Any) -> None:
    for name, value in SAFE.items():
        setattr(settings, name, value)
    settings.REDIS_URL = "redis://8.8.8.8:6379/0"
    assert [m for m in check_settings() if m.is_serious()] != []


def test_seed_34_a_private_room_is_not_entered_by_number_and_codes_are_not_guessed(
    ann: User, bob: User, settings: Any
) -> None:
    room = make_room(ann, "private")
    stranger = Api().by(bob)
    assert code_of(stranger.post(f"/api/rooms/{room.id}/join")) == (404, "not_found")
    assert code_of(stranger.post("/api/rooms/join", {"room_id": room.id})) == (404, "not_found")
    settings.RATE_LIMITS = True
    codes = [code_of(stranger.post("/api/rooms/join", {"code": f"{n:06}"}))[1] for n in range(11)]
    assert codes == ["not_found"] * 10 + ["rate_limited"]


def test_seed_35_a_direct_message_needs_somebody_who_lets_one_write(ann: User, bob: User) -> None:
    api = Api().by(ann)
    assert code_of(api.post("/api/direct", {"user_id": 2**50})) == (404, "not_found")
    Api().by(bob).put(f"/api/users/blocks/{ann.pk}")
    assert code_of(api.post("/api/direct", {"user_id": bob.pk})) == (403, "blocked")
    shy = make_user("shy")
    Api().by(shy).patch("/api/users/me", {"preferences": {"message_me": "nobody"}})
    assert code_of(api.post("/api/direct", {"user_id": shy.pk})) == (403, "permission_denied")


def test_seed_36_nobodys_address_is_told_and_no_wildcard_lists_people(ann: User, bob: User) -> None:
    room = make_room(ann, members=[bob])
    message = make_message(room, ann, "hi")
    Api().by(ann).post(f"/api/users/friends/{bob.pk}", {})
    api = Api().by(bob)
    for path in (
        f"/api/users/{ann.pk}", "/api/users/search?q=ann", "/api/users/online", "/api/users/friends/requests",
        "/api/rooms/", f"/api/rooms/{room.id}", f"/api/rooms/{room.id}/members", f"/api/rooms/{room.id}/messages",
        f"/api/messages/{message.id}/readers", f"/api/rooms/{room.id}/changes?since=0",
    ):  # fmt: skip
        response = api.get(path)
        assert response.status_code == 200
        assert "ann@example.com" not in response.content.decode(), path
    for wildcard in ("%", "_", "%%", "*", "@", "example.com", "\\"):
        assert api.get("/api/users/search", q=wildcard).json()["results"] == [], wildcard


def test_seed_37_no_name_is_anothers_address(ann: User, api: Api) -> None:
    for name in ("ann@example.com", "ANN@example.com", "a@b"):
        assert code_of(api.post("/api/auth/register", FORM | {"username": name})) == (400, "validation_error")
    same = FORM | {"email": "ANN@EXAMPLE.COM"}
    assert code_of(api.post("/api/auth/register", same)) == (409, "conflict")
    signed_in = api.post("/api/auth/login", {"username": "Ann@Example.com", "password": PASSWORD}).json()
    assert signed_in["user"]["id"] == ann.pk


class CountedHasher(MD5PasswordHasher):
    algorithm = "counted"
    work = 0

    def encode(self, password: str, salt: str) -> str:
        CountedHasher.work += 1
        return super().encode(password, salt)


def test_seed_38_weak_passwords_are_refused_and_sign_in_tells_nobody_apart(api: Api, settings: Any) -> None:
    for weak in ("123456", "password", "12345678", "zoe", "qwertyuiop"):
        answer = api.post("/api/auth/register", FORM | {"password": weak})
        assert code_of(answer) == (400, "validation_error"), weak
    settings.PASSWORD_HASHERS = ["tests.seed.test_rest.CountedHasher"]
    make_user("cat")
    api.post("/api/auth/login", {"username": "warm up", "password": "x"})
    answers = []
    for name in ("cat", "cat@example.com", "nobody", "nobody@example.com"):
        before = CountedHasher.work
        response = api.post("/api/auth/login", {"username": name, "password": "not the password"})
        answer = response.json() | {"request_id": None}
        answers.append((response.status_code, answer, CountedHasher.work - before))
    assert answers[1:] == answers[:1] * 3
    assert answers[0][2] >= 1


def test_seed_39_sends_sign_ins_and_lengths_have_their_limits(
    ann: User, api: Api, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rate_limit, "sends", TokenBuckets(rate=20, burst=60, clock=lambda: 0))  # as theirs, in no time
    monkeypatch.setattr(shared_limits, "RATES", {n: r._replace(per_second=1e-4) for n, r in RATES.items()})
    room = make_room(ann)
    mine = Api().by(ann)
    assert code_of(mine.post(f"/api/rooms/{room.id}/messages", {"content": "x" * 8_001})) == (400, "validation_error")
    settings.RATE_LIMITS = True
    wrong = {"username": "ann", "password": "wrong"}
    assert [api.post("/api/auth/login", wrong).status_code for _ in range(11)] == [401] * 10 + [429]
    assert api.post("/api/auth/login", wrong).json()["retry_after"] > 0
    answers = [mine.post(f"/api/rooms/{room.id}/messages", {"content": "x"}).status_code for _ in range(62)]
    assert answers == [201] * 60 + [429] * 2
    searches = [mine.get("/api/users/search", q="x").status_code for _ in range(70)]
    assert searches[:60] == [200] * 60
    assert 429 in searches


def test_seed_41_a_failure_tells_nothing_of_what_is_inside(ann: User) -> None:
    api = Api().by(ann)
    api.client.raise_request_exception = False
    with failing_with(ProgrammingError("SELECT password FROM accounts_user; host=db.internal")):
        response = api.get("/api/users/me")
    assert response.status_code == 500
    assert set(response.json()) == {"code", "message", "fields", "retry_after", "request_id"}
    assert not re.search("SELECT|accounts_user|db.internal|Traceback|Error", response.content.decode())


@pytest.mark.parametrize("body", ['{"content": 1}', "null", "[]", '"x"', '{"content": null}', "{"])
def test_seed_41_a_body_of_the_wrong_kind_is_400(ann: User, body: str) -> None:
    room = make_room(ann)
    response = Api().by(ann).request("POST", f"/api/rooms/{room.id}/messages", raw=body.encode())
    assert code_of(response) == (400, "validation_error")


def test_seed_44_no_page_is_longer_than_a_hundred(ann: User) -> None:
    room = make_room(ann)
    for _ in range(105):
        make_message(room, ann)
    api = Api().by(ann)
    for query in ({"limit": 10**9}, {"page": 2, "per_page": 10**9}, {"limit": 0}, {"limit": -1}):
        page = api.get(f"/api/rooms/{room.id}/messages", **query)
        assert 1 <= len(page.json()["results"]) <= 100, query


@pytest.mark.parametrize("name", ["limit", "before", "after", "around", "at"])
def test_seed_44_what_is_no_number_is_400(ann: User, name: str) -> None:
    path = f"/api/rooms/{make_room(ann).id}/messages"
    assert code_of(Api().by(ann).get(path, **{name: "abc"})) == (400, "validation_error")


def test_seed_44_the_banned_read_no_page_at_all(ann: User, bob: User) -> None:
    room = make_room(ann, members=[bob])
    ban(user_id=ann.pk, room_id=room.id, banned_id=bob.pk)
    assert code_of(Api().by(bob).get(f"/api/rooms/{room.id}/messages")) == (403, "permission_denied")


def test_seed_46_every_package_is_pinned_and_past_the_known_holes() -> None:
    pins = [line for line in (ROOT / "requirements/base.txt").read_text().splitlines() if re.match(r"\w", line)]
    assert all("==" in pin for pin in pins)
    named = {pin.partition("==")[0].lower() for pin in pins}
    assert not named & {"flask", "flask-cors", "werkzeug", "flask-socketio", "python-socketio", "eventlet"}
    daphne = tuple(int(part) for part in re.findall(r"\d+", importlib.metadata.version("daphne")))
    assert daphne >= (4, 2, 2)  # before it, frames had no bound


def test_seed_46_a_token_with_an_extension_we_do_not_know_is_refused(ann: User) -> None:
    claims = jwt.decode(str(Api().by(ann).token), options={"verify_signature": False})
    token = jwt.encode(claims, django_settings.JWT_SECRET_KEY, "HS256", {"crit": ["new"], "new": True})
    assert code_of(Api(token).get("/api/users/me")) == (401, "authentication_failed")
