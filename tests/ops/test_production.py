"""What a public installation tells browsers, keeps of passwords and asks of a mail server, with its real settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.ops.conftest import Installation

PROGRAM = """
import json, time
from django.contrib.auth.hashers import make_password
from django.core.mail import get_connection
from django.test import Client
page, call = (Client().get(path, secure=True, HTTP_HOST="chat.example.com") for path in ("/admin/login/", "/api/none"))
plain = Client().get("/api/none", HTTP_HOST="chat.example.com")
mail = get_connection()
from django.conf import settings
print(json.dumps({
    "hsts": [answer.headers["Strict-Transport-Security"] for answer in (page, call)],
    "cookies": {name: dict(morsel) for name, morsel in page.cookies.items()},
    "session": [settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY],
    "language": [settings.LANGUAGE_COOKIE_NAME, settings.LANGUAGE_COOKIE_SECURE, settings.LANGUAGE_COOKIE_PATH],
    "plain": [plain.status_code, plain.headers.get("Strict-Transport-Security")],
    "stranger": Client().get("/api/none", HTTP_HOST="evil.example").status_code,
    "hash": make_password("correct horse").rpartition("$")[0].rpartition("$")[0],
    "offset": time.strftime("%z"),
    "mail": [mail.use_tls, mail.ssl_context.verify_mode, mail.ssl_context.check_hostname],
}))
"""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    installation = Installation(Path(tmp_path_factory.mktemp("production")))
    done = installation.manage(
        "shell",
        "--no-imports",
        "-c",
        PROGRAM,
        DJANGO_SETTINGS_MODULE="chatsite.settings.production",
        PUBLIC_URL="https://chat.example.com",
        ALLOWED_HOSTS="chat.example.com",
        SECRET_KEY="k9Vq2mX7pL4wZ8tR1nB6yH3cJ5sD0fGa",
        JWT_SECRET_KEY="Tz5xW8qE2rY7uI1oP4aS9dF6gH3jK0lM",
        EMAIL_URL="smtp+tls://chat:word@mail.example.com:587",
    )
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_browsers_come_by_https_for_a_year(said: dict[str, Any]) -> None:
    assert said["hsts"] == ["max-age=31536000"] * 2


def test_a_call_by_plain_http_is_not_led_on(said: dict[str, Any]) -> None:
    assert said["plain"] == [404, None]


def test_another_host_name_is_not_served(said: dict[str, Any]) -> None:
    assert said["stranger"] == 400


def test_the_admins_cookies_belong_to_this_very_host(said: dict[str, Any]) -> None:
    assert said["session"] == ["__Host-sessionid", True, True]
    (name, cookie) = said["cookies"].popitem()
    assert (name, cookie["path"], cookie["domain"], cookie["samesite"]) == ("__Host-csrftoken", "/", "", "Lax")
    assert cookie["secure"]
    assert said["language"] == ["__Secure-language", True, "/admin/"]


def test_passwords_are_kept_by_argon2id(said: dict[str, Any]) -> None:
    assert said["hash"] == "argon2$argon2id$v=19$m=102400,t=2,p=8"


def test_the_log_tells_the_time_in_utc(said: dict[str, Any]) -> None:
    assert said["offset"] == "+0000"


def test_the_mail_server_must_prove_who_it_is(said: dict[str, Any]) -> None:
    assert said["mail"] == [True, 2, True]  # ssl.CERT_REQUIRED
