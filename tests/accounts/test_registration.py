"""New accounts: what is accepted, what is taken, in which mode."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from accounts.models import Session, User
from accounts.services import invites
from tests.accounts.conftest import FORM
from tests.conftest import Api
from tests.factories import PASSWORD, make_user
from tests.people import Meet, code_of


def test_registering_signs_in(api: Api) -> None:
    answer = api.post("/api/auth/register", FORM | {"display_name": "Ann Lee"})
    assert answer.status_code == 201
    out = answer.json()
    assert out["user"]["username"] == "ann"
    assert out["user"]["display_name"] == "Ann Lee"
    assert out["user"]["email"] == "ann@example.com"
    assert Api(out["access"]).get("/api/auth/verify").json()["user"]["id"] == out["user"]["id"]
    assert api.post("/api/auth/refresh", {"refresh": out["refresh"]}).status_code == 200


def test_without_a_display_name_the_username_stands_in(api: Api) -> None:
    assert api.post("/api/auth/register", FORM).json()["user"]["display_name"] == "ann"


@pytest.mark.parametrize("name", ["ab", "张三", "Zoë", "a_b.c-d", "Ольга", "ひらがな", "a" * 32, "ผู้ใช้", "٣٤"])
def test_usernames_of_any_script_are_welcome(api: Api, name: str) -> None:
    assert api.post("/api/auth/register", FORM | {"username": name}).status_code == 201


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a",
        "a" * 33,
        "a b",
        "a@b.org",
        "a\u200bb",
        "a\nb",
        "ann\u202e",
        "👍👍",
        "...",
        "ㅤㅤ",
        "a\ufe0f",
        "\u0301ab",
        "a:b",
        "ﷺ",
    ],
)
def test_other_usernames_are_refused(api: Api, name: str) -> None:
    answer = api.post("/api/auth/register", FORM | {"username": name})
    assert code_of(answer) == (400, "validation_error")
    assert list(answer.json()["fields"]) == ["username"]


@pytest.mark.parametrize("name", ["ann", "ANN", "Ａｎｎ", "aNn"])
def test_a_username_that_reads_the_same_is_taken(api: Api, name: str) -> None:
    make_user("Ann", email="other@example.com")
    answer = api.post("/api/auth/register", FORM | {"username": name})
    assert code_of(answer) == (409, "conflict")
    assert list(answer.json()["fields"]) == ["username"]


def test_folding_reaches_beyond_ascii(api: Api) -> None:
    make_user("straße", email="other@example.com")
    assert code_of(api.post("/api/auth/register", FORM | {"username": "STRASSE"})) == (409, "conflict")


def test_an_address_has_one_account(api: Api) -> None:
    make_user("other", email="Ann@Example.com")
    answer = api.post("/api/auth/register", FORM)
    assert code_of(answer) == (409, "conflict")
    assert list(answer.json()["fields"]) == ["email"]


@pytest.mark.parametrize(
    "email", ["", "ann", "ann@", "@example.com", "a b@example.com", "ann@example.com\nBcc: x@y.org"]
)
def test_what_is_no_address_is_refused(api: Api, email: str) -> None:
    assert code_of(api.post("/api/auth/register", FORM | {"email": email})) == (400, "validation_error")


@pytest.mark.parametrize("password", ["1234567", "x" * 129, "password", "Password123", "qwertyuiop", "ANN-of-GREEN"])
def test_weak_passwords_are_refused(api: Api, password: str) -> None:
    answer = api.post("/api/auth/register", FORM | {"username": "ann-of-green", "password": password})
    assert code_of(answer) == (400, "validation_error")
    assert list(answer.json()["fields"]) == ["password"]


@pytest.mark.parametrize("password", ["密码密码密码密码", "x" * 127 + "y", "correct horse"])
def test_length_counts_in_characters(api: Api, password: str) -> None:
    assert api.post("/api/auth/register", FORM | {"password": password}).status_code == 201
    assert api.post("/api/auth/login", {"username": "ann", "password": password}).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"is_staff": True},
        {"is_superuser": True},
        {"id": 1},
        {"username": 5},
        {"username": None},
        {"password": ["x" * 10]},
        {"cookie": 1},
        {"email": {}},
    ],
)
def test_unknown_fields_and_wrong_types_are_refused(api: Api, change: dict[str, object]) -> None:
    answer = api.post("/api/auth/register", FORM | change)
    assert code_of(answer) == (400, "validation_error")
    assert list(answer.json()["fields"]) == list(change)
    assert not User.objects.exists()


@pytest.mark.parametrize("raw", [b"", b"null", b"[]", b"{", b'{"username": "\\ud800"}', b"\xff\xfe", b'"x"'])
def test_bodies_that_are_no_form_are_refused(api: Api, raw: bytes) -> None:
    assert code_of(api.request("POST", "/api/auth/register", raw=raw)) == (400, "validation_error")


@pytest.mark.parametrize("missing", ["username", "email", "password"])
def test_nothing_may_be_missing(api: Api, missing: str) -> None:
    answer = api.post("/api/auth/register", {k: v for k, v in FORM.items() if k != missing})
    assert list(answer.json()["fields"]) == [missing]


def test_the_language_of_the_browser_becomes_the_users(api: Api) -> None:
    chinese = Api(**{"Accept-Language": "zh-CN,zh;q=0.9"})
    assert chinese.post("/api/auth/register", FORM).json()["user"]["locale"] == "zh-CN"


def test_names_lose_what_would_disturb_the_text_around_them(api: Api) -> None:
    out = api.post("/api/auth/register", FORM | {"display_name": " \u202eAnn\u0007  \n Lee "}).json()
    assert out["user"]["display_name"] == "Ann Lee"


def test_the_address_is_nobody_elses_business(api: Api, meet: Meet) -> None:
    ann, bob = meet("ann"), meet("bob")
    assert "email" not in bob.api.get(f"/api/users/{ann.id}").json()


def test_the_trailing_slash_is_optional(api: Api) -> None:
    assert api.post("/api/auth/register/", FORM).status_code == 201


# ---- modes


def test_a_closed_server_takes_nobody(api: Api, settings: object) -> None:
    settings.REGISTRATION = "closed"  # type: ignore[attr-defined]
    assert code_of(api.post("/api/auth/register", FORM)) == (403, "permission_denied")
    assert not User.objects.exists()


def test_by_invite_only_the_invited_register(api: Api, meet: Meet, settings: object) -> None:
    settings.REGISTRATION = "invite"  # type: ignore[attr-defined]
    root = meet("root", is_staff=True)
    assert code_of(api.post("/api/auth/register", FORM)) == (403, "permission_denied")
    invite = root.api.post("/api/auth/invites", {"max_uses": 1})
    assert invite.status_code == 201
    token = invite.json()["token"]
    assert invite.json()["url"].endswith(f"#{token}")
    wrong = api.post("/api/auth/register", FORM | {"invite": token[:-1]})
    assert list(wrong.json()["fields"]) == ["invite"]
    assert api.post("/api/auth/register", FORM | {"invite": token}).status_code == 201
    again = api.post("/api/auth/register", {**FORM, "username": "bob", "email": "b@x.org", "invite": token})
    assert code_of(again) == (400, "validation_error")


def test_a_refused_registration_uses_no_invite_up(api: Api, meet: Meet, settings: object) -> None:
    settings.REGISTRATION = "invite"  # type: ignore[attr-defined]
    token = invites.invite(by=meet("root", is_staff=True).user).token
    assert api.post("/api/auth/register", FORM | {"username": "root", "invite": token}).status_code == 409
    assert api.post("/api/auth/register", FORM | {"invite": token}).status_code == 201


def test_withdrawn_and_late_invites_are_refused(api: Api, meet: Meet, settings: object) -> None:
    settings.REGISTRATION = "invite"  # type: ignore[attr-defined]
    root = meet("root", is_staff=True)
    late = root.api.post("/api/auth/invites", {"expires_at": "2020-01-01T00:00:00Z"}).json()
    withdrawn = root.api.post("/api/auth/invites").json()
    assert [i["id"] for i in root.api.get("/api/auth/invites").json()["results"]] == [withdrawn["id"]]
    assert root.api.delete(f"/api/auth/invites/{withdrawn['id']}").status_code == 204
    assert code_of(root.api.delete(f"/api/auth/invites/{withdrawn['id']}")) == (404, "not_found")
    for invite in (late, withdrawn):
        assert api.post("/api/auth/register", FORM | {"invite": invite["token"]}).status_code == 400


def test_only_staff_invites_approves_and_makes_links(api: Api, ann: object, meet: Meet) -> None:
    bob = meet("bob")
    calls = [
        ("GET", "/api/auth/invites"),
        ("POST", "/api/auth/invites"),
        ("DELETE", "/api/auth/invites/1"),
        ("GET", "/api/auth/approvals"),
        ("PUT", "/api/auth/approvals/1"),
        ("DELETE", "/api/auth/approvals/1"),
        ("POST", f"/api/users/{bob.id}/reset-link"),
    ]
    for method, path in calls:
        assert code_of(bob.api.request(method, path)) == (403, "permission_denied"), path
        assert code_of(api.request(method, path)) == (401, "authentication_failed"), path


def test_with_approval_the_account_stays_shut_until_let_in(api: Api, meet: Meet, settings: object) -> None:
    settings.REGISTRATION = "approval"  # type: ignore[attr-defined]
    root = meet("root", is_staff=True)
    answer = api.post("/api/auth/register", FORM)
    assert answer.status_code == 202
    assert (answer.json()["access"], answer.json()["refresh"], answer.json()["waits_for"]) == (None, None, "approval")
    login = {"username": "ann", "password": PASSWORD}
    assert code_of(api.post("/api/auth/login", login)) == (403, "permission_denied")
    assert code_of(api.post("/api/auth/login", login | {"password": "wrong one"})) == (401, "authentication_failed")
    (waiting,) = root.api.get("/api/auth/approvals").json()["results"]
    assert code_of(meet("bob").api.get(f"/api/users/{waiting['id']}")) == (404, "not_found")
    assert root.api.put(f"/api/auth/approvals/{waiting['id']}").json()["username"] == "ann"
    assert api.post("/api/auth/login", login).status_code == 200
    assert code_of(root.api.put(f"/api/auth/approvals/{waiting['id']}")) == (404, "not_found")


def test_who_is_turned_away_may_try_again(api: Api, meet: Meet, settings: object) -> None:
    settings.REGISTRATION = "approval"  # type: ignore[attr-defined]
    root = meet("root", is_staff=True)
    api.post("/api/auth/register", FORM)
    (waiting,) = root.api.get("/api/auth/approvals").json()["results"]
    assert root.api.delete(f"/api/auth/approvals/{waiting['id']}").status_code == 204
    assert code_of(root.api.delete(f"/api/auth/approvals/{root.id}")) == (404, "not_found")
    assert api.post("/api/auth/register", FORM).status_code == 202


def test_nobody_is_signed_in_by_a_refusal(api: Api) -> None:
    make_user("ann")
    api.post("/api/auth/register", FORM)
    assert not Session.objects.exists()


def test_registering_takes_few_queries(api: Api, django_assert_max_num_queries: object) -> None:
    with django_assert_max_num_queries(14):  # type: ignore[operator]
        assert api.post("/api/auth/register", FORM).status_code == 201


# ---- races


def at_once(forms: list[dict[str, object]]) -> list[tuple[int, list[str]]]:
    def run(form: dict[str, object]) -> tuple[int, list[str]]:
        try:
            answer = Api().post("/api/auth/register", form)
            return answer.status_code, sorted(answer.json().get("fields") or {})
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(forms)) as pool:
        return sorted(pool.map(run, forms))


@pytest.mark.django_db(transaction=True)
def test_of_ten_who_want_a_name_at_once_one_gets_it() -> None:
    answers = at_once([FORM | {"email": f"ann{n}@example.com"} for n in range(10)])
    assert answers == [(201, [])] + [(409, ["username"])] * 9
    assert User.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_ten_who_use_an_address_at_once_one_gets_it() -> None:
    answers = at_once([FORM | {"username": f"ann{n}"} for n in range(10)])
    assert answers == [(201, [])] + [(409, ["email"])] * 9


@pytest.mark.django_db(transaction=True)
def test_the_last_use_of_an_invite_is_used_once(settings: object) -> None:
    settings.REGISTRATION = "invite"  # type: ignore[attr-defined]
    token = invites.invite(by=make_user("root", is_staff=True), max_uses=3).token
    forms = [FORM | {"username": f"u{n}", "email": f"u{n}@example.com", "invite": token} for n in range(8)]
    answers = at_once(forms)
    assert [status for status, _ in answers] == [201] * 3 + [400] * 5
    assert User.objects.count() == 4
