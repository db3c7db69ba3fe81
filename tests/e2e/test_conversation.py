"""What happens in a room beside writing: who came, what was answered, who had to go, what is new."""

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Arrive, named
from tests.e2e.test_rooms import dialog, member, member_menu
from tests.live import Frame, Person, Server


def test_lines_tell_who_came_what_changed_and_who_went(
    arrive: Arrive, server: Server, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    client = arrive().sign_in(zhou.name)
    client.open(shared_room["name"])
    third = named(server.register(), "阿杰")
    third.ok("POST", f"/api/rooms/{shared_room['id']}/join")
    expect(client.log.get_by_text("阿杰 joined the room")).to_be_visible()
    zhou.ok("PATCH", f"/api/rooms/{shared_room['id']}", {"name": "新名字"})
    expect(client.log.get_by_text("renamed the room")).to_be_visible()
    third.ok("POST", f"/api/rooms/{shared_room['id']}/leave")
    expect(client.log.get_by_text("阿杰 left the room")).to_be_visible()


def test_a_member_is_removed_from_the_panel(arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame) -> None:
    host, guest = arrive().sign_in(zhou.name), arrive().sign_in(maya.name)
    for client in (host, guest):
        client.open(shared_room["name"])
    member_menu(host, "Maya Chen", "Remove")
    dialog(host).get_by_role("button", name="Remove").click()
    expect(member(host, "Maya Chen")).to_have_count(0)
    expect(guest.page.get_by_role("heading", name=re.compile("removed from this room"))).to_be_visible()


def test_a_quote_leads_to_what_it_quotes(arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame) -> None:
    first = zhou.say(shared_room["id"], "the very first question")
    for number in range(80):
        zhou.say(shared_room["id"], f"filler {number}\nof some height")
    maya.say(shared_room["id"], "the late answer", reply_to=first["id"])
    client = arrive().sign_in(zhou.name)
    zhou.ok("POST", f"/api/rooms/{shared_room['id']}/read", {"seq": first["seq"] + 81})
    client.open(shared_room["name"])
    client.message("the late answer").locator("button.quote").click()
    expect(client.log.locator(f"[data-seq='{first['seq']}']")).to_be_in_viewport()
    client.button("newest").click()
    expect(client.message("the late answer")).to_be_in_viewport()


def test_a_friend_is_one_no_longer(arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame) -> None:
    zhou.ok("POST", f"/api/users/friends/{maya.id}")
    maya.ok("POST", f"/api/users/friends/{zhou.id}/accept")
    client = arrive().sign_in(zhou.name)
    client.open(shared_room["name"])
    member(client, "Maya Chen").locator("[data-roving]").click()
    card = client.page.get_by_role("dialog", name="Maya Chen")
    expect(card).to_contain_text("You are friends")
    card.get_by_role("button", name="More actions").click()
    client.page.get_by_role("menuitem", name="Remove friend").click()
    expect(card.get_by_role("button", name="Add friend")).to_be_visible()
    assert maya.ok("GET", "/api/users/friends")["results"] == []


def test_a_mute_ends_by_itself(arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame) -> None:
    """Nobody is told when its time has come: the clock of the page is enough."""
    client = arrive()
    client.page.clock.install()
    client.sign_in(maya.name)
    client.open(shared_room["name"])
    until = client.page.evaluate("new Date(Date.now() + 3 * 60_000).toISOString()")
    zhou.ok("PATCH", f"/api/rooms/{shared_room['id']}/members/{maya.id}", {"muted_until": until})
    expect(client.composer).to_have_count(0)
    client.page.clock.fast_forward(4 * 60_000)
    expect(client.composer).to_be_visible()


def test_a_ban_ends_by_itself(arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame) -> None:
    client = arrive()
    client.page.clock.install()
    client.sign_in(zhou.name)
    until = client.page.evaluate("new Date(Date.now() + 3 * 60_000).toISOString()")
    zhou.ok("PUT", f"/api/rooms/{shared_room['id']}/bans/{maya.id}", {"until": until})
    client.open(shared_room["name"])
    client.button("more").click()
    client.page.get_by_role("menuitem", name="Room settings").click()
    dialog(client).get_by_role("tab", name="Requests and bans").click()
    expect(dialog(client).get_by_role("listitem")).to_contain_text(["Maya Chen"])
    client.page.clock.fast_forward(4 * 60_000)
    expect(dialog(client).get_by_text("Nobody is banned.")).to_be_visible()
