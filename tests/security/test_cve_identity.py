"""Identity: nobody is taken for somebody else, by name, by address or by token.

Modelled on Zulip CVE-2026-102893 (unverified addresses), Mattermost CVE-2020-14459 (names that collide), CVE-2016-11074
(links that work twice) and simplejwt CVE-2024-22513. More of it is in tests/accounts and test_tokens.py.
"""

from __future__ import annotations

import base64
import json
import re
import unicodedata
from pathlib import Path
from typing import Any

import jwt
import pytest
from django.conf import settings

from accounts import one_time
from accounts.models import User
from accounts.services import Device, begin_session
from tests.conftest import Api
from tests.factories import make_user
from tests.security.test_tokens import Claims, code_at_both_doors, good, signed, user  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
FORM = {"username": "ann", "email": "ann@example.com", "password": PASSWORD}


def register(api: Api, **changes: Any) -> tuple[int, Any]:
    answer = api.post("/api/auth/register", FORM | changes)
    return answer.status_code, answer.json()


ALIKE = ["ANN", "Ann", "ａｎｎ", "𝐚𝐧𝐧", "𝒶𝓃𝓃", "ⓐⓝⓝ", "ᵃⁿⁿ", "aɴɴ".replace("ɴ", "N"), "\uff41nn"]  # fmt: skip


@pytest.mark.parametrize("name", ALIKE)
def test_a_name_that_folds_to_anothers_is_taken(api: Api, name: str) -> None:
    make_user("ann", email="first@example.com")
    status, answer = register(api, username=name)
    assert (status, answer["code"]) in ((409, "conflict"), (400, "validation_error"))


@pytest.mark.parametrize("name", ["ann\u0301", "a\u0301nn"])
def test_composed_and_decomposed_are_one_name(api: Api, name: str) -> None:
    make_user(unicodedata.normalize("NFC", name), email="first@example.com")
    assert register(api, username=unicodedata.normalize("NFD", name))[0] == 409


@pytest.mark.parametrize("at", ["@", "\uff20", "\ufe6b", "\u24d0".replace("\u24d0", "＠")])
def test_no_username_is_an_address(api: Api, at: str) -> None:
    """The sign-in takes either: a name like another's address would sign in as, or instead of, the other."""
    make_user("bob", email="bob@example.com")
    status, answer = register(api, username=f"bob{at}example.com")
    assert (status, list(answer["fields"])) == (400, ["username"])


@pytest.mark.parametrize("email", ["Bob@Example.com", "ｂｏｂ@example.com", "bob@ｅxample.com", " bob@example.com"])
def test_an_address_that_folds_to_anothers_is_no_new_one(api: Api, email: str) -> None:
    make_user("bob", email="bob@example.com")
    assert register(api, email=email)[0] in (400, 409)


def test_signing_in_by_name_never_reaches_an_address_and_the_other_way_round(api: Api) -> None:
    make_user("ann", email="bob@example.com", password=PASSWORD)
    make_user("bob", email="ann@example.com", password="another one entirely")
    status = [
        api.post("/api/auth/login", {"username": name, "password": PASSWORD}).status_code
        for name in ("ann", "bob@example.com", "bob", "ann@example.com")
    ]
    assert status == [200, 200, 401, 401]


@pytest.mark.parametrize("name", ["", " ", "\x00", "ann\x00", "%", "_nn", "*", "null", ":1", "ann OR 1=1", "ann' --"])
def test_what_names_nobody_signs_nobody_in(api: Api, name: str) -> None:
    make_user("ann", password=PASSWORD)
    User.objects.create_user("deleted", password=PASSWORD)
    answer = api.post("/api/auth/login", {"username": name, "password": PASSWORD})
    assert answer.status_code in (400, 401)


def test_a_deleted_accounts_name_is_free_and_opens_nothing_of_the_old_one(api: Api) -> None:
    old = register(api)[1]
    Api(old["access"]).delete("/api/users/me", {"password": PASSWORD})
    status, new = register(api)
    assert status == 201
    assert new["user"]["id"] != old["user"]["id"]
    assert Api(old["access"]).get("/api/users/me").status_code == 401


