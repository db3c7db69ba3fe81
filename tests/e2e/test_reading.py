"""Finding one's place: the unread line, mentions, dates, links; and what others see of it."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Client
from tests.e2e.conftest import Arrive
from tests.live import Frame, Person

MESSAGES = 120


@pytest.fixture
def long_room(zhou: Person, shared_room: Frame) -> Frame:
    for number in range(1, MESSAGES + 1):
        zhou.say(shared_room["id"], f"第 {number} 条\nof many")
    room: Frame = zhou.ok("GET", f"/api/rooms/{shared_room['id']}")
    return room


@pytest.fixture
def reader(arrive: Arrive, maya: Person, long_room: Frame) -> Client:
    """At the end of a long room, with everything read."""
    maya.ok("POST", f"/api/rooms/{long_room['id']}/read", {"seq": long_room["last_seq"]})
    client = arrive().sign_in(maya.name)
    client.open(long_room["name"])
    expect(client.message(f"第 {MESSAGES} 条")).to_be_in_viewport()
    return client


def test_a_link_leads_to_its_message(reader: Client, long_room: Frame) -> None:
    reader.page.goto(f"/rooms/{long_room['id']}?m=7")
    expect(reader.log.locator("[data-seq='7']")).to_be_in_viewport()
    expect(reader.log.locator("[data-seq='7'] article")).to_be_focused()


def test_the_link_of_a_message_is_copied_for_all_to_open(reader: Client, lan: str, long_room: Frame) -> None:
    reader.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reader.menu_of(f"第 {MESSAGES} 条", "copy_link")
    expect(reader.page.get_by_text(reader.words["copied"])).to_be_visible()
    link = reader.page.evaluate("navigator.clipboard.readText()")
    assert link == f"{lan}/rooms/{long_room['id']}?m={long_room['last_seq']}"


@pytest.mark.parametrize("whose", ["mine", "others'"])
def test_a_link_in_a_message_leads_there_in_the_same_window(
    reader: Client, lan: str, zhou: Person, long_room: Frame, whose: str
) -> None:
    base = {"mine": reader.base, "others'": lan}[whose]
    zhou.say(long_room["id"], f"see {base}/rooms/{long_room['id']}?m=9")
    reader.log.get_by_role("link", name="?m=9").click()
    expect(reader.log.locator("[data-seq='9']")).to_be_in_viewport()


def test_one_jumps_to_what_mentions_one(reader: Client, zhou: Person, maya: Person, long_room: Frame) -> None:
    # Nobody is there who would read it.
    reader.page.goto("about:blank")
    zhou.ok("POST", f"/api/rooms/{long_room['id']}/messages", {"content": "@Maya Chen 看这里", "mentions": [maya.id]})
    for number in range(40):
        zhou.say(long_room["id"], f"later {number}\nand more")
    maya.ok("POST", f"/api/rooms/{long_room['id']}/unread", {"seq": 10})
    reader.page.goto(f"/rooms/{long_room['id']}")
    expect(reader.log.get_by_text(reader.words["unread"])).to_be_in_viewport()
    pill = reader.page.get_by_role("button", name="1 mention of you")
    pill.click()
    expect(reader.message("看这里")).to_be_in_viewport()
    expect(pill).to_have_count(0)


def test_one_jumps_to_a_date(reader: Client, long_room: Frame) -> None:
    reader.page.goto(f"/rooms/{long_room['id']}?m=1")
    expect(reader.log.locator("[data-seq='1']")).to_be_in_viewport()
    day = reader.log.get_by_role("button", name="today").first
    day.click()
    dialog = reader.page.get_by_role("dialog", name=reader.words["date_title"])
    reader.button("date_jump", dialog).click()
    expect(dialog).to_have_count(0)
    expect(reader.log.locator("[data-seq='1']")).to_be_in_viewport()


def test_a_message_is_marked_unread_and_stays_so(reader: Client, long_room: Frame) -> None:
    reader.menu_of(f"第 {MESSAGES - 3} 条", "mark_unread")
    expect(reader.log.get_by_text(reader.words["unread"])).to_be_visible()
    expect(reader.badge(long_room["name"])).to_have_text("4")
    reader.composer.press("Escape")
    expect(reader.badge(long_room["name"])).to_have_count(0)
    expect(reader.log.get_by_text(reader.words["unread"])).to_have_count(0)


def test_escape_reads_all_from_the_middle_of_what_is_unread(arrive: Arrive, maya: Person, long_room: Frame) -> None:
    maya.ok("POST", f"/api/rooms/{long_room['id']}/read", {"seq": 20})
    client = arrive().sign_in(maya.name)
    client.open(long_room["name"])
    expect(client.log.get_by_text(client.words["unread"])).to_be_in_viewport()
    client.composer.press("Escape")
    expect(client.badge(long_room["name"])).to_have_count(0)
    expect(client.message(f"第 {MESSAGES} 条")).to_be_in_viewport()


def test_nothing_is_read_in_a_window_that_nobody_looks_at(reader: Client, zhou: Person, long_room: Frame) -> None:
    reader.page.evaluate("document.hasFocus = () => false; dispatchEvent(new Event('blur'))")
    zhou.say(long_room["id"], "unseen")
    expect(reader.message("unseen")).to_be_in_viewport()
    expect(reader.badge(long_room["name"])).to_have_text("1")
    reader.page.evaluate("document.hasFocus = () => true; dispatchEvent(new Event('focus'))")
    expect(reader.badge(long_room["name"])).to_have_count(0)


def test_who_wrote_sees_who_has_read(arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame) -> None:
    left = arrive(locale="zh").sign_in(zhou.name)
    left.open(shared_room["name"])
    left.say("都看到了吗？")
    status = left.message("都看到了吗？").locator(".readers")
    expect(status).to_have_text("0 已读 · 1 未读")
    right = arrive().sign_in(maya.name)
    right.open(shared_room["name"])
    expect(status).to_contain_text("1 已读 · 0 未读")
    status.click()
    dialog = left.page.get_by_role("dialog", name=left.words["readers"])
    expect(dialog.get_by_role("listitem")).to_contain_text(["Maya Chen"])


def test_a_direct_message_gets_its_ticks(arrive: Arrive, zhou: Person, maya: Person) -> None:
    room = zhou.ok("POST", "/api/direct", {"user_id": maya.id})
    left = arrive().sign_in(zhou.name)
    left.page.goto(f"/rooms/{room['id']}")
    left.say("seen?")
    tick = left.message("seen?").locator(".tick svg")
    expect(tick).to_have_attribute("aria-label", left.words["sent"])
    right = arrive().sign_in(maya.name)
    right.open("周舟")
    expect(tick).to_have_attribute("aria-label", left.words["read"])


def test_a_long_log_draws_few_of_its_messages(reader: Client) -> None:
    reader.log.hover()
    for _ in range(25):
        reader.page.mouse.wheel(0, -400)
    expect(reader.log.locator("[data-seq='30']")).to_have_count(1)
    assert reader.page.evaluate("document.querySelectorAll('*').length") <= 2000


def test_all_rooms_are_read_at_once(arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame) -> None:
    other = zhou.make_room("Elsewhere")
    maya.ok("POST", f"/api/rooms/{other['id']}/join")
    zhou.say(other["id"], "unread there")
    client = arrive().sign_in(maya.name)
    client.open(shared_room["name"])
    expect(client.badge("Elsewhere")).to_have_text("1")
    client.composer.press("Shift+Escape")
    expect(client.badge("Elsewhere")).to_have_count(0)
    zhou.say(other["id"], "and again")
    expect(client.badge("Elsewhere")).to_have_text("1")
    client.list.get_by_role("button", name="Unread").click()
    client.list.get_by_role("button", name="Mark all as read").click()
    expect(client.badge("Elsewhere")).to_have_count(0)


def test_what_is_new_is_counted_and_its_line_stays_where_it_was(
    arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    for number in range(60):
        zhou.say(shared_room["id"], f"line {number}\nof some height")
    maya.ok("POST", f"/api/rooms/{shared_room['id']}/read", {"seq": 20})
    client = arrive().sign_in(maya.name)
    client.open(shared_room["name"])
    line = client.log.get_by_text(client.words["unread"])
    expect(line).to_be_in_viewport()
    before = line.bounding_box()
    zhou.say(shared_room["id"], "one more")
    pill = client.page.get_by_role("button", name=re.compile(r"^\d+ new message"))
    expect(pill).to_be_visible()
    assert line.bounding_box() == before
    pill.click()
    expect(client.message("one more")).to_be_in_viewport()
    expect(client.badge(shared_room["name"])).to_have_count(0)
