"""What production refuses to start on, and local warns of."""

from typing import Any

import pytest
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from chatsite import startup
from chatsite.checks import check_settings, is_private, unsafe_database, unsafe_redis
from tests.ops.conftest import Installation

pytestmark = pytest.mark.once

SAFE: dict[str, Any] = {
    "UNSAFE": "refuse",
    "DEBUG": False,
    "SECRET_KEY": "k9Vq2mX7pL4wZ8tR1nB6yH3cJ5sD0fGa",
    "JWT_SECRET_KEY": "Tz5xW8qE2rY7uI1oP4aS9dF6gH3jK0lM",
    "ALLOWED_HOSTS": ["chat.example.com"],
    "ALLOWED_ORIGINS": ["https://intranet.example.com"],
    "PUBLIC_URL": "https://chat.example.com",
    "REDIS_URL": "redis://:password@8.8.8.8:6379/0",
    "DATABASE_URL": "mysql://chat@db/chat",
    "RATE_LIMITS": True,
}


@pytest.fixture
def production(settings: Any) -> Any:
    """The settings of a safe public installation; a test makes one thing unsafe."""
    for name, value in SAFE.items():
        setattr(settings, name, value)
    return settings


def found() -> list[tuple[str, bool]]:
    """-> (id, does it keep the server from starting)"""
    return [(str(message.id), message.is_serious()) for message in check_settings()]


def test_a_safe_installation_has_nothing_to_complain_of(production: Any) -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [
        ("SECRET_KEY", "", "E001"),
        ("JWT_SECRET_KEY", "", "E001"),
        ("SECRET_KEY", "k9Vq2mX7pL4wZ8tR1nB6yH3cJ5sD0fG", "E002"),
        ("JWT_SECRET_KEY", "short", "E002"),
        ("SECRET_KEY", "django-insecure-k9Vq2mX7pL4wZ8tR1nB6yH3cJ5sD0fGa", "E003"),
        ("JWT_SECRET_KEY", "your-secret-key-change-this-in-production", "E003"),
        ("JWT_SECRET_KEY", "my-own-secret-key-of-the-whole-company", "E003"),
        ("JWT_SECRET_KEY", "a" * 64, "E003"),
        ("JWT_SECRET_KEY", SAFE["SECRET_KEY"], "E004"),
        ("DEBUG", True, "E010"),
        ("ALLOWED_HOSTS", ["*"], "E011"),
        ("ALLOWED_HOSTS", [], "E011"),
        ("ALLOWED_HOSTS", ["chat.example.com", ".example.com"], "E011"),
        ("ALLOWED_ORIGINS", ["*"], "E012"),
        ("ALLOWED_ORIGINS", ["https://*.example.com"], "E012"),
        ("ALLOWED_ORIGINS", ["http://intranet.example.com"], "E013"),
        ("DEMO", True, "E014"),
        ("REDIS_URL", "redis://8.8.8.8:6379/0", "E020"),
        ("REDIS_URL", "redis://chat@8.8.8.8:6379/0", "E020"),
    ],
)
def test_production_refuses(production: Any, name: str, value: Any, number: str) -> None:
    setattr(production, name, value)
    assert (f"chat.{number}", True) in found()


@pytest.mark.parametrize(
    ("name", "value", "number"),
    [("RATE_LIMITS", False, "W030"), ("DATABASE_URL", "sqlite:///x", "W031"), ("PUBLIC_URL", "", "W032")],
)
def test_production_warns(production: Any, name: str, value: Any, number: str) -> None:
    setattr(production, name, value)
    assert found() == [(f"chat.{number}", False)]


def test_local_starts_on_a_private_network_without_a_word(production: Any) -> None:
    production.UNSAFE = "warn"
    production.ALLOWED_HOSTS, production.ALLOWED_ORIGINS = ["*"], ["http://192.168.1.7:5173"]
    production.DATABASE_URL, production.PUBLIC_URL = "sqlite:///x", ""
    assert found() == []


def test_local_warns_where_production_refuses(production: Any) -> None:
    production.UNSAFE, production.SECRET_KEY = "warn", "short"
    assert found() == [("chat.E002", False)]


@pytest.mark.parametrize(
    "url", ["unix:///run/redis.sock", "redis://127.0.0.1", "redis://10.1.2.3:6379/0", "redis://[::1]"]
)
def test_a_redis_that_only_we_reach_needs_no_password(url: str) -> None:
    assert list(unsafe_redis(url)) == []


def test_an_unknown_host_does_not_count_as_private() -> None:
    assert not is_private("no-such-host.invalid")
    assert is_private("localhost")


GOOD = {
    "is_mariadb": False,
    "version": (8, 0, 36),
    "log_bin": 1,
    "sync_binlog": 1,
    "innodb_flush_log_at_trx_commit": 1,
}


@pytest.mark.parametrize(
    ("changes", "number"),
    [
        ({"version": (5, 7, 44)}, "040"),
        ({"version": (10, 5, 29), "is_mariadb": True}, "040"),
        ({"log_bin": 0}, "041"),
        ({"sync_binlog": 0}, "042"),
        ({"sync_binlog": 100}, "042"),
        ({"innodb_flush_log_at_trx_commit": 2}, "043"),
        ({"innodb_flush_log_at_trx_commit": 0}, "043"),
    ],
)
def test_a_database_that_forgets_is_unsafe(changes: dict[str, Any], number: str) -> None:
    assert [found for found, _ in unsafe_database(GOOD | changes)] == [number]


@pytest.mark.parametrize("changes", [{}, {"version": (8, 4, 0)}, {"version": (10, 6, 0), "is_mariadb": True}])
def test_a_database_that_keeps_its_word_is_safe(changes: dict[str, Any]) -> None:
    assert list(unsafe_database(GOOD | changes)) == []


@pytest.mark.django_db
def test_what_the_database_says_of_itself_is_asked(production: Any) -> None:
    from django.db import connection

    said = [m for m in checks.run_checks(tags=["chat"], databases=["default"]) if str(m.id).startswith("chat.E04")]
    if connection.vendor == "sqlite":
        assert said == []
    else:
        with connection.cursor() as cursor:
            cursor.execute("SELECT @@log_bin, @@sync_binlog, @@innodb_flush_log_at_trx_commit")
            safe = cursor.fetchone() == (1, 1, 1)
        assert (said == []) is safe


@pytest.mark.django_db
def test_a_server_started_by_other_means_refuses_too(production: Any) -> None:
    production.DATABASE_URL = "sqlite:///x"
    production.SECRET_KEY = "short"
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is shorter than 32 characters"):
        startup.refuse_unsafe()


@pytest.mark.django_db
async def test_a_worker_asks_the_database_although_it_starts_on_an_event_loop(production: Any) -> None:
    production.SECRET_KEY = "short"
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY is shorter than 32 characters"):
        startup.refuse_unsafe()


def test_the_real_production_settings_refuse_what_local_takes(installation: Installation) -> None:
    done = installation.manage(
        "serve",
        DJANGO_SETTINGS_MODULE="chatsite.settings.production",
        SECRET_KEY="secret",
        DEBUG="1",
        ALLOWED_HOSTS="*",
        PORT="9329",
    )
    assert done.returncode == 1
    for number in ("E001", "E002", "E010", "E011"):
        assert f"(chat.{number})" in done.stderr
    assert "Traceback" not in done.stderr
