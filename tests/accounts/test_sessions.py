"""The devices one is signed in on, and how they are signed out."""

from typing import Any

import pytest
from django.utils.timezone import now

from accounts import tokens
from accounts.models import Session, User
from accounts.services import Device, begin_session
from accounts.services.sessions import describe
from tests.accounts.test_people import befriend
from tests.conftest import Api
from tests.factories import PASSWORD
from tests.people import Listen, Meet, Person, code_of


def test_every_device_is_a_row_and_one_is_the_current(ann: Person) -> None:
    begin_session(user=ann.user, device=Device("Phone", "agent/1.0", "10.0.0.9"))
    page = ann.api.get("/api/auth/sessions").json()
    assert page["next"] is None
    newest, current = page["results"]
    assert set(newest) == {"id", "name", "user_agent", "ip", "created_at", "last_used_at", "current"}
    assert (newest["name"], newest["user_agent"], newest["ip"]) == ("Phone", "agent/1.0", "10.0.0.9")
    assert (newest["current"], current["current"]) == (False, True)
    assert current["created_at"].endswith("Z")


@pytest.mark.parametrize("count", [2, 15])
def test_the_list_takes_one_query(ann: Person, count: int, django_assert_num_queries: Any) -> None:
    for _ in range(count):
        begin_session(user=ann.user, device=Device())
    with django_assert_num_queries(2):  # one of them signs the request in
        assert len(ann.api.get("/api/auth/sessions").json()["results"]) == count + 1


def test_others_devices_are_not_shown(ann: Person, bob: Person) -> None:
    assert len(bob.api.get("/api/auth/sessions").json()["results"]) == 1


def test_signing_a_device_out_closes_its_sockets(ann: Person, published: Listen) -> None:
    phone = begin_session(user=ann.user, device=Device())
    with published() as out:
        assert ann.api.delete(f"/api/auth/sessions/{phone.session.pk}").status_code == 204
    assert out.revoked(ann.id) == {phone.session.pk}
    assert out.to(ann.id) == [("session_revoked", {"reason": "signed_out"})]
    assert code_of(Api(phone.access).get("/api/users/me")) == (401, "authentication_failed")
    assert ann.api.get("/api/users/me").status_code == 200


def test_revoked_at_tells_the_tailer(ann: Person) -> None:
    ann.api.delete(f"/api/auth/sessions/{ann.session.pk}")
    assert Session.objects.get().revoked_at is not None


def test_signing_the_others_out_spares_the_current_one(ann: Person, bob: Person, published: Listen) -> None:
    others = {begin_session(user=ann.user, device=Device()).session.pk for _ in range(2)}
    with published() as out:
        assert ann.api.delete("/api/auth/sessions").status_code == 204
    assert out.revoked(ann.id) == others
    assert ann.api.get("/api/users/me").status_code == 200
    assert bob.api.get("/api/users/me").status_code == 200


def test_nobody_signs_others_devices_out(ann: Person, bob: Person) -> None:
    assert code_of(bob.api.delete(f"/api/auth/sessions/{ann.session.pk}")) == (404, "not_found")
    assert code_of(bob.api.delete("/api/auth/sessions/999999999999999")) == (404, "not_found")
    assert code_of(bob.api.delete("/api/auth/sessions/abc")) == (404, "not_found")
    assert ann.api.get("/api/users/me").status_code == 200


def test_a_device_is_signed_out_once(ann: Person) -> None:
    phone = begin_session(user=ann.user, device=Device()).session
    assert ann.api.delete(f"/api/auth/sessions/{phone.pk}").status_code == 204
    assert code_of(ann.api.delete(f"/api/auth/sessions/{phone.pk}")) == (404, "not_found")


def test_logging_out_ends_the_session_of_the_bearer(ann: Person, published: Listen) -> None:
    with published() as out:
        assert ann.api.post("/api/auth/logout").status_code == 204
    assert out.revoked(ann.id) == {ann.session.pk}
    assert code_of(ann.api.post("/api/auth/logout")) == (401, "authentication_failed")


