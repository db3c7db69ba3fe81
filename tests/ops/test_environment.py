"""What the settings read from the environment."""

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from chatsite.settings import environment as env


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "MYSQL_HOST", "MYSQL_DATABASE", "REDIS_HOST"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("value", ["abc", "-1", "70000", "1.5", "٣", " 9 0"])
def test_what_is_no_whole_number_within_bounds_is_refused(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", value)
    with pytest.raises(ImproperlyConfigured, match="PORT must be a whole number from 1 to 65535"):
        env.whole("PORT", 9000, least=1, most=65535)


def test_zero_counts_where_it_stands_for_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for value, expected in (("0", 0), ("30", 30)):
        monkeypatch.setenv("AUDIT_DAYS", value)
        assert env.whole("AUDIT_DAYS", 0, least=30, or_zero=True) == expected
    monkeypatch.setenv("AUDIT_DAYS", "29")
    with pytest.raises(ImproperlyConfigured, match=r"from 30 to \d+, or 0, not '29'"):
        env.whole("AUDIT_DAYS", 0, least=30, or_zero=True)


def test_an_empty_value_counts_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", " ")
    assert env.whole("PORT", 9000) == 9000
    assert env.choice("PORT", ["on", "off"]) == "on"
    assert env.words("PORT", ["*"]) == ["*"]


def test_a_list_has_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "a.example, b.example,,")
    assert env.words("ALLOWED_HOSTS") == ["a.example", "b.example"]


def test_proxies_are_addresses_or_networks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRUSTED_PROXIES", "127.0.0.1, 10.1.2.3/8, ::1")
    assert env.networks("TRUSTED_PROXIES", []) == ["127.0.0.1/32", "10.0.0.0/8", "::1/128"]
    monkeypatch.setenv("TRUSTED_PROXIES", "127.0.0.1,nginx")
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES must hold addresses or networks"):
        env.networks("TRUSTED_PROXIES", [])


def test_only_the_options_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RATE_LIMITS", "OFF")
    assert env.choice("RATE_LIMITS", ["on", "off"]) == "off"
    monkeypatch.setenv("RATE_LIMITS", "no")
    with pytest.raises(ImproperlyConfigured, match="RATE_LIMITS must be one of on, off, not 'no'"):
        env.choice("RATE_LIMITS", ["on", "off"])


def test_the_names_of_the_former_system_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "HOST": "db",
        "PORT": "3307",
        "USER": "chat",
        "PASSWORD": "p@ss/w:rd",
        "DATABASE": "old",
    }.items():
        monkeypatch.setenv(f"MYSQL_{name}", value)
    for name, value in {"HOST": "cache", "PORT": "6380", "PASSWORD": "s#cret", "DB": "3"}.items():
        monkeypatch.setenv(f"REDIS_{name}", value)
    database = env.database(env.database_url("sqlite:///x"))
    named = {name: database[name] for name in ("HOST", "PORT", "USER", "PASSWORD", "NAME")}
    assert named == {"HOST": "db", "PORT": 3307, "USER": "chat", "PASSWORD": "p@ss/w:rd", "NAME": "old"}
    assert env.redis_url("unix:///x") == "redis://:s%23cret@cache:6380/3"


def test_the_new_names_come_before_the_old_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MYSQL_HOST", "old")
    monkeypatch.setenv("DATABASE_URL", "mysql://new/chat")
    monkeypatch.setenv("REDIS_HOST", "old")
    monkeypatch.setenv("REDIS_URL", "redis://new")
    assert env.database_url("x") == "mysql://new/chat"
    assert env.redis_url("x") == "redis://new"


def test_without_any_name_the_embedded_ones_serve() -> None:
    assert (env.database_url("here"), env.redis_url("here")) == ("here", "here")


def test_sqlite_is_durable_and_mysql_speaks_utf8mb4() -> None:
    sqlite: dict[str, Any] = env.database("sqlite:////tmp/x.sqlite3")
    assert "synchronous=FULL" in sqlite["OPTIONS"]["init_command"]
    assert sqlite["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    mysql: dict[str, Any] = env.database("mysql://root@127.0.0.1/chat")
    assert (mysql["OPTIONS"]["charset"], mysql["OPTIONS"]["isolation_level"]) == ("utf8mb4", "read committed")


@pytest.mark.parametrize("url", ["postgres://x/y", "chat.sqlite3", "mysql:/x", "http://x"])
def test_another_kind_of_database_is_refused(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL must be"):
        env.database(url)


def test_a_url_without_a_database_is_refused() -> None:
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL names no database"):
        env.database("mysql://root@127.0.0.1")
