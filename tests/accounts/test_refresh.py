"""Refresh tokens by generation: retries get the same successor, a stolen old one ends the session."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connections
from django.utils.timezone import now

from accounts import tokens
from accounts.models import Session, User
from accounts.services import Device, begin_session, sessions
from tests.conftest import Api
from tests.factories import make_user
from tests.people import Listen, Person, code_of

LATER = timedelta(seconds=31)


def refresh(api: Api, token: str) -> Any:
    return api.post("/api/auth/refresh", {"refresh": token})


def successor(api: Api, token: str) -> str:
    answer = refresh(api, token)
    assert answer.status_code == 200, answer.content
    return str(answer.json()["refresh"])


@pytest.fixture
def first(ann: Person) -> str:
    return begin_session(user=ann.user, device=Device()).refresh


def test_a_refresh_gives_both_tokens_anew(api: Api, first: str, ann: Person) -> None:
    out = refresh(api, first).json()
    assert out["refresh"] != first
    assert Api(out["access"]).get("/api/auth/verify").json()["user"]["id"] == ann.id


def test_a_lost_answer_is_given_again_for_as_long_as_it_takes(api: Api, first: str) -> None:
    second = successor(api, first)
    assert successor(api, first) == second
    with time_machine.travel(now() + timedelta(days=30)):
        assert successor(api, first) == second


def test_the_first_token_lives_on_30_s_after_its_successor_was_used(api: Api, first: str) -> None:
    second = successor(api, first)
    third = successor(api, second)
    with time_machine.travel(now() + timedelta(seconds=28)):
        assert successor(api, first) == second
        assert successor(api, second) == third


def test_an_older_token_ends_the_whole_session(api: Api, first: str, published: Listen, ann: Person) -> None:
    second = successor(api, first)
    third = successor(api, second)
    access = refresh(api, third).json()["access"]
    session = Session.objects.latest("pk")
    with time_machine.travel(now() + LATER), published() as out:
        assert code_of(refresh(api, second)) == (401, "authentication_failed")
    session.refresh_from_db()
    assert session.revoke_reason == "token_reused"
    assert out.revoked(ann.id) == {session.pk}
    for token in (first, second, third):
        assert code_of(refresh(api, token)) == (401, "authentication_failed")
    assert code_of(Api(access).get("/api/auth/verify")) == (401, "authentication_failed")


def test_three_generations_back_is_too_old_at_once(api: Api, first: str) -> None:
    third = successor(api, successor(api, first))
    successor(api, third)
    assert code_of(refresh(api, first)) == (401, "authentication_failed")
    assert Session.objects.latest("pk").revoked_at is not None


def test_a_reused_token_leaves_the_other_devices_alone(api: Api, first: str, ann: Person) -> None:
    successor(api, successor(api, first))
    with time_machine.travel(now() + LATER, tick=False):
        refresh(api, first)
    assert ann.api.get("/api/auth/verify").status_code == 200


def test_after_a_restored_backup_nobody_is_signed_out(api: Api, first: str) -> None:
    third = successor(api, successor(api, first))
    Session.objects.update(generation=1)
    fourth = successor(api, third)
    assert successor(api, third) == fourth
    assert successor(api, fourth)


def test_a_session_ends_a_year_after_signing_in(api: Api, first: str) -> None:
    second = successor(api, first)
    with time_machine.travel(now() + timedelta(days=364)):
        assert refresh(api, second).status_code == 200
    with time_machine.travel(now() + timedelta(days=366)):
        assert code_of(refresh(api, second)) == (401, "token_expired")


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "\u4e2d\u6587", "x" * 2000])
def test_garbage_is_refused(api: Api, token: str) -> None:
    assert code_of(refresh(api, token)) == (401, "authentication_failed")


def test_an_access_token_refreshes_nothing(ann: Person, api: Api) -> None:
    assert code_of(refresh(api, str(ann.api.token))) == (401, "authentication_failed")


def test_a_refresh_token_opens_nothing_else(api: Api, first: str) -> None:
    assert code_of(Api(first).get("/api/users/me")) == (401, "authentication_failed")


def test_without_any_token_there_is_nothing_to_refresh(api: Api) -> None:
    assert code_of(api.post("/api/auth/refresh", {})) == (401, "authentication_failed")
    assert code_of(api.post("/api/auth/refresh", {"refresh": 5})) == (400, "validation_error")


def test_a_signed_out_session_is_not_refreshed(api: Api, first: str, ann: Person) -> None:
    sessions.revoke_all(ann.id, "signed_out")
    assert code_of(refresh(api, first)) == (401, "authentication_failed")


def test_a_closed_account_is_not_refreshed(api: Api, first: str, ann: Person) -> None:
    User.objects.filter(pk=ann.id).update(is_active=False)
    assert code_of(refresh(api, first)) == (401, "authentication_failed")


def test_refreshing_moves_last_used_at(api: Api, first: str) -> None:
    with time_machine.travel(now() + timedelta(hours=1), tick=False):
        refresh(api, first)
        assert Session.objects.latest("pk").last_used_at == now()


@pytest.mark.django_db(transaction=True)
def test_twenty_refreshes_at_once_get_one_successor() -> None:
    pair = begin_session(user=make_user("ann"), device=Device())

    def run(_: int) -> tuple[int, str]:
        try:
            answer = refresh(Api(), pair.refresh)
            return answer.status_code, answer.json().get("refresh")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(run, range(20)))
    assert set(answers) == {(200, tokens.refresh_token(pair.session, 2))}
    assert Session.objects.get().revoked_at is None


@pytest.mark.django_db(transaction=True)
def test_tabs_that_go_on_while_others_still_ask_keep_the_session() -> None:
    pair = begin_session(user=make_user("ann"), device=Device())

    def tab(_: int) -> str:
        try:
            return successor(Api(), successor(Api(), pair.refresh))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(tab, range(6))) == {tokens.refresh_token(pair.session, 3)}