def test_logging_out_by_refresh_token_needs_no_fresh_access_token(ann: Person, api: Api) -> None:
    token = tokens.refresh_token(ann.session, 1)
    assert api.post("/api/auth/logout", {"refresh": token}).status_code == 204
    assert code_of(ann.api.get("/api/users/me")) == (401, "authentication_failed")
    assert api.post("/api/auth/logout", {"refresh": token}).status_code == 204


def test_logging_out_with_nothing_or_garbage_is_refused(api: Api, ann: Person) -> None:
    assert code_of(api.post("/api/auth/logout")) == (401, "authentication_failed")
    assert code_of(api.post("/api/auth/logout", {"refresh": "x"})) == (401, "authentication_failed")
    assert code_of(api.post("/api/auth/logout", {"refresh": ann.api.token})) == (401, "authentication_failed")
    assert ann.api.get("/api/users/me").status_code == 200


def test_logging_out_leaves_the_other_devices(meet: Meet) -> None:
    ann = meet("ann")
    phone = begin_session(user=ann.user, device=Device())
    ann.api.post("/api/auth/logout")
    assert Api(phone.access).get("/api/users/me").status_code == 200


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML) Chrome/130 Safari/537.36", "Chrome, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/130 Safari/537.36 Edg/130", "Edge, Windows"),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X) AppleWebKit/537 chat/1 Chrome/1 Electron/38 Safari/5",
            "Desktop, macOS",
        ),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 17 like Mac OS X) Version/17 Safari/604.1", "Safari, iOS"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/130 Mobile Safari/537.36", "Chrome, Android"),
        ("curl/8.5.0", "curl"),
        ("", ""),
    ],
)
def test_devices_have_short_names(agent: str, name: str) -> None:
    assert describe(agent) == name


# ---- a device signs in


def test_my_other_devices_hear_of_a_sign_in_and_nobody_else(ann: Person, bob: Person, published: Listen) -> None:
    befriend(ann.user, bob.user)
    headers = {"User-Agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"}
    with published() as out:
        answer = Api(None, **headers).post("/api/auth/login", {"username": "ann", "password": PASSWORD})
    assert answer.status_code == 200
    assert [e.user_id for e in out.envelopes] == [ann.id]
    ((kind, data),) = out.to(ann.id)
    session = ann.session
    assert kind == "new_session"
    assert data["session"] | {"created_at": "", "last_used_at": ""} == {
        "id": session.pk,
        "name": "Firefox, Windows",
        "user_agent": headers["User-Agent"],
        "ip": "127.0.0.1",
        "created_at": "",
        "last_used_at": "",
        "current": False,
    }


def test_a_refresh_is_no_new_sign_in(ann: Person, published: Listen) -> None:
    pair = begin_session(user=ann.user, device=Device())
    with published() as out:
        assert Api().post("/api/auth/refresh", {"refresh": pair.refresh}).status_code == 200
        assert Api().post("/api/auth/login", {"username": "ann", "password": "wrong"}).status_code == 401
    assert out.envelopes == []


def sign_in(name: str = "ann", agent: str = "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0") -> None:
    answer = Api(None, **{"User-Agent": agent}).post("/api/auth/login", {"username": name, "password": PASSWORD})
    assert answer.status_code == 200


def test_a_confirmed_address_gets_a_mail_about_a_device_that_is_new(ann: Person, mailbox: Any) -> None:
    sign_in()
    assert mailbox() == []
    User.objects.update(email_verified_at=now(), locale="zh-CN")
    sign_in(agent="curl/8.5.0")
    (mail,) = mailbox()
    assert (mail.to, mail.subject) == (["ann@example.com"], "有新设备登录了你的账号")
    for part in ("curl", "127.0.0.1", "UTC"):
        assert part in mail.body
    sign_in(agent="curl/8.5.0")
    assert len(mailbox()) == 1


def test_mails_about_devices_are_few_and_keep_nobody_out(ann: Person, mailbox: Any, settings: Any) -> None:
    User.objects.update(email_verified_at=now())
    settings.RATE_LIMITS = True
    for number in range(6):
        sign_in(agent=f"agent{number}/1")
    assert len(mailbox()) == 3
