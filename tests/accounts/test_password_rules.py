"""Which passwords are taken: long ones of any kind, exactly as typed, but none that many people would try."""

from __future__ import annotations

from typing import Any

import pytest

from accounts import passwords
from tests.accounts.conftest import FORM
from tests.conftest import Api
from tests.people import code_of


def register(api: Api, password: str) -> Any:
    return api.post("/api/auth/register", FORM | {"password": password})


@pytest.mark.parametrize(
    "password", ["7391846205", "kqzvwmxbtr", "!?§$%&/()=", "👍👎🎉🚀👍👎🎉🚀", "天地玄黄宇宙洪荒", "a " * 64]
)
def test_any_kind_of_characters_will_do(api: Api, password: str) -> None:
    assert register(api, password).status_code == 201


def test_a_password_is_what_was_typed_and_nothing_like_it(api: Api) -> None:
    typed = " Correct  Hörse\u2003batterie "
    assert register(api, typed).status_code == 201
    for other in (typed.strip(), typed.lower(), typed.replace("  ", " "), typed.replace("ö", "o\u0308"), typed[:-1]):
        assert code_of(api.post("/api/auth/login", {"username": "ann", "password": other}))[0] == 401, other
    assert api.post("/api/auth/login", {"username": "ann", "password": typed}).status_code == 200


def test_the_end_of_the_longest_counts_too(api: Api) -> None:
    assert register(api, "x" * 127 + "y").status_code == 201
    assert code_of(api.post("/api/auth/login", {"username": "ann", "password": "x" * 127 + "z"}))[0] == 401


@pytest.mark.parametrize("password", ["chat.example.com", "Example.COM", "ann@example.com"])
def test_the_names_of_server_and_person_are_no_password(api: Api, settings: Any, password: str) -> None:
    settings.PUBLIC_URL = "https://chat.example.com"
    assert list(register(api, password).json()["fields"]) == ["password"]


def test_more_than_three_thousand_of_the_usual_ones_are_known() -> None:
    assert sum(len(word) >= passwords.PASSWORD_MIN for word in passwords._common_passwords().passwords) > 3_000
