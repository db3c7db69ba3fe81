"""Who is there, as the others see it."""

import re

from playwright.sync_api import Locator, expect

from tests.e2e.browser import Client
from tests.e2e.conftest import Arrive
from tests.live import Frame, Person

MINUTE = 60_000


def member(client: Client, name: str) -> Locator:
    return client.page.get_by_role("complementary").get_by_role("listitem").filter(has_text=name)


def test_five_minutes_without_a_sign_are_away_and_a_key_is_back(
    arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    watcher = arrive().sign_in(zhou.name)
    watcher.open(shared_room["name"])
    idler = arrive()
    idler.page.clock.install()
    idler.sign_in(maya.name)
    idler.open(shared_room["name"])
    expect(member(watcher, "Maya Chen")).to_contain_text("Online")
    idler.page.clock.fast_forward(4 * MINUTE)
    expect(member(watcher, "Maya Chen")).to_contain_text("Online")
    idler.page.clock.fast_forward(2 * MINUTE)
    expect(member(watcher, "Maya Chen")).to_contain_text("Away")
    idler.page.keyboard.press("Shift")
    idler.page.clock.fast_forward(MINUTE)
    expect(member(watcher, "Maya Chen")).to_contain_text("Online")


def test_a_status_is_chosen_and_seen_by_others(arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame) -> None:
    watcher, client = arrive().sign_in(zhou.name), arrive().sign_in(maya.name)
    watcher.open(shared_room["name"])
    expect(member(watcher, "Maya Chen")).to_contain_text("Online")
    client.settings().get_by_role("tab", name="Profile").click()
    profile = client.page.get_by_role("tabpanel")
    profile.get_by_label("Status message").fill("在开会 🎧")
    profile.get_by_role("button", name="Save", exact=True).click()
    profile.get_by_role("group", name="Status").get_by_text("Do not disturb").click()
    expect(member(watcher, "Maya Chen")).to_contain_text("Do not disturb")
    member(watcher, "Maya Chen").locator("[data-roving]").click()
    expect(watcher.page.get_by_role("dialog", name="Maya Chen")).to_contain_text("在开会 🎧")
    watcher.page.keyboard.press("Escape")
    profile.get_by_text("Invisible").click()
    expect(member(watcher, "Maya Chen")).to_contain_text("Offline")


def test_who_goes_to_and_fro_between_rooms_asks_for_nothing_and_sees_who_is_there(
    arrive: Arrive, zhou: Person, maya: Person
) -> None:
    rooms = [zhou.make_room(name) for name in ("一", "二", "三")]
    for room in rooms:
        maya.ok("POST", f"/api/rooms/{room['id']}/join")
        maya.say(room["id"], "在吗")
    client = arrive().sign_in(maya.name)
    person = client.page.get_by_role("complementary").get_by_role("listitem").filter(has_text="周舟")
    for room in rooms:
        client.open(room["name"])
        expect(person.get_by_role("button", name="周舟 Offline")).to_be_visible()
        expect(client.message("在吗").get_by_role("button", name=re.compile("read"))).to_be_visible()
    asked: list[str] = []
    client.page.on("request", lambda request: asked.append(request.url))
    for room in (*rooms, *rooms):
        client.open(room["name"])
        expect(person).to_be_visible()
        client.page.wait_for_timeout(600)  # longer than who has read it waits
    with zhou.socket():
        for room in rooms:
            client.open(room["name"])
            expect(person.get_by_role("button", name="周舟 Online")).to_be_visible()
    assert [url for url in asked if "/api/" in url] == []
