"""The admin's door, its languages, and that its pages keep to the content security policy."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib import admin
from django.test import Client

from accounts.models import User
from chatsite.administration.screens import Screen
from tests.administration.conftest import text_of

pytestmark = pytest.mark.django_db


def test_strangers_are_asked_to_sign_in_and_people_without_rights_are_not_let_in(as_ann: Client) -> None:
    for browser in (Client(), as_ann):
        for page in ("/admin/", "/admin/audit/auditentry/", "/admin/audit/"):
            assert browser.get(page)["Location"].startswith("/admin/login/")


def test_whoever_loses_their_rights_is_out(as_staff: Client, staff: User) -> None:
    assert as_staff.get("/admin/").status_code == 200
    User.objects.filter(pk=staff.pk).update(is_staff=False)
    assert as_staff.get("/admin/").status_code == 302


def test_the_language_is_the_browsers_until_it_is_switched(as_root: Client) -> None:
    chinese = {"Accept-Language": "zh-CN,zh;q=0.9"}
    assert "管理后台" in text_of(as_root.get("/admin/", headers=chinese))
    assert "Administration" in text_of(as_root.get("/admin/"))
    switched = as_root.post("/admin/language/", {"language": "zh-hans", "next": "/admin/"})
    cookie = switched.cookies["django_language"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/admin/", True, "Lax")
    assert "管理后台" in text_of(as_root.get("/admin/"))


def test_the_switch_leads_to_no_other_site(as_root: Client) -> None:
    answer = as_root.post("/admin/language/", {"language": "en", "next": "https://evil.example/"})
    assert "evil" not in answer["Location"]


def test_a_password_is_changed_in_the_client_where_other_devices_are_signed_out(as_root: Client) -> None:
    for answer in (as_root.get("/admin/password_change/"), as_root.post("/admin/password_change/", {})):
        assert (answer.status_code, answer["Location"]) == (302, "/")


def test_every_screen_is_one_that_cannot_write(as_root: Client) -> None:
    """Whatever is registered: no way to add, change or delete a row but by its deeds."""
    for model, screen in admin.site._registry.items():
        assert isinstance(screen, Screen), model
        for may in (screen.has_add_permission, screen.has_change_permission, screen.has_delete_permission):
            assert may(as_root.get("/admin/").wsgi_request) is False, model
        assert not screen.list_editable, model
        assert screen.show_full_result_count is False, model


INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|\son\w+=|javascript:|<(?:link|script|img)[^>]*(?:src|href)=.https?:")


def pages(browser: Client) -> list[str]:
    lists = [f"/admin/{m._meta.app_label}/{m._meta.model_name}/" for m in admin.site._registry]
    return [text_of(browser.get(page)) for page in ("/admin/", *lists)]


def test_no_page_needs_more_than_the_policy_allows(as_root: Client) -> None:
    """No script in a page, no handler in an attribute, nothing from elsewhere."""
    assert "script" not in re.sub(r"default-src|style-src", "", as_root.get("/admin/")["Content-Security-Policy"])
    for page in (*pages(as_root), text_of(Client().get("/admin/login/"))):
        assert not INLINE.search(page), INLINE.search(page)


# alpine-csp.js reads one expression: no second statement, no function, no global name.
NEEDS_EVAL = re.compile(r";\s*\S|=>|\bif\s*\(|\b(?:window|document|localStorage|Math|JSON)\b|`")
EXPRESSION = re.compile(r"""\s(?:x-(?:on|bind|data|init|show|text|if|for|resize)[\w:.-]*|@[\w.-]+)=("[^"]*"|'[^']*')""")


def test_no_page_holds_an_expression_that_needs_eval(as_root: Client) -> None:
    for page in (*pages(as_root), text_of(Client().get("/admin/login/"))):
        found = [e for e in EXPRESSION.findall(page) if NEEDS_EVAL.search(e[1:-1])]
        assert found == []


def test_no_script_of_ours_needs_eval() -> None:
    folder = Path(__file__).parents[2] / "chatsite" / "administration" / "static" / "administration"
    for script in folder.glob("*.js"):
        assert not re.search(r"\beval\(|new Function|AsyncFunction", script.read_text()), script.name


NOT_READ = re.compile(r"<(script|style|title|svg)\b.*?</\1>|<[^>]*material-symbols[^>]*>[^<]*|<[^>]*>", re.DOTALL)
ALLOWED_ENGLISH = {
    "English",
    "root",
    "hans",
    "Redis",
    "CSV",
    "UTC",
    "MySQL",
    "SQLite",
    "MariaDB",
    "nbsp",
    "example",
    "com",
}


def test_chinese_pages_leave_no_text_in_english(as_root: Client, root: User) -> None:
    lists = [f"/admin/{m._meta.app_label}/{m._meta.model_name}/" for m in admin.site._registry]
    person = f"/admin/accounts/user/{root.pk}/"
    for page in ("/admin/", *lists, f"{person}change/", f"{person}do/disable/"):
        words = NOT_READ.sub(" ", text_of(as_root.get(page, headers={"Accept-Language": "zh-CN"})))
        english = set(re.findall(r"\b[A-Za-z]{3,}\b", words)) - ALLOWED_ENGLISH
        assert english == set(), page
