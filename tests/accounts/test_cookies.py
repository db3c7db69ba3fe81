"""The browser's refresh token: in a cookie that only our own pages can use."""

from typing import Any

import pytest

from accounts.models import Session
from tests.accounts.conftest import FORM
from tests.conftest import Api
from tests.factories import PASSWORD, make_user
from tests.people import code_of

OWN = "http://testserver"


class Browser(Api):
    """Keeps cookies, names its page."""

    def __init__(self, origin: str | None = OWN, **headers: str) -> None:
        super().__init__(**({"Origin": origin} if origin is not None else {}), **headers)

    def sign_in(self) -> dict[str, Any]:
        make_user("ann")
        answer = self.post("/api/auth/login", {"username": "ann", "password": PASSWORD, "cookie": True})
        assert answer.status_code == 200
        return answer.json()

    @property
    def cookie(self) -> Any:
        return self.client.cookies["refresh"]


def test_the_cookie_hides_from_scripts_and_other_sites() -> None:
    browser = Browser()
    out = browser.sign_in()
    assert out["refresh"] is None
    assert Api(out["access"]).get("/api/auth/verify").status_code == 200
    cookie = browser.cookie
    assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/api/auth/")
    assert not cookie["secure"]


def test_registering_keeps_the_cookie_too() -> None:
    browser = Browser()
    assert browser.post("/api/auth/register", FORM | {"cookie": True}).json()["refresh"] is None
    assert browser.cookie.value


def test_the_cookie_is_secure_on_https() -> None:
    browser = Browser("https://testserver")
    make_user("ann")
    body = {"username": "ann", "password": PASSWORD, "cookie": True}
    answer = browser.client.post("/api/auth/login", body, "application/json", secure=True)
    assert answer.cookies["__Secure-refresh"]["secure"]


def test_a_trusted_proxy_says_that_the_browser_used_https(settings: Any) -> None:
    for proxies, secure in (("127.0.0.0/8", True), ("10.0.0.1", False)):
        settings.TRUSTED_PROXIES = proxies
        browser = Browser(**{"X-Forwarded-Proto": "https"})
        make_user("ann" + str(secure))
        answer = browser.post("/api/auth/login", {"username": f"ann{secure}", "password": PASSWORD, "cookie": True})
        (cookie,) = answer.cookies.values()
        assert (cookie.key, bool(cookie["secure"])) == ("__Secure-refresh" if secure else "refresh", secure)


def test_a_refresh_by_cookie_turns_the_cookie() -> None:
    browser = Browser()
    browser.sign_in()
    before = browser.cookie.value
    answer = browser.post("/api/auth/refresh", {})
    assert answer.status_code == 200
    assert answer.json()["refresh"] is None
    assert browser.cookie.value != before
    assert Api(answer.json()["access"]).get("/api/auth/verify").status_code == 200


@pytest.mark.parametrize(
    "origin",
    [
        None,
        "null",
        "file://",
        "http://evil.example",
        "http://testserver.evil.example",
        "http://eviltestserver",
        "http://testserver:8080",
        "app://chat",
        "http://testserver@evil.example",
        "http://[",
    ],
)
@pytest.mark.parametrize("path", ["/api/auth/refresh", "/api/auth/logout"])
def test_other_pages_cannot_use_the_cookie(origin: str | None, path: str) -> None:
    browser = Browser()
    browser.sign_in()
    other = Browser(origin)
    other.client.cookies = browser.client.cookies
    assert code_of(other.post(path, {})) == (403, "permission_denied")
    assert Session.objects.get().revoked_at is None


def test_a_cookie_call_must_say_that_it_is_json() -> None:
    browser = Browser()
    browser.sign_in()
    for kind in ("text/plain", "application/x-www-form-urlencoded", ""):
        answer = browser.client.generic("POST", "/api/auth/refresh", b"", kind, headers=browser.headers)
        assert code_of(answer) == (403, "permission_denied")


def test_the_public_address_is_our_own(settings: Any) -> None:
    settings.PUBLIC_URL = "https://chat.example"
    browser = Browser("https://chat.example")
    browser.sign_in()
    assert browser.post("/api/auth/refresh", {}).status_code == 200


def test_two_servers_on_one_host_keep_two_cookies(settings: Any) -> None:
    make_user("ann")
    browser = Api(Host="localhost:9001", Origin="http://localhost:9001")
    answer = browser.post("/api/auth/login", {"username": "ann", "password": PASSWORD, "cookie": True})
    assert list(answer.cookies) == ["refresh_9001"]


def test_logging_out_by_cookie_ends_the_session_and_the_cookie() -> None:
    browser = Browser()
    access = browser.sign_in()["access"]
    answer = browser.post("/api/auth/logout", {})
    assert answer.status_code == 204
    assert browser.cookie.value == ""
    assert code_of(Api(access).get("/api/auth/verify")) == (401, "authentication_failed")
    assert code_of(browser.post("/api/auth/refresh", {})) == (401, "authentication_failed")


def test_a_token_in_the_body_needs_no_cookie_rules() -> None:
    make_user("ann")
    token = Api().post("/api/auth/login", {"username": "ann", "password": PASSWORD}).json()["refresh"]
    answer = Api(Origin="http://anywhere.example").post("/api/auth/refresh", {"refresh": token})
    assert answer.status_code == 200
    assert not answer.cookies


def test_the_cookie_opens_nothing_but_refresh_and_logout() -> None:
    browser = Browser()
    browser.sign_in()
    for path in ("/api/auth/verify", "/api/users/me", "/api/auth/sessions"):
        assert code_of(browser.get(path)) == (401, "authentication_failed")


def test_signing_in_ends_the_session_that_the_browser_had() -> None:
    browser = Browser()
    before = browser.sign_in()["access"]
    make_user("bob")
    answer = browser.post("/api/auth/login", {"username": "bob", "password": PASSWORD, "cookie": True})
    assert code_of(Api(before).get("/api/auth/verify")) == (401, "authentication_failed")
    assert Api(answer.json()["access"]).get("/api/auth/verify").status_code == 200


def test_a_spoilt_cookie_keeps_nobody_from_signing_in() -> None:
    browser = Browser()
    browser.client.cookies["refresh"] = "spoilt"
    assert browser.sign_in()["access"]


def test_over_https_neither_plain_pages_nor_neighbours_set_the_cookie() -> None:
    make_user("ann")
    browser = Browser("https://testserver")
    body = {"username": "ann", "password": PASSWORD, "cookie": True}
    browser.client.post("/api/auth/login", body, "application/json", secure=True)
    cookie = browser.client.cookies["__Secure-refresh"]
    assert cookie["secure"]
    assert not cookie["domain"]
    options: dict[str, Any] = {"content_type": "application/json", "secure": True, "headers": browser.headers}
    assert browser.client.post("/api/auth/refresh", {}, **options).status_code == 200
    browser.client.post("/api/auth/logout", {}, **options)
    gone = browser.client.cookies["__Secure-refresh"]
    assert (gone.value, gone["secure"]) == ("", True)
