"""Staying signed in, and leaving nothing behind."""

from typing import Any

from playwright.sync_api import expect

from tests.e2e.browser import Client, until
from tests.e2e.conftest import Arrive
from tests.live import Frame, Person


def kept(client: Client) -> dict[str, Any]:
    """What the browser holds of whoever is signed in."""
    stored: dict[str, Any] = client.page.evaluate(
        "async () => ({ databases: (await indexedDB.databases()).map(({ name }) => name),"
        " local: Object.entries(localStorage), session: Object.entries(sessionStorage) })"
    )
    return {**stored, "cookies": [cookie["name"] for cookie in client.context.cookies()]}


def test_a_reload_keeps_the_session_and_shows_no_token_to_scripts(arrive: Arrive, maya: Person) -> None:
    client = arrive().sign_in(maya.name)
    [cookie] = client.context.cookies()
    assert cookie["httpOnly"]
    assert cookie["sameSite"] == "Strict"
    client.page.reload()
    expect(client.me).to_contain_text("Maya Chen")
    assert cookie["value"] not in str(kept(client)["local"])


def test_a_draft_waits_while_another_room_is_open(arrive: Arrive, maya: Person, shared_room: Frame) -> None:
    maya.make_room("Elsewhere")
    client = arrive().sign_in(maya.name)
    client.open(shared_room["name"])
    client.composer.fill("周五下午可以，但是")
    client.open("Elsewhere")
    expect(client.row(shared_room["name"])).to_contain_text(client.words["draft"])
    client.open(shared_room["name"])
    expect(client.composer).to_have_value("周五下午可以，但是")


def test_a_draft_keeps_what_it_answers(arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame) -> None:
    maya.make_room("Elsewhere")
    zhou.say(shared_room["id"], "周五几点？")
    client = arrive().sign_in(maya.name)
    client.open(shared_room["name"])
    client.menu_of("周五几点？", "reply")
    client.composer.fill("三点")
    answered = client.page.locator(".foot .mode")
    client.open("Elsewhere")
    expect(answered).to_have_count(0)
    client.open(shared_room["name"])
    expect(answered).to_contain_text("周五几点？")
    client.page.reload()
    expect(client.composer).to_have_value("三点")
    expect(answered).to_contain_text("周舟")
    client.composer.press("Enter")
    expect(client.message("三点").locator("button.quote")).to_contain_text("周五几点？")
    expect(answered).to_have_count(0)


def test_signing_out_leaves_nothing_of_the_person(arrive: Arrive, maya: Person, shared_room: Frame) -> None:
    client = arrive().sign_in(maya.name)
    client.open(shared_room["name"])
    client.say("bye for today")
    client.has_sent()
    assert kept(client)["databases"]
    client.button("sign_out", client.settings()).click()
    expect(client.button("sign_in").last).to_be_visible()
    until(client.page, "async () => (await indexedDB.databases()).length === 0")
    after = kept(client)
    assert after["cookies"] == []
    assert str(maya.id) not in [value for _, value in after["local"]]
    client.page.go_back()
    expect(client.button("sign_in").last).to_be_visible()


def test_two_tabs_show_the_same_and_leave_together(arrive: Arrive, maya: Person, shared_room: Frame) -> None:
    client = arrive().sign_in(maya.name)
    client.open(shared_room["name"])
    first = client.page
    client.page = second = client.tab()
    second.goto(first.url)
    client.say("from the second tab")
    expect(first.get_by_role("article").filter(has_text="from the second tab")).to_have_count(1)
    client.page = first
    client.has_sent()
    client.button("sign_out", client.settings()).click()
    for page in (first, second):
        expect(page.locator("form [type=submit]")).to_be_visible()


def test_what_is_read_here_is_read_in_the_other_browser(
    arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    desk, sofa = arrive().sign_in(maya.name), arrive().sign_in(maya.name)
    zhou.say(shared_room["id"], "在吗？")
    for client in (desk, sofa):
        expect(client.badge(shared_room["name"])).to_have_text("1")
    desk.open(shared_room["name"])
    expect(sofa.badge(shared_room["name"])).to_have_count(0)


def test_a_device_that_is_signed_out_elsewhere_says_so(arrive: Arrive, maya: Person) -> None:
    client = arrive().sign_in(maya.name)
    client.may_be_refused(401)  # of what it was asking for meanwhile
    maya.ok("DELETE", "/api/auth/sessions")
    expect(client.page.get_by_text("This device was signed out")).to_be_visible()


def test_a_page_of_an_older_build_says_so_and_is_loaded_anew(arrive: Arrive, maya: Person, shared_room: Frame) -> None:
    client = arrive().sign_in(maya.name)
    client.open(shared_room["name"])
    client.composer.fill("half a thought")
    client.may_be_refused(404)
    client.context.route("**/assets/*", lambda route: route.fulfill(status=404))
    client.page.keyboard.press("Control+k")
    told = client.page.get_by_text("there may be a newer version")
    expect(told).to_be_visible()
    expect(client.page.get_by_role("dialog")).to_have_count(0)
    client.context.unroute("**/assets/*")
    with client.page.expect_navigation():
        client.button("reload").click()
    expect(client.composer).to_have_value("half a thought")  # keys are heard from now on
    client.page.keyboard.press("Control+k")
    expect(client.page.get_by_role("dialog", name="Jump to a conversation")).to_be_visible()
