"""Language, theme and the narrow window."""

from playwright.sync_api import expect

from tests.e2e.browser import PHONE, Client
from tests.e2e.conftest import Arrive
from tests.live import Frame, Person


def ground(client: Client) -> int:
    """-> how light the page is, 0 to 255"""
    lightness: int = client.page.evaluate(
        "() => Math.max(...getComputedStyle(document.querySelector('main')).backgroundColor.match(/\\d+/g).map(Number))"
    )
    return lightness


def test_the_language_changes_without_a_reload_and_stays(arrive: Arrive, maya: Person, shared_room: Frame) -> None:
    client = arrive().sign_in(maya.name)
    client.open(shared_room["name"])
    client.composer.fill("half a sentence")
    client.page.evaluate("window.isTheSamePage = true")
    client.settings().get_by_role("radio", name="中文").check(force=True)
    expect(client.page.get_by_role("heading", name="设置")).to_be_visible()
    client.page.keyboard.press("Escape")
    expect(client.composer).to_have_value("half a sentence")
    assert client.page.evaluate("window.isTheSamePage")
    assert client.page.evaluate("document.documentElement.lang") == "zh-CN"
    client.page.reload()
    expect(client.page.get_by_role("navigation", name="会话")).to_be_visible()


def test_the_dark_theme_is_chosen_and_stays(arrive: Arrive, maya: Person, shared_room: Frame) -> None:
    client = arrive().sign_in(maya.name)
    client.open(shared_room["name"])
    assert ground(client) > 240
    client.settings().get_by_role("radio", name="Dark").check(force=True)
    assert ground(client) < 60
    client.page.reload()
    expect(client.composer).to_be_visible()
    assert ground(client) < 60


def test_the_theme_of_the_system_is_taken(arrive: Arrive) -> None:
    client = arrive(theme="dark")
    client.page.goto("/signin")
    expect(client.field("password")).to_be_visible()
    assert ground(client) < 60


def test_a_phone_shows_one_column_and_goes_back(arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame) -> None:
    for number in range(30):
        zhou.make_room(f"room {number}")
    client = arrive(size=PHONE, touch=True).sign_in(zhou.name)
    expect(client.list).to_be_visible()
    rooms = client.page.locator(".rooms")
    client.row("room 3").last.scroll_into_view_if_needed()
    scrolled = rooms.evaluate("rooms => rooms.scrollTop")
    assert scrolled > 0
    client.row("room 3").last.click()
    expect(client.composer).to_be_visible()
    expect(client.list).not_to_be_visible()
    client.say("x" * 300)
    assert client.page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    client.page.get_by_role("link", name=client.words["back"]).click()
    expect(client.list).to_be_visible()
    assert rooms.evaluate("rooms => rooms.scrollTop") == scrolled


def test_a_long_press_opens_the_menu_of_a_message(arrive: Arrive, maya: Person, shared_room: Frame) -> None:
    maya.say(shared_room["id"], "press me")
    client = arrive(size=PHONE, touch=True).sign_in(maya.name)
    client.open(shared_room["name"])
    client.message("press me").dispatch_event(
        "pointerdown", {"pointerType": "touch", "isPrimary": True, "clientX": 120, "clientY": 600, "bubbles": True}
    )
    expect(client.page.get_by_role("menuitem", name=client.words["recall"])).to_be_visible()
