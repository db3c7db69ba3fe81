"""Language, theme and the narrow window."""

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.browser import PHONE, Client
from tests.e2e.conftest import Arrive
from tests.e2e.test_accessibility import complaints
from tests.live import Frame, Person

# How light the page is, 0 to 255.
GROUND = "Math.max(...getComputedStyle(document.querySelector('main')).backgroundColor.match(/\\d+/g).map(Number))"


def expect_light(client: Client) -> None:
    client.page.wait_for_function(f"() => {GROUND} > 240")


def expect_dark(client: Client) -> None:
    client.page.wait_for_function(f"() => {GROUND} < 60")


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
    expect_light(client)
    client.settings().get_by_role("radio", name="Dark").check(force=True)
    expect_dark(client)
    client.page.reload()
    expect(client.composer).to_be_visible()
    expect_dark(client)


def test_the_theme_of_the_system_is_taken(arrive: Arrive) -> None:
    client = arrive(theme="dark")
    client.page.goto("/signin")
    expect(client.field("password")).to_be_visible()
    expect_dark(client)


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


def hold(client: Client, target: Locator) -> None:
    """A finger: down, still for longer than a tap, and up again."""
    box = target.bounding_box()
    assert box is not None
    at = {"x": box["x"] + box["width"] / 2, "y": box["y"] + box["height"] / 2}
    fingers = client.context.new_cdp_session(client.page)
    fingers.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [at]})
    expect(client.page.get_by_role("menu")).to_be_visible()
    fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


def test_a_long_press_opens_the_menu_of_a_message(arrive: Arrive, maya: Person, shared_room: Frame) -> None:
    first = maya.say(shared_room["id"], "press me")
    maya.say(shared_room["id"], "answer", reply_to=first["id"])
    client = arrive(size=PHONE, touch=True).sign_in(maya.name)
    client.open(shared_room["name"])
    for target in (client.message("answer").locator(".text"), client.message("answer").locator(".quote")):
        hold(client, target)
        client.page.wait_for_timeout(100)  # a lifted finger that closes it again would have done so
        expect(client.page.locator("article.flashing")).to_have_count(0)
        client.page.get_by_role("menuitem", name=client.words["reply"]).tap()
        expect(client.button("cancel_reply")).to_be_visible()


def sticking_out(client: Client) -> list[str]:
    """What is wider than the window, and cannot be scrolled to where it belongs."""
    found: list[str] = client.page.evaluate(
        """() => [...document.querySelectorAll('body *')].filter(one => {
          const { width, right } = one.getBoundingClientRect()
          if (!width || right <= innerWidth + 1 || getComputedStyle(one).visibility === 'hidden') return false
          for (let box = one.parentElement; box; box = box.parentElement)
            if (getComputedStyle(box).overflowX !== 'visible') return false
          return true
        }).map(one => `${one.tagName} ${one.className}`)"""
    )
    return found


def every_tab_fits(client: Client) -> None:
    dialog = client.page.get_by_role("dialog")
    dialog.wait_for()
    for tab in dialog.get_by_role("tab").all():
        tab.click()
        assert sticking_out(client) == [], tab.inner_text()
    client.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


@pytest.mark.parametrize("size", [(320, 640), (640, 400)], ids=["320 pixels", "200 percent"])
def test_everything_fits_into_a_small_window(
    arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame, size: tuple[int, int]
) -> None:
    maya.say(shared_room["id"], "x" * 300 + " 一二三四五六七八九十" * 20 + "\n```\n" + "code " * 60 + "\n```")
    zhou.ok("PATCH", f"/api/rooms/{shared_room['id']}", {"announcement": "周五 18:00 停机维护"})
    client = arrive(size=size, locale="zh")
    for path in ("/signin", "/register", "/forgot-password"):
        client.page.goto(path)
        client.page.get_by_role("heading").first.wait_for()
        assert sticking_out(client) == [], path
    client.sign_in(zhou.name)
    assert sticking_out(client) == []
    client.settings()
    every_tab_fits(client)
    client.open(shared_room["name"])
    expect(client.message("code")).to_be_visible()
    assert sticking_out(client) == []
    client.button("more").click()
    client.page.get_by_role("menuitem", name=client.words["room_settings"]).click()
    every_tab_fits(client)
    client.button("members").click()
    assert sticking_out(client) == []


def test_a_dialog_holds_the_focus_and_gives_it_back(arrive: Arrive, maya: Person) -> None:
    client = arrive().sign_in(maya.name)
    for opener in (client.button("settings"), client.page.get_by_role("button", name=client.words["contacts"])):
        opener.focus()
        client.page.keyboard.press("Enter")
        client.page.get_by_role("dialog").wait_for()
        for _ in range(30):
            client.page.keyboard.press("Tab")
            # On its way round the focus passes the browser's own bar, which a page knows as its body.
            assert client.page.evaluate("!!document.activeElement.matches('dialog *, dialog, body')")
        client.page.keyboard.press("Escape")
        expect(opener).to_be_focused()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("locale", ["zh", "en"])
def test_a_phone_without_a_network_says_all_of_it(
    arrive: Arrive, maya: Person, shared_room: Frame, locale: str, theme: str
) -> None:
    client = arrive(size=PHONE, touch=True, locale=locale, theme=theme).sign_in(maya.name)
    client.row(shared_room["name"]).click()
    expect(client.composer).to_be_visible()
    client.may_be_cut_off()
    client.context.set_offline(True)
    expect(client.button("retry_now")).to_be_visible()
    notice = client.page.get_by_role("status").filter(has=client.button("retry_now")).locator(".cut")
    assert [cut for cut in notice.all() if cut.evaluate("it => it.scrollWidth > it.clientWidth")] == []
    assert complaints(client) == []
    client.context.set_offline(False)
    client.hurry()
    expect(client.button("retry_now")).to_have_count(0)
