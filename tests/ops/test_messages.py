"""`make messages`: the Chinese of the server."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils.translation import gettext, override

from chatsite.errors import CODES, NotFound


@pytest.fixture
def catalogs(tmp_path: Path, settings: Any) -> Path:
    settings.LOCALE_PATHS = [tmp_path]
    return tmp_path / "zh_Hans" / "LC_MESSAGES"


def test_every_error_speaks_chinese() -> None:
    with override("zh-hans"):
        assert all("一" <= gettext(str(text))[0] <= "鿿" for _, text in CODES.values())


def test_the_browsers_language_is_found(api: Any, db: None) -> None:
    answers = [api.request("GET", "/api/users/me")]
    api.headers["Accept-Language"] = "zh-CN,zh;q=0.9,en;q=0.8"
    answers.append(api.request("GET", "/api/users/me"))
    assert [answer.json()["message"] for answer in answers] == ["Sign in to go on.", "请先登录。"]


def test_a_locale_is_given_to_errors_on_the_socket() -> None:
    assert NotFound().out(locale="zh-hans").message != NotFound().out(locale="en").message


def test_the_committed_catalogs_are_complete_and_fresh() -> None:
    call_command("messages", "--check")


def test_what_is_not_translated_is_named(catalogs: Path) -> None:
    with pytest.raises(CommandError, match=r"Not translated in .*This does not exist\."):
        call_command("messages")
    assert (catalogs / "django.po").is_file()


def test_a_stale_catalog_is_no_good(catalogs: Path) -> None:
    catalogs.mkdir(parents=True)
    with pytest.raises(CommandError, match=r"Stale: .*Run `make messages`"):
        call_command("messages", "--check")


def test_templates_are_searched_too(catalogs: Path) -> None:
    with pytest.raises(CommandError):
        call_command("messages")
    assert 'msgid "Set a new password"' in (catalogs / "django.po").read_text()
