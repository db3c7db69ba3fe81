"""The admin in a browser that watches for scripts, styles and addresses that its policy does not allow."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import Visitor
from tests.live import Person, Server


@pytest.fixture
def page(admin: Visitor) -> Page:
    return admin.page


def open_sidebar(page: Page) -> None:
    button = page.locator("button[title]:visible", has_text="dock_to_right")
    if not page.locator("#nav-sidebar").is_visible():
        button.click()
    expect(page.locator("#nav-sidebar")).to_be_visible()


def own_menu(page: Page) -> None:
    open_sidebar(page)
    page.locator(".administration-me").click()


def test_theme_and_language_are_switched_and_stay(page: Page) -> None:
    own_menu(page)
    page.get_by_text("Dark", exact=True).click()
    expect(page.locator("html")).to_have_class(re.compile(r"\bdark\b"))
    page.locator("form[action='/admin/language/'] button", has_text="简体中文").click()
    expect(page.get_by_text("在线人数")).to_be_visible()
    page.reload()
    expect(page.locator("html")).to_have_class(re.compile(r"\bdark\b"))
    expect(page.get_by_text("每日消息")).to_be_visible()


def test_a_disabled_person_is_gone_from_every_device(page: Page, server: Server) -> None:
    me = server.register()
    with me.socket() as socket:
        open_sidebar(page)
        page.locator("#nav-sidebar").get_by_role("link", name="People").click()
        page.locator("#searchbar").fill(me.name)
        page.locator("#searchbar").press("Enter")
        page.locator("#result_list").get_by_role("link", name=me.name).first.click()
        page.get_by_role("link", name="Disable").click()
        page.get_by_label("Reason").fill("a test")
        page.get_by_role("button", name="Disable").click()
        expect(page.get_by_text("The account is disabled.")).to_be_visible()
        assert socket.closed_with() == 4401


def test_lists_are_narrowed_by_filters(page: Page, root: Person, server: Server) -> None:
    somebody = server.register()
    page.goto("/admin/accounts/user/")
    expect(page.locator("#result_list").get_by_text(somebody.name).first).to_be_visible()
    page.locator("a", has_text="filter_list").first.click()
    page.get_by_role("link", name="administrators").click()
    expect(page.locator("#result_list").get_by_text(somebody.name)).to_have_count(0)
    expect(page.locator("#result_list").get_by_text(root.name).first).to_be_visible()
    page.locator("a", has_text="filter_list").first.click()
    page.locator("input[name=date_joined_until]").fill("2001-01-01")
    page.get_by_role("button", name="Apply").click()
    expect(page.get_by_text("Nothing found.")).to_be_visible()


def test_a_link_for_a_new_password_is_shown_to_be_copied(page: Page, server: Server) -> None:
    me = server.register()
    page.goto(f"/admin/accounts/user/{me.id}/change/")
    page.get_by_role("link", name="Link for a new password").click()
    page.get_by_role("button", name="Link for a new password").click()
    expect(page.locator("#secret")).to_have_value(re.compile("/reset-password#"))
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
