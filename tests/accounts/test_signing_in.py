"""Getting in with a password, and being who one says."""

import base64
import json
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest import mock

import jwt
import pytest
from django.conf import settings as django_settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import OperationalError
from django.utils.timezone import now
from rest_framework_simplejwt.tokens import AccessToken

from accounts import passwords, tokens
from accounts.authentication import authenticate_token
from accounts.models import Session, User
from accounts.services import Device, begin_session, sessions
from chatsite.errors import ChatError
from tests.conftest import Api
from tests.factories import PASSWORD, make_user, sign_in
from tests.people import Meet, Person, code_of


def login(api: Api, name: str, password: str = PASSWORD, **more: Any) -> Any:
    return api.post("/api/auth/login", {"username": name, "password": password, **more})


@pytest.mark.parametrize("name", ["Ann", "ann", "ＡＮＮ", "ann@example.com", "ANN@Example.COM"])
def test_username_and_address_both_sign_in(api: Api, name: str) -> None:
    user = make_user("Ann", email="ann@example.com")
    answer = login(api, name)
    assert answer.status_code == 200
    assert answer.json()["user"]["id"] == user.pk


def test_nobodys_username_is_somebody_elses_address(api: Api) -> None:
    make_user("eve", email="ann", password="eves own password")
    ann = make_user("ann", email="ann@example.com")
    assert login(api, "ann").json()["user"]["id"] == ann.pk
    assert code_of(login(api, "ann", "eves own password")) == (401, "authentication_failed")


def refusals(api: Api) -> list[Any]:
    make_user("ann")
    make_user("closed", is_active=False)
    make_user("mailonly", password=None)
    return [
        login(api, "ann", "wrong password"),
        login(api, "nobody"),
        login(api, "nobody@example.com"),
        login(api, "closed"),
        login(api, "mailonly"),
        login(api, ""),
    ]


def test_every_refusal_reads_the_same(api: Api) -> None:
    bodies = [a.json() | {"request_id": ""} for a in refusals(api)]
    assert all(body == bodies[0] for body in bodies)
    assert bodies[0]["code"] == "authentication_failed"


def test_every_refusal_costs_the_same_work(api: Api, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    passwords._of_nobody.cache_clear()
    passwords._of_nobody()
    make_user("ann")
    counted = mock.patch.object(PBKDF2PasswordHasher, "encode", autospec=True, side_effect=PBKDF2PasswordHasher.encode)
    work = []
    for name in ("ann", "nobody", "nobody@example.com"):
        with counted as encode:
            login(api, name, "wrong password")
        work.append(encode.call_count)
    passwords._of_nobody.cache_clear()
    assert work == [1, 1, 1]


def test_signing_in_costs_the_same_queries_for_nobody_and_a_wrong_password(
    api: Api, django_assert_num_queries: Any
) -> None:
    make_user("ann")
    for name in ("ann", "nobody"):
        with django_assert_num_queries(1):
            login(api, name, "wrong password")


def test_weaker_hashes_are_replaced_when_their_password_is_given(api: Api, settings: Any) -> None:
    user = make_user("ann")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher", *settings.PASSWORD_HASHERS]
    assert user.password.startswith("md5")
    assert login(api, "ann").status_code == 200
    user.refresh_from_db()
    assert user.password.startswith("argon2")
    assert login(api, "ann").status_code == 200


@pytest.mark.parametrize(
    "body", [{}, {"username": "ann"}, {"username": 1, "password": "x"}, {"username": "a", "password": "b", "x": 1}]
)
def test_a_malformed_sign_in_is_a_validation_error(api: Api, body: Any) -> None:
    assert code_of(api.post("/api/auth/login", body)) == (400, "validation_error")


def test_a_form_post_is_not_json(api: Api) -> None:
    answer = api.client.post("/api/auth/login", {"username": "ann", "password": PASSWORD})
    assert code_of(answer) == (415, "unsupported_media")


def test_get_is_not_a_way_to_sign_in(api: Api) -> None:
    assert code_of(api.get("/api/auth/login")) == (405, "method_not_allowed")


def test_a_stale_bearer_keeps_nobody_from_signing_in(api: Api) -> None:
    make_user("ann")
    assert login(Api("not a token"), "ann").status_code == 200


def test_sign_in_loses_against_a_password_change_that_was_faster() -> None:
    user = make_user("ann")
    User.objects.filter(pk=user.pk).update(password="changed meanwhile")
    with pytest.raises(ChatError) as refused:
        begin_session(user=user, device=Device())
    assert refused.value.code == "authentication_failed"
    assert not Session.objects.exists()


# ---- tokens


def test_verify_says_who_one_is(ann: Person) -> None:
    out = ann.api.get("/api/auth/verify").json()["user"]
    assert (out["id"], out["email"], out["is_staff"]) == (ann.id, "ann@example.com", False)


def test_one_query_signs_a_request_in(ann: Person, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        assert ann.api.get("/api/auth/verify").status_code == 200


def forged(ann: Person, key: str | None = None, algorithm: str = "HS256", **claims: Any) -> str:
    payload = {
        "token_type": "access",
        "user_id": ann.id,
        "sid": ann.session.pk,
        "jti": "x",
        "exp": int(time.time()) + 60,
    }
    return jwt.encode(payload | claims, key if key is not None else django_settings.JWT_SECRET_KEY, algorithm)


def unsigned(ann: Person) -> str:
    _, body, _ = forged(ann).split(".")
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "JWT"}).encode()).decode().rstrip("=")
    return f"{none}.{body}."


