"""An empty server: who sits at it, or knows its code, becomes the administrator."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from accounts.models import User
from accounts.services import first_admin_code
from tests.accounts.conftest import FORM
from tests.conftest import Api
from tests.factories import make_user
from tests.people import code_of

AT_HOME = {"Host": "localhost:9000"}


@pytest.fixture(autouse=True)
def _own_var(settings: Any, tmp_path: Path) -> None:
    settings.VAR_DIR = tmp_path
    settings.FIRST_ADMIN_CODE = ""


def is_admin(answer: Any) -> bool:
    assert answer.status_code == 201, answer.content
    user = User.objects.get(pk=answer.json()["user"]["id"])
    assert user.is_staff == user.is_superuser == answer.json()["user"]["is_staff"]
    return bool(user.is_superuser)


def another(name: str) -> dict[str, Any]:
    return FORM | {"username": name, "email": f"{name}@example.com"}


@pytest.mark.parametrize("host", ["localhost", "localhost:9000", "127.0.0.1:9000", "[::1]:9000"])
def test_the_first_account_from_the_machine_itself_is_the_administrator(host: str) -> None:
    assert is_admin(Api(Host=host).post("/api/auth/register", FORM))
    assert not is_admin(Api(Host=host).post("/api/auth/register", another("bob")))


def test_our_own_page_and_the_desktop_client_count_as_the_machine() -> None:
    assert is_admin(Api(**AT_HOME, Origin="http://localhost:9000").post("/api/auth/register", FORM))
    User.objects.all().delete()
    assert is_admin(Api(**AT_HOME, Origin="app://chat").post("/api/auth/register", FORM))


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "chat.example"},
        {"Host": "192.168.1.5:9000"},
        AT_HOME | {"X-Forwarded-For": "203.0.113.5"},
        AT_HOME | {"X-Forwarded-For": "127.0.0.1"},
        AT_HOME | {"Forwarded": "for=203.0.113.5"},
        AT_HOME | {"X-Real-Ip": "203.0.113.5"},
        AT_HOME | {"Via": "1.1 proxy"},
        AT_HOME | {"Origin": "http://evil.example"},
        AT_HOME | {"Origin": "null"},
    ],
)
def test_through_a_proxy_or_a_foreign_page_nobody_is_at_home(headers: dict[str, str]) -> None:
    assert not is_admin(Api(**headers).post("/api/auth/register", FORM))


def test_from_another_machine_nobody_is_at_home(api: Api) -> None:
    api.client.defaults["REMOTE_ADDR"] = "192.168.1.7"
    api.headers |= AT_HOME
    assert not is_admin(api.post("/api/auth/register", FORM))


def test_the_code_of_the_terminal_makes_the_administrator_from_anywhere(api: Api) -> None:
    code = first_admin_code()
    assert code is not None
    assert first_admin_code() == code
    wrong = api.post("/api/auth/register", FORM | {"admin_code": code + "x"})
    assert list(wrong.json()["fields"]) == ["admin_code"]
    assert not User.objects.exists()
    assert not is_admin(api.post("/api/auth/register", another("early")))
    assert is_admin(api.post("/api/auth/register", FORM | {"admin_code": code}))
    assert code_of(api.post("/api/auth/register", another("bob") | {"admin_code": code})) == (400, "validation_error")


def test_the_code_is_the_owners_and_goes_once_used(
    api: Api, tmp_path: Path, django_capture_on_commit_callbacks: Any
) -> None:
    code = first_admin_code()
    path = tmp_path / "first-admin-code"
    assert path.read_text() == code
    assert path.stat().st_mode & 0o777 == 0o600
    assert [p.name for p in tmp_path.iterdir()] == ["first-admin-code"]
    with django_capture_on_commit_callbacks(execute=True):
        api.post("/api/auth/register", FORM | {"admin_code": code})
    assert not path.exists()
    assert first_admin_code() is None
    assert not path.exists()


def test_a_setting_may_name_the_code(api: Api, settings: Any) -> None:
    settings.FIRST_ADMIN_CODE = "let me in"
    assert first_admin_code() == "let me in"
    assert is_admin(api.post("/api/auth/register", FORM | {"admin_code": "let me in"}))


def test_people_without_an_administrator_still_get_one(api: Api) -> None:
    make_user("early")
    assert is_admin(Api(**AT_HOME).post("/api/auth/register", FORM))


@pytest.mark.parametrize("mode", ["closed", "invite", "approval"])
def test_the_first_administrator_comes_in_whatever_the_mode(mode: str, settings: Any) -> None:
    settings.REGISTRATION = mode
    settings.EMAIL_VERIFICATION = "required"
    assert is_admin(Api(**AT_HOME).post("/api/auth/register", FORM))
    assert Api(**AT_HOME).post("/api/auth/register", another("bob")).status_code in (202, 403)


@pytest.mark.django_db(transaction=True)
def test_of_ten_first_accounts_at_once_one_is_administrator() -> None:
    def run(number: int) -> int:
        try:
            return int(Api(**AT_HOME).post("/api/auth/register", another(f"user{number}")).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(run, range(10))) == {201}
    assert User.objects.filter(is_superuser=True).count() == 1
