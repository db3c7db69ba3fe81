"""Access and refresh tokens that are not what they say, at both doors."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.conf import settings
from rest_framework_simplejwt.tokens import AccessToken

from accounts import tokens
from accounts.gateway import read_token, standing
from accounts.models import Session, User
from accounts.services import Device, begin_session
from accounts.services.sessions import refresh, revoke
from chatsite.errors import ChatError
from tests.conftest import Api
from tests.factories import make_user

pytestmark = pytest.mark.django_db
Claims = dict[str, Any]


@pytest.fixture
def user() -> User:
    return make_user("ann")


@pytest.fixture
def good(user: User) -> Claims:
    """The claims of a good access token."""
    return jwt.decode(begin_session(user=user, device=Device()).access, options={"verify_signature": False})


def signed(claims: Claims, key: Any = None, algorithm: str = "HS256", **headers: Any) -> str:
    return jwt.encode(claims, settings.JWT_SECRET_KEY if key is None else key, algorithm, headers)


def part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def code_at_both_doors(token: str) -> str:
    """-> the code of the refusal, which is one and the same, or "ok" """
    response = Api(token).get("/api/auth/verify")
    try:
        gateway = "ok" if all(standing([read_token(token)])) else "authentication_failed"
    except ChatError as error:
        gateway = error.code
    rest = "ok" if response.status_code == 200 else response.json()["code"]
    assert response.status_code == (200 if rest == "ok" else 401)
    assert rest == gateway
    return rest


def test_what_we_sign_ourselves_is_good(good: Claims) -> None:
    assert code_at_both_doors(signed(good)) == "ok"


def test_our_own_tokens_are_read_without_the_library_and_say_the_same(good: Claims) -> None:
    assert tokens._read_own(signed(good)) == tokens._read(AccessToken, signed(good))
    assert tokens._read_own(signed({**good, "nbf": 0})) is None
    assert tokens._read_own(signed({**good, "exp": int(time.time())})) is None


@pytest.mark.parametrize("name", ["none", "None", "NONE", "nOnE"])
def test_no_signature_is_no_token(good: Claims, name: str) -> None:
    for signature in ("", signed(good).rpartition(".")[2]):
        token = f"{part({'alg': name, 'typ': 'JWT'})}.{part(good)}.{signature}"
        assert code_at_both_doors(token) == "authentication_failed"


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")  # ours is long enough for ours
@pytest.mark.parametrize("algorithm", ["HS384", "HS512"])
def test_another_algorithm_with_our_own_key_is_refused(good: Claims, algorithm: str) -> None:
    assert code_at_both_doors(signed(good, algorithm=algorithm)) == "authentication_failed"


def test_keys_of_others_are_refused(good: Claims) -> None:
    foreign = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    public = foreign.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    swapped = signed(good, algorithm="HS256").split(".")
    forged = [
        signed(good, "another-key-of-more-than-thirty-two-characters"),
        signed(good, settings.SECRET_KEY),
        signed(good, "your-secret-key-change-this-in-production"),
        signed(good, foreign, "RS256"),
        signed(good, foreign, "RS256", jwk={"kty": "oct", "k": part("x")}, kid="../../dev/null", jku="http://evil"),
        f"{part({'alg': 'RS256', 'typ': 'JWT'})}.{swapped[1]}.{swapped[2]}",
        f"{part({'alg': 'HS256', 'x5c': [public.decode()]})}.{swapped[1]}.{swapped[2]}",
    ]
    assert [code_at_both_doors(token) for token in forged] == ["authentication_failed"] * len(forged)


def test_an_extension_that_we_must_understand_and_do_not_is_refused(good: Claims) -> None:
    token = signed(good, crit=["exp2"], exp2=True)
    assert code_at_both_doors(token) == "authentication_failed"


def test_a_token_that_has_run_out_says_so(good: Claims) -> None:
    assert code_at_both_doors(signed({**good, "exp": int(time.time()) - 1})) == "token_expired"


@pytest.mark.parametrize("missing", ["exp", "user_id", "sid", "token_type", "jti"])
def test_every_claim_is_needed(good: Claims, missing: str) -> None:
    del good[missing]
    assert code_at_both_doors(signed(good)) == "authentication_failed"


@pytest.mark.parametrize(
    "wrong",
    [
        {"token_type": "refresh"},
        {"token_type": "sliding"},
        {"token_type": None},
        {"user_id": 0},
        {"user_id": "1"},
        {"user_id": -1},
        {"user_id": 1.0},
        {"user_id": None},
        {"user_id": [1]},
        {"user_id": 2**63},
        {"sid": 0},
        {"sid": "1"},
        {"sid": 2**64},
        {"sid": {}},
        {"generation": "x"},
        {"exp": "soon"},
        {"exp": None},
        {"exp": -1},
        {"nbf": 2**33},  # the year 2242
    ],
    ids=str,
)
def test_claims_of_the_wrong_kind_are_refused(good: Claims, wrong: Claims) -> None:
    assert code_at_both_doors(signed({**good, **wrong})) in ("authentication_failed", "token_expired")


@pytest.mark.parametrize(
    "token",
    [
        "",
        ".",
        "..",
        "...",
        "a.b.c",
        "null",
        "Bearer",
        "é",
        "\x00",
        "x" * 20_000,
        "eyJhbGciOiJub25lIn0..",
        "e30.e30.e30",
    ],
)
def test_garbage_is_refused(token: str) -> None:
    assert code_at_both_doors(token) == "authentication_failed"


def test_whoever_may_not_come_in_any_more_does_not(user: User, good: Claims) -> None:
    token = signed(good)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert code_at_both_doors(token) == "authentication_failed"
    User.objects.filter(pk=user.pk).update(is_active=True)
    assert code_at_both_doors(token) == "ok"
    revoke(user.pk, [good["sid"]], "signed_out")
    assert code_at_both_doors(token) == "authentication_failed"


def test_a_session_is_its_own_users(good: Claims) -> None:
    """Not even we could sign somebody into another's session."""
    assert code_at_both_doors(signed({**good, "user_id": make_user().pk})) == "authentication_failed"
    assert code_at_both_doors(signed({**good, "sid": good["sid"] + 1})) == "authentication_failed"


