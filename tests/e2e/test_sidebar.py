"""The list of conversations, and the ways to one of them."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.browser import Client
from tests.e2e.codes import read_code
from tests.e2e.conftest import Arrive
from tests.live import Frame, Person


def rows(client: Client) -> list[str]:
    """The names of the conversations, from top to bottom."""
    return client.list.locator("a .name").all_inner_texts()


def switcher(client: Client, words: str) -> Locator:
    client.page.keyboard.press("Control+k")
    client.page.get_by_role("combobox").fill(words)
    return client.page.get_by_role("listbox").get_by_role("option")


def test_a_pinned_conversation_stands_on_top(arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame) -> None:
    maya.make_room("Newer")
    client = arrive().sign_in(maya.name)
    client.row("Newer").wait_for()
    assert rows(client) == ["Newer", shared_room["name"]]
    client.row(shared_room["name"]).click(button="right")
    client.page.get_by_role("menuitem", name="Pin").click()
    expect(client.list.locator("a .name").first).to_have_text(shared_room["name"])
    expect(client.list.get_by_role("button", name="Pinned")).to_be_visible()


def test_unread_ones_are_filtered_and_read_from_the_menu(
    arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    maya.make_room("Quiet")
    zhou.say(shared_room["id"], "看到了吗")
    client = arrive().sign_in(maya.name)
    client.list.get_by_role("button", name=re.compile("^Unread")).click()
    expect(client.list.get_by_role("link")).to_have_count(1)
    client.row(shared_room["name"]).click(button="right")
    client.page.get_by_role("menuitem", name="Mark as read").click()
    expect(client.list.get_by_text("You are all caught up")).to_be_visible()


def test_rooms_and_people_are_kept_apart_on_every_device(
    arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    direct = zhou.ok("POST", "/api/direct", {"user_id": maya.id})
    zhou.say(direct["id"], "hi")
    client = arrive().sign_in(maya.name)
    client.page.get_by_role("button", name="Rooms and people apart").click()
    for device in (client, arrive().sign_in(maya.name)):
        expect(device.list.get_by_role("heading")).to_have_text(["Rooms", "People"])


def test_an_archived_room_is_folded_away(arrive: Arrive, maya: Person, shared_room: Frame) -> None:
    old = maya.make_room("Old plans")
    maya.ok("DELETE", f"/api/rooms/{old['id']}")
    client = arrive().sign_in(maya.name)
    client.row(shared_room["name"]).wait_for()
    expect(client.row("Old plans")).to_have_count(0)
    client.list.get_by_role("button", name="Archived").click()
    expect(client.row("Old plans")).to_be_visible()


def test_the_switcher_finds_by_pinyin_and_its_initials(arrive: Arrive, zhou: Person, maya: Person) -> None:
    maya.make_room("设计组 Design")
    maya.make_room("Release 2.0 上线")
    client = arrive().sign_in(maya.name)
    client.row("设计组 Design").wait_for()
    expect(switcher(client, "sjz")).to_have_text(re.compile("设计组 Design"))
    client.page.keyboard.press("Enter")
    client.is_in("设计组 Design")
    expect(switcher(client, "shangx")).to_have_text(re.compile("Release 2.0 上线"))
    client.page.keyboard.press("Escape")
    expect(switcher(client, zhou.name)).to_contain_text("周舟")
    client.page.keyboard.press("Enter")
    client.is_in("周舟")


def test_a_public_room_is_found_in_the_directory(arrive: Arrive, zhou: Person, maya: Person) -> None:
    zhou.make_room(f"围棋 {zhou.id}")
    client = arrive().sign_in(maya.name)
    client.start("directory")
    client.page.get_by_label("Find by name or room code").fill(f"围棋 {zhou.id}")
    found = client.page.get_by_role("dialog").get_by_role("listitem").filter(has_text=f"围棋 {zhou.id}")
    found.get_by_role("button", name="Join").click()
    client.is_in(f"围棋 {zhou.id}")
    expect(client.composer).to_be_visible()


def test_who_has_no_code_is_led_to_the_directory(arrive: Arrive, zhou: Person, maya: Person) -> None:
    zhou.make_room("茶馆")
    client = arrive().sign_in(maya.name)
    client.start("join")
    client.page.get_by_role("dialog").get_by_role("button", name="Browse rooms").click()
    directory = client.page.get_by_role("dialog", name="Browse rooms")
    directory.get_by_role("searchbox").fill("茶馆")
    expect(directory.get_by_text("茶馆").first).to_be_visible()


def test_the_arrows_go_from_room_to_room(arrive: Arrive, maya: Person) -> None:
    for name in ("one", "two"):
        maya.make_room(name)
    client = arrive().sign_in(maya.name)
    client.open("two")
    client.page.keyboard.press("Alt+ArrowDown")
    client.is_in("one")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_new_person_is_shown_three_ways_and_how_to_bring_others(
    arrive: Arrive, lan: str, maya: Person, theme: str
) -> None:
    """Who sits at the server gives others its address in their network: `localhost` would lead them nowhere."""
    client = arrive(theme=theme).sign_in(maya.name)
    client.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for way in ("make", "join", "person"):
        expect(client.page.locator("main").get_by_role("button", name=client.words[way])).to_be_visible()
    expect(client.page.locator("main code")).to_have_text(lan)
    assert read_code(client.page.get_by_role("img", name="QR code of the server address")) == lan
    client.page.get_by_role("button", name="Copy invitation").click()
    expect(client.page.get_by_text(client.words["copied"])).to_be_visible()
    assert lan in client.page.evaluate("navigator.clipboard.readText()")
