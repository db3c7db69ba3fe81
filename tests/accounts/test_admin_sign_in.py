"""The Django admin is a second door to the same accounts: it must be no weaker than the first."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.services import administrators
from accounts.services.administration import disable, enable, sign_out_everywhere
from tests.factories import make_user

PASSWORD = "an operators password"
LOGIN = "/admin/login/"


@pytest.fixture(autouse=True)
def _root() -> None:
    User.objects.create_superuser("Root", password=PASSWORD)


def enter(client: Client, password: str = PASSWORD, name: str = "ROOT", query: str = "") -> Any:
    return client.post(LOGIN + query, {"username": name, "password": password})


def test_the_password_of_the_account_opens_it(client: Client) -> None:
    assert enter(client, "a wrong one").status_code == 200
    assert enter(client).status_code == 302
    assert client.get("/admin/").status_code == 200


def test_whoever_comes_by_the_doors_own_address_is_led_inside(client: Client) -> None:
    assert enter(client)["Location"] == "/admin/"


def test_guesses_count_as_they_do_at_the_api(client: Client, api: Any, settings: Any) -> None:
    settings.RATE_LIMITS = True
    for _ in range(10):
        enter(client, "a wrong one")
    assert enter(client).status_code == 200, "the right password is not even looked at"
    assert api.post("/api/auth/login", {"username": "root", "password": PASSWORD}).status_code == 429


def test_only_staff_comes_in(client: Client) -> None:
    make_user("ann", password=PASSWORD)
    make_user("bob", password=PASSWORD, is_staff=True, is_active=False)
    for name in ("ann", "bob"):
        assert enter(client, name=name).status_code == 200
        assert client.get("/admin/").status_code == 302


def test_each_sign_in_is_a_session_that_ends_with_signing_out(client: Client) -> None:
    seen = []
    for _ in range(2):
        enter(client)
        cookie = client.cookies["sessionid"]
        assert (cookie["httponly"], cookie["samesite"], len(cookie.value)) == (True, "Lax", 32)
        seen.append(cookie.value)
        client.post("/admin/logout/")
    assert len(set(seen)) == 2
    for value in seen:
        client.cookies["sessionid"] = value
        assert client.get("/admin/").status_code == 302


def test_a_new_password_ends_it(client: Client) -> None:
    enter(client)
    root = User.objects.get()
    root.set_password("another password")
    root.save()
    assert client.get("/admin/").status_code == 302


@pytest.mark.parametrize("who", ["themselves", "an administrator"])
def test_signing_out_everywhere_ends_it_and_nobody_elses(client: Client, api: Any, who: str) -> None:
    staff, root = make_user("ann", password=PASSWORD, is_staff=True), User.objects.get(username="Root")
    enter(client, name="ann")
    other = Client()
    enter(other)
    if who == "themselves":
        assert api.by(staff).delete("/api/auth/sessions").status_code == 204
    else:
        sign_out_everywhere(by=root, user_id=staff.pk)
    assert client.get("/admin/").status_code == 302
    assert other.get("/admin/").status_code == 200


def test_what_was_closed_with_the_account_opens_with_nothing_but_a_password(client: Client) -> None:
    staff, root = make_user("ann", password=PASSWORD, is_staff=True), User.objects.get(username="Root")
    enter(client, name="ann")
    disable(by=root, user_id=staff.pk)
    enable(by=root, user_id=staff.pk)
    assert client.get("/admin/").status_code == 302
    enter(client, name="ann")
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize("place", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_it_leads_to_no_other_site(client: Client, place: str) -> None:
    assert "evil" not in enter(client, query=f"?next={place}")["Location"]


def test_the_first_administrators_code_cannot_be_guessed(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    User.objects.update(is_superuser=False)
    code = administrators.first_admin_code()
    assert code is not None
    assert len(code) >= 22, "128 bits in base64"
