"""axe on every screen, light and dark, Chinese and English: nothing against WCAG 2.2 AA."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import expect

from tests.e2e.browser import Client
from tests.e2e.conftest import Arrive
from tests.live import ROOT, Frame, Person

AXE = ROOT / "frontend/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
LOOKS = [(locale, theme) for locale in ("zh", "en") for theme in ("light", "dark")]

pytestmark = pytest.mark.parametrize(("locale", "theme"), LOOKS)


def complaints(client: Client) -> list[str]:
    """What axe finds on the page as it is now."""
    client.page.evaluate(AXE.read_text())
    said: dict[str, list[dict[str, Any]]] = client.page.evaluate(
        "async rules => { const { passes, violations } = await axe.run(document, { runOnly: rules, preload: false });"
        " return { passes, violations } }",
        RULES,
    )
    assert len(said["passes"]) > 5, "axe has looked at nothing"
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}" for one in said["violations"] for node in one["nodes"]
    ]


class Look:
    """Collects what axe says of each screen, so that one run tells of all."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.found: dict[str, list[str]] = {}

    def at(self, screen: str) -> None:
        if found := complaints(self.client):
            self.found[screen] = found

    def at_each_tab(self, screen: str) -> None:
        tabs = self.client.page.get_by_role("dialog").get_by_role("tab")
        for at in range(tabs.count()):
            tabs.nth(at).click()
            self.at(f"{screen} {at + 1}")

    def leave(self) -> None:
        """Closes what is open on top of the page."""
        self.client.page.keyboard.press("Escape")
        expect(self.client.page.get_by_role("dialog")).to_have_count(0)


@pytest.fixture
def look(arrive: Arrive, locale: str, theme: str) -> Iterator[Callable[[], Look]]:
    looks: list[Look] = []

    def begin() -> Look:
        looks.append(Look(arrive(locale=locale, theme=theme)))
        return looks[-1]

    yield begin
    assert {screen: found for one in looks for screen, found in one.found.items()} == {}


def test_the_way_in(look: Callable[[], Look], zhou: Person) -> None:
    room = zhou.make_room("设计组 Design")
    invite = zhou.ok("POST", f"/api/rooms/{room['id']}/invites", {})
    view = look()
    page = view.client.page
    for path in ("/signin", "/register", "/forgot-password", "/reset-password?token=x", f"/invite/{invite['token']}"):
        page.goto(path)
        page.get_by_role("heading").first.wait_for()
        view.at(path.partition(invite["token"])[0])
    view.client.may_be_refused(404)
    page.goto("/invite/nothing-like-a-token")
    page.get_by_role("heading").first.wait_for()
    view.at("invite that is over")
    view.client.may_be_refused(400)
    page.goto("/confirm-email?token=x")
    page.get_by_role("link", name=view.client.words["sign_in"], exact=True).wait_for()
    view.at("link of a mail that is over")


def test_home_and_what_is_opened_from_it(look: Callable[[], Look], zhou: Person) -> None:
    view = look()
    client = view.client.sign_in(zhou.name)
    view.at("home")
    for way in ("make", "join", "directory", "person", "group"):
        client.start(way)
        client.page.get_by_role("dialog").wait_for()
        view.at(way)
        view.leave()
    for key, name in {"Control+k": "switcher", "Control+/": "shortcuts"}.items():
        client.page.keyboard.press(key)
        client.page.get_by_role("dialog").wait_for()
        view.at(name)
        view.leave()


def test_every_tab_of_the_settings(look: Callable[[], Look], zhou: Person, maya: Person) -> None:
    maya.ok("POST", f"/api/users/friends/{zhou.id}", {"message": "设计组的 Maya"})
    view = look()
    client = view.client.sign_in(zhou.name)
    client.settings().wait_for()
    view.at_each_tab("settings")
    view.leave()
    client.page.get_by_role("button", name=client.words["contacts"]).click()
    client.page.get_by_role("dialog").wait_for()
    view.at_each_tab("contacts")


def test_a_picture_that_is_cut(look: Callable[[], Look], zhou: Person, tmp_path: Path) -> None:
    picture = tmp_path / "me.png"
    Image.new("RGB", (300, 200), "teal").save(picture)
    view = look()
    settings = view.client.sign_in(zhou.name).settings()
    settings.get_by_role("tab").first.click()
    settings.locator("input[type=file]").set_input_files(picture)
    settings.locator("canvas").wait_for()
    view.at("picture")


def test_what_is_done_with_a_person(look: Callable[[], Look], zhou: Person, maya: Person, shared_room: Frame) -> None:
    view = look()
    client = view.client.sign_in(zhou.name)
    client.open(shared_room["name"])
    member = client.page.get_by_role("complementary").get_by_role("listitem").filter(has_text="Maya Chen")
    card = client.page.get_by_role("dialog", name="Maya Chen", exact=True)
    for item in ("set_remark", "block", "report"):
        member.click()
        client.button("card_more", within=card).click()
        _choose(view, item)
    member.click()
    client.button("add_friend", within=card).click()
    _asked(view, "befriend")
    for item in ("mute", "kick", "ban"):
        client.button("member_actions", within=member).click()
        _choose(view, item)