BAD_TOKENS: dict[str, Callable[[Person], str]] = {
    "empty": lambda ann: "",
    "garbage": lambda ann: "not.a.token",
    "binary": lambda ann: "\xff\xfe",
    "another key": lambda ann: forged(ann, key="another key of more than fifty characters, which is not ours"),
    "no signature": unsigned,
    "another algorithm": lambda ann: forged(ann, algorithm="HS384"),
    "a refresh token": lambda ann: tokens.refresh_token(ann.session, 1),
    "no session": lambda ann: forged(ann, sid=None),
    "another session": lambda ann: forged(ann, sid=ann.session.pk + 1000),
    "another user": lambda ann: forged(ann, user_id=make_user().pk),
    "words for numbers": lambda ann: forged(ann, sid=str(ann.session.pk)),
    "a number beyond all ids": lambda ann: forged(ann, user_id=10**30),
    "unknown critical header": lambda ann: jwt.encode(
        {"user_id": ann.id}, django_settings.JWT_SECRET_KEY, "HS256", headers={"crit": ["x"], "x": 1}
    ),
}


@pytest.mark.parametrize("name", BAD_TOKENS)
def test_other_tokens_are_refused(ann: Person, name: str) -> None:
    token = BAD_TOKENS[name](ann)
    assert code_of(Api(token or " ").get("/api/auth/verify")) == (401, "authentication_failed")
    with pytest.raises(ChatError) as refused:
        authenticate_token(token)
    assert refused.value.code == "authentication_failed"


def test_the_forgery_of_these_tests_is_good_but_for_its_fault(ann: Person) -> None:
    assert Api(forged(ann)).get("/api/auth/verify").status_code == 200


def test_an_expired_token_says_so(ann: Person) -> None:
    answer = Api(forged(ann, exp=int(time.time()) - 1)).get("/api/auth/verify")
    assert code_of(answer) == (401, "token_expired")


def test_an_access_token_lives_ten_minutes_wherever_the_server_stands(
    ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    for zone in ("Asia/Shanghai", "America/Los_Angeles", "UTC"):
        monkeypatch.setenv("TZ", zone)
        time.tzset()
        left = authenticate_token(sign_in(ann.user)).expires_at - now()
        assert timedelta(seconds=590) < left <= timedelta(seconds=600)
    monkeypatch.undo()
    time.tzset()


def test_an_unsigned_request_is_told_to_sign_in(api: Api) -> None:
    assert code_of(api.get("/api/auth/verify")) == (401, "authentication_failed")
    assert code_of(Api(Authorization="Basic YTpi").get("/api/auth/verify")) == (401, "authentication_failed")


def test_a_token_in_the_address_counts_for_nothing(ann: Person, api: Api) -> None:
    answer = api.get("/api/auth/verify", token=ann.api.token, access=ann.api.token)
    assert code_of(answer) == (401, "authentication_failed")


def test_an_ended_session_is_over_at_once(ann: Person) -> None:
    sessions.log_out(user_id=ann.id, session_id=ann.session.pk)
    assert code_of(ann.api.get("/api/auth/verify")) == (401, "authentication_failed")


def test_a_closed_account_is_out_at_once(ann: Person) -> None:
    User.objects.filter(pk=ann.id).update(is_active=False)
    assert code_of(ann.api.get("/api/auth/verify")) == (401, "authentication_failed")


def test_a_database_outage_is_503_and_never_401(ann: Person, api: Api) -> None:
    with mock.patch("django.db.models.query.QuerySet.first", side_effect=OperationalError(2006, "gone away")):
        refused = [ann.api.get("/api/auth/verify"), login(api, "ann"), ann.api.get("/api/users/me")]
        refused.append(api.post("/api/auth/refresh", {"refresh": tokens.refresh_token(ann.session, 1)}))
    for answer in refused:
        assert code_of(answer) == (503, "unavailable")
        assert answer.json()["retry_after"] > 0
        assert "gone away" not in answer.content.decode()
    assert ann.api.get("/api/auth/verify").status_code == 200


def test_the_token_names_the_session_and_nothing_more(ann: Person) -> None:
    claims = AccessToken(ann.api.token).payload
    assert set(claims) == {"token_type", "exp", "jti", "user_id", "sid"}


def test_a_session_knows_its_device(api: Api) -> None:
    make_user("ann")
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:130.0) Gecko/20100101 Firefox/130.0"
    login(Api(**{"User-Agent": agent}), "ann")
    session = Session.objects.get()
    assert (session.name, session.user_agent, session.ip) == ("Firefox, Windows", agent, "127.0.0.1")
    login(api, "ann", device="Ann's phone")
    assert Session.objects.latest("pk").name == "Ann's phone"


def test_an_endless_user_agent_is_cut(api: Api) -> None:
    make_user("ann")
    assert login(Api(**{"User-Agent": "x" * 5000}), "ann").status_code == 200


def test_the_oldest_of_21_devices_is_signed_out(meet: Meet, published: Any) -> None:
    ann = meet("ann")
    pairs = [begin_session(user=ann.user, device=Device()) for _ in range(19)]
    assert ann.api.get("/api/auth/verify").status_code == 200
    with published() as out:
        begin_session(user=ann.user, device=Device())
    oldest = ann.user.sessions.earliest("pk")
    assert out.revoked(ann.id) == {oldest.pk}
    assert out.to(ann.id)[0] == ("session_revoked", {"reason": "too_many_sessions"})
    assert [kind for kind, _ in out.to(ann.id)] == ["session_revoked", "new_session"]
    assert code_of(ann.api.get("/api/auth/verify")) == (401, "authentication_failed")
    assert Api(pairs[0].access).get("/api/auth/verify").status_code == 200
