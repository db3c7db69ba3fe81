"""The people of a room: many of them, found by their names, under names that change."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.browser import Client
from tests.e2e.conftest import Arrive
from tests.live import Frame, Person, Server

MANY = 500
NODES_MAX = 2000
CROWD = """
from django.utils.timezone import now
from accounts.models import User
from accounts.services.bulk import add_users
from rooms.services.bulk import Place, add_places
names = [f"crowd{{number:03}}in{room}" for number in range(1, {many})]
people = [User(username=name, email=f"{{name}}@example.com", display_name=f"群众 {{name[5:8]}}") for name in names]
add_users(users=people)
add_places(room_id={room}, places=[Place(user.pk, now()) for user in people])
"""


@pytest.fixture
def crowd(server: Server, zhou: Person) -> Frame:
    """A room of five hundred."""
    room = zhou.make_room("全员群")
    server.manage("shell", "-c", CROWD.format(room=room["id"], many=MANY))
    return room


def panel(client: Client) -> Locator:
    return client.page.get_by_role("complementary", name=client.words["members"])


def test_five_hundred_members_are_drawn_as_they_are_looked_at(arrive: Arrive, zhou: Person, crowd: Frame) -> None:
    client = arrive().sign_in(zhou.name)
    client.open(crowd["name"])
    people = panel(client)
    expect(people.get_by_role("heading", name=re.compile(str(MANY)))).to_be_visible()
    rows = people.get_by_role("listitem")
    expect(rows.filter(has_text="群众 001")).to_have_attribute("aria-setsize", str(MANY - 1))
    drawn = client.page.evaluate("document.querySelectorAll('*').length")
    print(f"DOM nodes with {MANY} members: {drawn}, rows drawn: {rows.count()}")
    assert drawn <= NODES_MAX
    assert rows.count() < 60
    rows.filter(has_text="群众 001").locator("[data-roving]").focus()
    client.page.keyboard.press("End")
    last = rows.filter(has_text=f"群众 {MANY - 1}")
    expect(last).to_be_in_viewport()
    expect(last.locator("[data-roving]")).to_be_focused()
    expect(last).to_have_attribute("aria-posinset", str(MANY - 1))
    for _ in range(60):
        client.page.keyboard.press("ArrowUp")
    expect(rows.filter(has_text=f"群众 {MANY - 61}").locator("[data-roving]")).to_be_focused()
    client.page.keyboard.press("Home")
    expect(rows.filter(has_text="周舟").locator("[data-roving]")).to_be_focused()


def test_one_of_five_hundred_is_found_by_name_and_by_pinyin(arrive: Arrive, zhou: Person, crowd: Frame) -> None:
    client = arrive().sign_in(zhou.name)
    client.open(crowd["name"])
    people = panel(client)
    field = people.get_by_role("searchbox")
    for words, found in (("群众 321", "群众 321"), ("CROWD042", "群众 042"), ("zz", "周舟"), ("zhouzhou", "周舟")):
        field.fill(words)
        expect(people.get_by_role("listitem")).to_contain_text([found])
    field.fill("nobody at all")
    expect(people.get_by_role("status")).to_be_visible()
    field.press("Escape")
    expect(people.get_by_role("listitem").filter(has_text="群众 001")).to_be_visible()


def test_a_new_name_is_the_one_that_is_mentioned(
    arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    """Also while the list of members is as old as the room was opened; my own name for them stays mine."""
    client = arrive().sign_in(zhou.name)
    client.open(shared_room["name"])
    people = panel(client)
    expect(people).to_contain_text("Maya Chen")
    maya.ok("PATCH", "/api/users/me", {"display_name": "陈玛雅"})
    expect(people).to_contain_text("陈玛雅")
    zhou.ok("PUT", f"/api/users/{maya.id}/remark", {"name": "小陈 rosebud"})
    expect(people).to_contain_text("小陈 rosebud")
    client.composer.press_sequentially("@rose")
    client.page.get_by_role("option", name="小陈 rosebud").click()
    expect(client.composer).to_have_value("@陈玛雅 ")
    client.composer.fill("")
    client.composer.press_sequentially("请@cmy")
    client.composer.press("Enter")
    expect(client.composer).to_have_value("请@陈玛雅 ")
    client.composer.press_sequentially("看看")
    client.composer.press("Enter")
    expect(client.message("看看").locator(".mention")).to_have_text("@陈玛雅")
    expect(client.message("看看")).not_to_have_class(re.compile("unsent"))
    assert maya.ok("GET", f"/api/rooms/{shared_room['id']}/messages")["results"][-1]["mentions"] == [maya.id]


def test_a_name_of_mine_shows_wherever_the_person_is_named(
    arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    zhou.ok("POST", f"/api/users/friends/{maya.id}")
    maya.ok("POST", f"/api/users/friends/{zhou.id}/accept")
    direct = maya.ok("POST", "/api/direct", {"user_id": zhou.id})
    maya.say(direct["id"], "hi")
    first = maya.say(shared_room["id"], "good morning")
    zhou.say(shared_room["id"], "morning", reply_to=first["id"])
    client = arrive().sign_in(zhou.name)
    client.open(shared_room["name"])
    expect(client.row("Maya Chen")).to_be_visible()
    zhou.ok("PUT", f"/api/users/{maya.id}/remark", {"name": "玛雅同学"})
    expect(client.row("玛雅同学")).to_be_visible()
    expect(panel(client).get_by_role("listitem").filter(has_text="玛雅同学")).to_be_visible()
    expect(client.message("good morning").first).to_contain_text("玛雅同学")
    expect(client.message("morning").last.locator(".quote")).to_contain_text("玛雅同学")
    client.page.get_by_role("button", name="Contacts").click()
    expect(client.page.get_by_role("dialog").get_by_role("listitem")).to_contain_text(["玛雅同学"])
    client.page.keyboard.press("Escape")
    client.page.keyboard.press("Control+k")
    client.page.get_by_role("dialog").get_by_role("combobox").fill("玛雅")
    expect(client.page.get_by_role("option").first).to_contain_text("玛雅同学")
    client.page.keyboard.press("Escape")
    expect(client.page.get_by_text("Maya Chen")).to_have_count(0)