def test_a_one_time_link_is_bound_to_its_purpose_its_person_and_its_state() -> None:
    from datetime import timedelta

    ann, hour = make_user("ann"), timedelta(hours=1)
    token = one_time.make("password_reset", ann, ann.password, hour)
    assert one_time.user_id("password_reset", token) == ann.pk
    assert one_time.is_unused("password_reset", token, ann.password)
    assert not one_time.is_unused("password_reset", token, "a new password")
    for text in (token[:-1], token + "x", token.swapcase(), token.replace(":", ".")):
        with pytest.raises(Exception, match="validation_error"):
            one_time.user_id("password_reset", text)
    with pytest.raises(Exception, match="validation_error"):
        one_time.user_id("email_confirmation", token)


def test_secrets_are_compared_in_constant_time_wherever_they_are_compared() -> None:
    """No `==` between what somebody sent and what they must not guess."""
    root = Path(settings.BASE_DIR)
    pattern = re.compile(r"\b\w*(token|secret|seal|code_sent|digest|signature)\w*\s*[!=]=\s*\w", re.IGNORECASE)
    sources = [p for app in ("accounts", "rooms", "messaging", "chatsite") for p in (root / app).rglob("*.py")]
    found = [
        f"{p.name}: {line.strip()}" for p in sources for line in p.read_text().splitlines() if pattern.search(line)
    ]
    assert found == []


# --- tokens: what test_tokens.py does not ask


def raw_token(header: str, claims: Claims) -> str:
    """Our own signature over a header of our own spelling."""
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    head = base64.urlsafe_b64encode(header.encode()).decode().rstrip("=")
    key = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256)
    signature = key.sign(f"{head}.{body}".encode(), settings.JWT_SECRET_KEY.encode())
    return f"{head}.{body}.{base64.urlsafe_b64encode(signature).decode().rstrip('=')}"


HEADERS = [
    '{"alg":"HS256","alg":"none"}',
    '{"alg":["HS256"]}',
    '{"alg":null}',
    '{"alg":"hs256"}',
    '{"alg":"HS256 "}',
    '{"alg":"dir","enc":"A256GCM"}',
    '{"alg":"HS256","b64":false,"crit":["b64"]}',
    '{"alg":"HS256","zip":"DEF","crit":["zip"]}',
    "[]",
    "null",
    '"HS256"',
    "",
]


@pytest.mark.parametrize("header", HEADERS)
def test_a_header_in_doubt_is_refused_even_under_our_own_signature(good: Claims, header: str) -> None:  # noqa: F811
    assert code_at_both_doors(raw_token(header, good)) == "authentication_failed"


def test_a_token_of_more_or_fewer_parts_is_none(good: Claims) -> None:  # noqa: F811
    token = signed(good)
    for text in (
        f"{token}.x.y",
        f" {token}x",
        token.replace(".", "..", 1),
        token[:-10],
        f"{token}.{token}",
    ):
        assert code_at_both_doors(text) == "authentication_failed", text[-20:]


@pytest.mark.parametrize("claims", [{"exp": True}, {"iat": 2**40}, {"iat": "x"}], ids=str)
def test_times_beyond_reason_break_nothing(good: Claims, claims: Claims) -> None:  # noqa: F811
    assert code_at_both_doors(signed({**good, **claims})) in ("ok", "authentication_failed", "token_expired")


def test_a_token_from_before_a_new_password_is_worthless(user: User) -> None:  # noqa: F811
    mine, other = (begin_session(user=user, device=Device()) for _ in range(2))
    user.set_password(PASSWORD)
    user.save()
    api = Api(mine.access)
    body = {"old_password": PASSWORD, "new_password": "staple tractor violet"}
    assert api.post("/api/auth/password/change", body).status_code == 204
    assert code_at_both_doors(mine.access) == "ok"
    assert code_at_both_doors(other.access) == "authentication_failed"
    assert Api().post("/api/auth/refresh", {"refresh": other.refresh}).status_code == 401