def test_the_two_kinds_of_token_do_not_stand_for_each_other(user: User) -> None:
    pair = begin_session(user=user, device=Device())
    assert code_at_both_doors(pair.refresh) == "authentication_failed"
    response = Api().post("/api/auth/refresh", {"refresh": pair.access})
    assert (response.status_code, response.json()["code"]) == (401, "authentication_failed")


def test_a_refresh_token_that_was_used_long_ago_ends_its_session(user: User) -> None:
    first = begin_session(user=user, device=Device())
    second = refresh(token=first.refresh)
    third = refresh(token=second.refresh)
    Session.objects.update(rotated_at=first.session.created_at.replace(year=2020))
    assert Api().post("/api/auth/refresh", {"refresh": first.refresh}).status_code == 401
    assert Api().post("/api/auth/refresh", {"refresh": third.refresh}).status_code == 401
    assert code_at_both_doors(third.access) == "authentication_failed"


@pytest.mark.parametrize("scheme", ["Token", "JWT", "Basic", "bearer:", "Bearer\t"])
def test_another_scheme_is_no_bearer(good: Claims, scheme: str) -> None:
    assert Api(Authorization=f"{scheme} {signed(good)}").get("/api/auth/verify").status_code == 401


@pytest.mark.parametrize("name", ["token", "access", "access_token", "Authorization", "jwt"])
def test_a_token_in_the_address_signs_nobody_in(good: Claims, name: str) -> None:
    assert Api().get("/api/auth/verify", **{name: signed(good)}).status_code == 401
