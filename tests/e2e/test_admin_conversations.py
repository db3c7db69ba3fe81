"""Rooms, messages, reports, words and settings in the admin, and what people who are connected see of it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.browser import Visitor
from tests.live import Frame, Person, Server


@pytest.fixture
def page(admin: Visitor) -> Page:
    return admin.page


@pytest.fixture
def talk(server: Server) -> tuple[Person, Person, Frame]:
    """Two people and the room of the first."""
    ann, bob = server.register(), server.register()
    room = ann.make_room("Harbour")
    bob.ok("POST", f"/api/rooms/{room['id']}/join")
    return ann, bob, room


def do(page: Page, deed: str) -> None:
    """Opens a deed's page and says yes."""
    page.get_by_role("link", name=deed, exact=True).click()
    page.get_by_role("button", name=deed, exact=True).click()


def test_a_setting_reaches_who_is_connected_and_goes_back(page: Page, talk: tuple[Person, Person, Frame]) -> None:
    _ann, bob, _room = talk
    with bob.socket() as socket:
        page.goto("/admin/live/override/")
        page.get_by_label("Time to recall").fill("77")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved; it holds everywhere")).to_be_visible()
        assert socket.expect("server_updated")["limits"]["recall_seconds"] == 77
        page.locator("#RECALL_WINDOW_SECONDS").get_by_role("button", name="Reset").click()
        expect(page.locator("#RECALL_WINDOW_SECONDS")).to_contain_text("as in the environment")
        assert socket.expect("server_updated")["limits"]["recall_seconds"] == 120


def test_a_member_is_muted_and_taken_out(page: Page, talk: tuple[Person, Person, Frame]) -> None:
    _ann, bob, room = talk
    with bob.socket() as socket:
        page.goto(f"/admin/rooms/room/{room['id']}/change/")
        page.locator("tr", has_text=bob.name).get_by_role("link", name="Act").click()
        page.get_by_role("link", name="Mute", exact=True).click()
        page.get_by_label("For how long").select_option("1440")
        page.get_by_role("button", name="Mute", exact=True).click()
        expect(page.get_by_text("The member is muted.")).to_be_visible()
        assert socket.expect("membership_updated", room_id=room["id"])["membership"]["muted_until"]
        page.locator("tr", has_text=bob.name).get_by_role("link", name="Act").click()
        do(page, "Take out of the room")
        assert socket.expect("room_removed", room_id=room["id"])["reason"] == "kicked"


def test_a_reported_message_is_recalled(page: Page, talk: tuple[Person, Person, Frame]) -> None:
    ann, bob, room = talk
    message = bob.say(room["id"], "rude words")
    ann.ok("POST", f"/api/messages/{message['id']}/report", {"reason": "abuse", "text": "look"})
    with ann.socket() as socket:
        page.goto("/admin/messaging/report/")
        page.locator("#result_list").get_by_role("link", name=re.compile(r"^#\d+$")).first.click()
        expect(page.get_by_text("rude words")).to_be_visible()
        do(page, "Recall the message")
        expect(page.get_by_text("Done, and the report is closed.")).to_be_visible()
        assert socket.expect("message_updated", room_id=room["id"])["message"]["content"] == ""


def test_what_two_people_say_stays_theirs(admin: Visitor, talk: tuple[Person, Person, Frame]) -> None:
    page = admin.page
    ann, bob, _room = talk
    room = ann.ok("POST", "/api/direct", {"user_id": bob.id})
    message = ann.say(room["id"], "for you alone")
    page.goto(f"/admin/messaging/message/{message['id']}/change/")
    expect(page.get_by_text("[between two people]")).to_be_visible()
    page.get_by_role("link", name="Ask to read it").click()
    page.get_by_label("Reason").fill("curious")
    admin.may_be_refused(403)
    page.get_by_role("button", name="Ask to read it").click()
    expect(page.get_by_text("That you asked has been recorded.")).to_be_visible()
    assert "for you alone" not in page.content()


def test_pasted_words_hold_at_once(page: Page, talk: tuple[Person, Person, Frame]) -> None:
    _ann, bob, room = talk
    page.goto("/admin/messaging/filteredword/")
    page.get_by_role("link", name="Add words").click()
    page.get_by_label("Words").fill("rosebud\n海洛因")
    page.get_by_label("What happens").select_option("mask")
    page.get_by_role("button", name="Add words").click()
    expect(page.locator("#result_list").get_by_text("rosebud")).to_be_visible()
    assert bob.say(room["id"], "a rosebud")["content"] == "a *******"
    page.get_by_role("link", name="Remove words").click()
    page.get_by_label("Words").fill("rosebud, 海洛因")
    page.get_by_role("button", name="Remove words").click()
    expect(page.get_by_text("Words removed: 2")).to_be_visible()
    assert bob.say(room["id"], "a rosebud")["content"] == "a rosebud"