def _choose(view: Look, item: str) -> None:
    view.client.page.get_by_role("menuitem", name=view.client.words[item], exact=True).click()
    _asked(view, item)


def _asked(view: Look, screen: str) -> None:
    """A dialog over everything, not the card that led to it."""
    view.client.page.locator("dialog[open]").wait_for()
    view.at(screen)
    view.leave()


def test_what_is_done_with_a_room(look: Callable[[], Look], zhou: Person, maya: Person, shared_room: Frame) -> None:
    zhou.ok("PATCH", f"/api/rooms/{shared_room['id']}", {"announcement": "周五 18:00 停机维护"})
    view = look()
    client = view.client.sign_in(zhou.name)
    client.open(shared_room["name"])
    for item in ("room_settings", "invite_others"):
        client.button("more", within=client.page.locator("main header")).click()
        client.page.get_by_role("menuitem", name=client.words[item], exact=True).click()
        client.page.get_by_role("dialog").wait_for()
        view.at_each_tab(item)
        view.leave()
    client.button("more", within=client.page.locator("main header")).click()
    client.page.get_by_role("menuitem", name=client.words["leave_room"]).click()
    client.page.get_by_role("dialog").wait_for()
    view.at("leave")
    view.leave()
    client.page.locator("main header").get_by_role("button", name=client.words["announcement"]).click()
    client.page.get_by_role("dialog").wait_for()
    view.at("announcement")
    view.leave()
    with _menu(view):
        client.page.locator("main header").get_by_role("button", name=client.words["notify"]).click()
        view.at("notify menu")
    client.page.get_by_role("complementary").get_by_role("listitem").filter(has_text="Maya Chen").click()
    client.page.get_by_role("dialog", name="Maya Chen").wait_for()
    view.at("person")


def test_what_is_asked_about_messages(look: Callable[[], Look], zhou: Person, maya: Person, shared_room: Frame) -> None:
    _talk(zhou, maya, shared_room)
    view = look()
    client = view.client.sign_in(zhou.name)
    client.open(shared_room["name"])
    expect(client.message("three o'clock").first).to_be_visible()
    client.menu_of("好，", "readers")
    client.page.get_by_role("dialog").wait_for()
    view.at("readers")
    view.leave()
    client.message("three o'clock").first.click(button="right")
    client.page.get_by_role("menuitem", name=client.words["who_reacted"]).click()
    client.page.get_by_role("dialog").wait_for()
    view.at("who reacted")
    view.leave()
    client.page.locator("main header").get_by_role("button", name=client.words["pins"]).click()
    client.page.get_by_role("dialog", name=client.words["pins"]).get_by_role("listitem").wait_for()
    view.at("pins")
    view.leave()
    client.log.get_by_role("button").and_(client.page.locator("[aria-haspopup=dialog]")).first.click()
    client.page.get_by_role("dialog").wait_for()
    view.at("date")
    view.leave()
    client.composer.fill("@")
    client.page.get_by_role("listbox").wait_for()
    view.at("mention popup")
    client.composer.fill(":smi")
    client.page.get_by_role("listbox", name=client.words["emoji"]).wait_for()
    view.at("emoji popup")
    client.composer.fill("")
    client.page.get_by_role("toolbar").get_by_role("button", name=client.words["emoji"]).click()
    client.page.get_by_role("tab").first.wait_for()
    view.at("emoji")


def test_a_room_and_what_is_in_it(look: Callable[[], Look], zhou: Person, maya: Person, shared_room: Frame) -> None:
    _talk(zhou, maya, shared_room)
    view = look()
    client = view.client.sign_in(zhou.name)
    client.open(shared_room["name"])
    expect(client.message("and **bold**").or_(client.message("and bold"))).to_be_visible()
    view.at("room")
    with _menu(view):
        client.message("three o'clock").first.click(button="right")
        view.at("message menu")
    with _menu(view):
        client.button("more", within=client.page.locator("main header")).click()
        view.at("room menu")


@contextmanager
def _menu(view: Look) -> Iterator[None]:
    yield
    view.client.page.keyboard.press("Escape")
    expect(view.client.page.get_by_role("menu")).to_have_count(0)


def _talk(zhou: Person, maya: Person, room: Frame) -> None:
    """A bit of everything that a room can show."""
    first = maya.say(room["id"], "three o'clock at the lake?")
    zhou.say(room["id"], "好，@Maya Chen 三点见", mentions=[maya.id], reply_to=first["id"])
    maya.say(room["id"], "😀")
    maya.say(room["id"], "```python\nprint('hi')\n```\nhttps://example.com and **bold**")
    gone = maya.say(room["id"], "wrong room")
    maya.ok("POST", f"/api/messages/{gone['id']}/recall")
    zhou.ok("PUT", f"/api/messages/{first['id']}/reactions/%F0%9F%91%8D")
    zhou.ok("PUT", f"/api/messages/{first['id']}/pin")


def test_a_direct_conversation(look: Callable[[], Look], zhou: Person, maya: Person) -> None:
    room = maya.ok("POST", "/api/direct", {"user_id": zhou.id})
    maya.say(room["id"], "hello 周舟")
    view = look()
    view.client.sign_in(zhou.name)
    view.client.page.goto(f"/rooms/{room['id']}")
    expect(view.client.message("hello 周舟")).to_be_visible()
    view.at("direct")
