"""Changing a password, resetting a forgotten one, confirming an address."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils.timezone import now

from accounts.models import User
from accounts.services import Device, begin_session
from accounts.services.passwords import link_for
from chatsite.audit.models import AuditEntry
from tests.accounts.conftest import FORM, token_in
from tests.conftest import Api
from tests.factories import PASSWORD, make_user
from tests.people import Listen, Meet, Person, code_of

NEW = "another long password"


def change(person: Person, old: str = PASSWORD, new: str = NEW) -> Any:
    return person.api.post("/api/auth/password/change", {"old_password": old, "new_password": new})


def confirm(api: Api, token: str, new: str = NEW) -> Any:
    return api.post("/api/auth/password/reset/confirm", {"token": token, "new_password": new})


def can_sign_in(name: str, password: str) -> bool:
    return bool(Api().post("/api/auth/login", {"username": name, "password": password}).status_code == 200)


def test_a_new_password_takes_the_place_of_the_old(ann: Person) -> None:
    assert change(ann).status_code == 204
    assert can_sign_in("ann", NEW)
    assert not can_sign_in("ann", PASSWORD)


def test_changing_it_signs_the_other_devices_out_and_not_this_one(ann: Person, published: Listen) -> None:
    others = {begin_session(user=ann.user, device=Device()).session.pk for _ in range(2)}
    current = ann.user.sessions.earliest("pk")
    with published() as out:
        assert change(ann).status_code == 204
    assert out.revoked(ann.id) == others
    assert out.to(ann.id) == [("session_revoked", {"reason": "password_changed"})]
    assert ann.api.get("/api/users/me").status_code == 200
    assert ann.user.sessions.get(revoked_at=None) == current


def test_without_the_old_password_nothing_changes(ann: Person) -> None:
    answer = change(ann, old="a wrong one")
    assert code_of(answer) == (400, "validation_error")
    assert list(answer.json()["fields"]) == ["old_password"]
    assert can_sign_in("ann", PASSWORD)


@pytest.mark.parametrize("new", ["short", "x" * 129, "password123", "ann@example.com"])
def test_the_new_one_keeps_the_rules_of_registration(ann: Person, new: str) -> None:
    answer = change(ann, new=new)
    assert code_of(answer) == (400, "validation_error")
    assert list(answer.json()["fields"]) == ["new_password"]
    assert can_sign_in("ann", PASSWORD)


def test_it_takes_a_signed_in_person_to_change_a_password(api: Api) -> None:
    body = {"old_password": PASSWORD, "new_password": NEW}
    assert code_of(api.post("/api/auth/password/change", body)) == (401, "authentication_failed")


# ---- reset by mail


def test_a_mailed_link_sets_a_new_password_once(api: Api, ann: Person, mailbox: Any, published: Listen) -> None:
    assert api.post("/api/auth/password/reset", {"email": "ANN@example.com"}).status_code == 204
    (message,) = mailbox()
    assert message.to == ["ann@example.com"]
    assert "/reset-password#" in message.body
    token = token_in(message)
    with published() as out:
        assert confirm(api, token).status_code == 204
    assert out.revoked(ann.id) == {ann.session.pk}
    assert code_of(ann.api.get("/api/users/me")) == (401, "authentication_failed")
    assert can_sign_in("ann", NEW)
    again = confirm(api, token, "a third long password")
    assert list(again.json()["fields"]) == ["token"]
    assert can_sign_in("ann", NEW)


def test_nobody_learns_who_has_an_account(api: Api, ann: Person, mailbox: Any) -> None:
    make_user("closed", is_active=False)
    for email in ("nobody@example.com", "closed@example.com", "no address", ""):
        answer = api.post("/api/auth/password/reset", {"email": email})
        assert (answer.status_code, answer.content) == (204, b"")
    assert mailbox() == []


def test_asking_costs_the_same_queries_for_everybody(api: Api, ann: Person, django_assert_num_queries: Any) -> None:
    for email in ("ann@example.com", "nobody@example.com"):
        with django_assert_num_queries(1):
            api.post("/api/auth/password/reset", {"email": email})


def test_a_link_is_good_for_an_hour(api: Api, ann: Person, mailbox: Any) -> None:
    api.post("/api/auth/password/reset", {"email": "ann@example.com"})
    token = token_in(mailbox()[0])
    with time_machine.travel(now() + timedelta(minutes=61)):
        assert code_of(confirm(api, token)) == (400, "validation_error")
    with time_machine.travel(now() + timedelta(minutes=59)):
        assert confirm(api, token).status_code == 204


def test_a_changed_password_makes_older_links_worthless(api: Api, ann: Person, mailbox: Any) -> None:
    api.post("/api/auth/password/reset", {"email": "ann@example.com"})
    change(ann)
    assert code_of(confirm(api, token_in(mailbox()[0]), "a third long password")) == (400, "validation_error")


@pytest.mark.parametrize("token", ["", "x", "a:b:c", "\u4e2d", "x" * 2000])
def test_garbage_resets_nothing(api: Api, token: str) -> None:
    assert code_of(confirm(api, token)) == (400, "validation_error")


def test_a_link_for_one_purpose_serves_no_other(api: Api, ann: Person) -> None:
    token = link_for(ann.user).partition("#")[2]
    assert code_of(api.post("/api/auth/email/confirm", {"token": token})) == (400, "validation_error")


def test_a_weak_new_password_leaves_the_link_good(api: Api, ann: Person) -> None:
    token = link_for(ann.user).partition("#")[2]
    assert list(confirm(api, token, "password1").json()["fields"]) == ["new_password"]
    assert confirm(api, token).status_code == 204


def test_mail_speaks_the_language_of_its_reader_and_links_to_the_public_address(
    api: Api, meet: Meet, mailbox: Any, settings: Any
) -> None:
    settings.PUBLIC_URL = "https://chat.example"
    meet("ann", locale="en")
    api.post("/api/auth/password/reset", {"email": "ann@example.com"}, host="evil.example")
    (message,) = mailbox()
    assert message.subject == "Set a new password"
    assert "https://chat.example/reset-password#" in message.body


def test_a_broken_mail_server_is_nobodys_error(api: Api, ann: Person, settings: Any, caplog: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    assert api.post("/api/auth/password/reset", {"email": "ann@example.com"}).status_code == 204
    from accounts import mail

    mail._thread.submit(lambda: None).result(10)
    assert "mail_lost" in caplog.text
    assert "reset-password#" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_a_link_at_once_one_wins() -> None:
    token = link_for(make_user("ann")).partition("#")[2]

    def run(number: int) -> int:
        try:
            return int(confirm(Api(), token, f"long password {number}").status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as pool:
        assert sorted(pool.map(run, range(5))) == [204, 400, 400, 400, 400]


# ---- without mail


def test_an_administrator_hands_a_link_over(api: Api, ann: Person, meet: Meet) -> None:
    root = meet("root", is_staff=True)
    answer = root.api.post(f"/api/users/{ann.id}/reset-link")
    assert answer.status_code == 201
    token = answer.json()["url"].partition("#")[2]
    assert confirm(api, token).status_code == 204
    assert can_sign_in("ann", NEW)
    assert code_of(confirm(api, token)) == (400, "validation_error")


def test_staff_makes_no_link_into_an_administrators_account(meet: Meet) -> None:
    root = meet("root", is_staff=True, is_superuser=True)
    helper = meet("helper", is_staff=True)
    assert code_of(helper.api.post(f"/api/users/{root.id}/reset-link")) == (403, "permission_denied")
    assert code_of(helper.api.post("/api/users/999999/reset-link")) == (404, "not_found")


def test_the_operator_makes_one_at_the_console(api: Api, ann: Person) -> None:
    out = StringIO()
    call_command("reset_link", "ANN", stdout=out)
    assert confirm(api, out.getvalue().strip().partition("#")[2]).status_code == 204
    with pytest.raises(CommandError):
        call_command("reset_link", "nobody")
    (entry,) = AuditEntry.objects.all()
    assert (entry.actor_id, entry.action, entry.target_id) == (None, "user.reset_link", ann.id)


# ---- confirming the address


def test_where_addresses_are_confirmed_the_account_waits_for_it(api: Api, mailbox: Any, settings: Any) -> None:
    settings.EMAIL_VERIFICATION = "required"
    answer = api.post("/api/auth/register", FORM)
    assert (answer.status_code, answer.json()["access"], answer.json()["waits_for"]) == (202, None, "email")
    assert code_of(api.post("/api/auth/login", {"username": "ann", "password": PASSWORD})) == (403, "permission_denied")
    assert not can_sign_in("ann", "a wrong one")
    first, second = mailbox()
    assert "/confirm-email#" in first.body
    assert api.post("/api/auth/email/confirm", {"token": token_in(first)}).status_code == 204
    assert User.objects.get().email_verified_at is not None
    assert can_sign_in("ann", PASSWORD)
    assert code_of(api.post("/api/auth/email/confirm", {"token": token_in(second)})) == (400, "validation_error")


def test_a_confirmation_is_good_for_two_days(api: Api, mailbox: Any, settings: Any) -> None:
    settings.EMAIL_VERIFICATION = "required"
    api.post("/api/auth/register", FORM)
    with time_machine.travel(now() + timedelta(hours=49)):
        token = token_in(mailbox()[0])
        assert code_of(api.post("/api/auth/email/confirm", {"token": token})) == (400, "validation_error")


def test_only_the_owner_of_the_password_is_told_what_is_missing(api: Api, mailbox: Any, settings: Any) -> None:
    settings.EMAIL_VERIFICATION = "required"
    api.post("/api/auth/register", FORM)
    answer = api.post("/api/auth/login", {"username": "ann", "password": "a wrong one"})
    assert code_of(answer) == (401, "authentication_failed")
    assert len(mailbox()) == 1
