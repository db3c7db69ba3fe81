"""What the cheat sheet promises holds, and nothing needs a mouse."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.browser import Client, until
from tests.e2e.conftest import Arrive
from tests.live import Frame, Person


@pytest.fixture
def desk(arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame) -> Client:
    """周舟, whose room it is, with a message of Maya's and one of their own."""
    maya.say(shared_room["id"], "the plan, please")
    client = arrive().sign_in(zhou.name)
    client.open(shared_room["name"])
    client.say("马上发")
    return client


def at(client: Client, text: str) -> Locator:
    """-> the message, with the focus on it, reached by the arrow keys."""
    client.log.focus()
    message = client.message(text).first
    for _ in range(8):
        client.page.keyboard.press("ArrowUp")
        if message.evaluate("it => it === document.activeElement"):
            return message
    raise AssertionError(f"The arrows do not reach “{text}”.")


def test_each_key_among_messages_does_what_the_sheet_says(desk: Client) -> None:
    page, press = desk.page, desk.page.keyboard.press
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    at(desk, "the plan")
    press("r")
    expect(page.locator(".foot .mode")).to_contain_text("the plan")
    press("Escape")
    expect(page.locator(".foot .mode")).to_have_count(0)
    at(desk, "马上发")
    press("e")
    expect(desk.composer).to_have_value("马上发")
    press("Escape")
    at(desk, "the plan")
    press("c")
    expect(page.get_by_text(desk.words["copied"]).last).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == "the plan, please"
    press("l")
    until(page, "async () => (await navigator.clipboard.readText()).includes('?m=')")
    press("p")
    expect(desk.button("pins")).to_be_visible()
    press("+")
    palette = page.get_by_role("dialog", name=desk.words["react"])
    expect(palette.get_by_role("searchbox")).to_be_focused()
    press("ArrowDown")
    press("Enter")
    expect(desk.message("the plan").locator(".reactions")).to_contain_text("👍")
    at(desk, "马上发")
    press("Delete")
    expect(desk.log.get_by_text("You recalled a message")).to_be_visible()


def test_who_wrote_is_shown_by_a_key_and_the_focus_comes_back(desk: Client) -> None:
    message = at(desk, "the plan")
    desk.page.keyboard.press("i")
    card = desk.page.get_by_role("dialog", name="Maya Chen")
    expect(card.get_by_role("button", name="Message")).to_be_focused()
    desk.page.keyboard.press("Escape")
    expect(card).to_have_count(0)
    expect(message).to_be_focused()


def test_the_menu_of_a_message_is_walked_by_keys(desk: Client) -> None:
    message = at(desk, "the plan")
    desk.page.keyboard.press("Enter")
    items = desk.page.get_by_role("menuitem")
    expect(items.first).to_be_focused()
    names = items.all_inner_texts()
    assert len(names) >= 8
    for number in range(1, len(names)):
        desk.page.keyboard.press("ArrowDown")
        expect(items.nth(number)).to_be_focused()
    desk.page.keyboard.press("Escape")
    expect(message).to_be_focused()
    desk.page.keyboard.press("Enter")
    desk.page.get_by_role("menuitem", name="View profile").focus()
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_role("dialog", name="Maya Chen")).to_be_visible()
    desk.page.keyboard.press("Escape")
    at(desk, "马上发")
    desk.page.keyboard.press("Enter")
    desk.page.get_by_role("menuitem", name=desk.words["readers"]).focus()
    desk.page.keyboard.press("Enter")
    expect(desk.page.get_by_role("dialog", name=desk.words["readers"])).to_be_visible()


def test_what_could_not_be_sent_is_taken_back_by_keys(desk: Client, zhou: Person, maya: Person) -> None:
    desk.context.set_offline(True)
    desk.may_be_cut_off()
    desk.composer.fill("into the void")
    desk.composer.press("Enter")
    at(desk, "into the void")
    desk.page.keyboard.press("Enter")
    desk.page.get_by_role("menuitem", name="Delete").focus()
    desk.page.keyboard.press("Enter")
    expect(desk.message("into the void")).to_have_count(0)
    desk.context.set_offline(False)
    desk.hurry()


def test_f6_goes_round_the_regions(desk: Client, shared_room: Frame) -> None:
    page, press = desk.page, desk.page.keyboard.press
    members = page.get_by_role("complementary", name=desk.words["members"])
    round_trip = [members.locator("[data-roving]").first, desk.row(shared_room["name"]), None, desk.log, desk.composer]
    expect(members.locator("[data-roving]")).to_have_count(2)
    desk.composer.focus()
    for stop in round_trip:
        press("F6")
        if stop is None:
            assert page.evaluate("document.activeElement.closest('header') !== null")
        else:
            expect(stop).to_be_focused()
    press("Shift+F6")
    expect(desk.log).to_be_focused()
    press("Control+/")
    expect(page.get_by_role("dialog")).to_be_visible()
    press("F6")
    assert page.evaluate("document.activeElement.closest('dialog') !== null")


def test_the_sheet_knows_how_i_send(arrive: Arrive, maya: Person) -> None:
    maya.ok("PATCH", "/api/users/me", {"preferences": {"send_key": "ctrl_enter"}})
    client = arrive().sign_in(maya.name)
    client.page.keyboard.press("Control+/")
    sheet = client.page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(sheet.locator("dl > div").filter(has=client.page.get_by_text("Send", exact=True))).to_have_text(
        re.compile("Ctrl\\s*Enter")
    )


def test_a_message_is_marked_unread_and_read_again_by_keys(arrive: Arrive, zhou: Person, maya: Person) -> None:
    room = zhou.make_room("键盘")
    maya.ok("POST", f"/api/rooms/{room['id']}/join")
    zhou.say(room["id"], "one")
    client = arrive().sign_in(maya.name)
    client.open("键盘")
    expect(client.badge("键盘")).to_have_count(0)
    at(client, "one")
    client.page.keyboard.press("u")
    expect(client.badge("键盘")).to_have_text("1")
    client.page.keyboard.press("Escape")
    expect(client.badge("键盘")).to_have_count(0)


def test_the_members_have_the_focus_while_they_lie_over_the_room_and_give_it_back(
    arrive: Arrive, maya: Person, shared_room: Frame
) -> None:
    client = arrive(size=(900, 700)).sign_in(maya.name)
    client.open(shared_room["name"])
    panel = client.page.get_by_role("complementary", name=client.words["members"])
    client.button("members").focus()
    client.page.keyboard.press("Enter")
    expect(panel).to_be_focused()
    client.page.keyboard.press("Tab")
    expect(client.button("invite_others", panel)).to_be_focused()
    client.page.keyboard.press("Escape")
    expect(panel).to_have_count(0)
    expect(client.button("members")).to_be_focused()
