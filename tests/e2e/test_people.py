"""Finding somebody, talking in private, and letting somebody in."""

import re

from playwright.sync_api import expect

from tests.e2e.conftest import Arrive
from tests.live import PASSWORD, Frame, Person, Server


def test_a_person_is_found_by_pinyin_initials(arrive: Arrive, server: Server, zhou: Person, maya: Person) -> None:
    zhou.ok("PATCH", "/api/users/me", {"display_name": "欧阳锦书"})
    finder, found = arrive().sign_in(maya.name), arrive(locale="zh").sign_in(zhou.name)
    finder.start("person")
    finder.field("person_name").fill("oyjs")
    finder.page.get_by_role("dialog").get_by_role("button", name="欧阳锦书").click()
    finder.is_in("欧阳锦书")
    finder.say("found you by four letters")
    expect(found.badge("Maya Chen")).to_have_text("1")
    found.open("Maya Chen")
    found.shows("found you by four letters")
    found.say("这么快！")
    finder.shows("found you by four letters", "这么快！")


def test_whom_one_knows_is_offered_before_anything_is_typed(arrive: Arrive, zhou: Person, maya: Person) -> None:
    room = maya.ok("POST", "/api/direct", {"user_id": zhou.id})
    maya.say(room["id"], "在吗")
    client = arrive().sign_in(zhou.name)
    client.start("person")
    client.page.get_by_role("dialog").get_by_role("button", name="Maya Chen").click()
    client.is_in("Maya Chen")


def test_an_invited_guest_registers_and_is_in_the_room(
    arrive: Arrive, lan: str, maya: Person, shared_room: Frame
) -> None:
    host = arrive().sign_in(maya.name)
    host.context.grant_permissions(["clipboard-read", "clipboard-write"])
    host.open(shared_room["name"])
    host.page.get_by_role("complementary").get_by_role("button", name=host.words["copy_invite"]).click()
    expect(host.page.get_by_text(host.words["copied"])).to_be_visible()
    link = str(host.page.evaluate("navigator.clipboard.readText()"))
    assert link.startswith(f"{lan}/invite/")

    guest = arrive(lan, locale="zh")
    guest.page.goto(link)
    expect(guest.page.get_by_role("heading", name=shared_room["name"])).to_be_visible()
    expect(guest.page.get_by_text("Maya Chen 邀请你加入")).to_be_visible()
    guest.register("林晓", f"lin{maya.id}", at=link)
    guest.is_in(shared_room["name"])
    guest.say("我来了")
    expect(host.message("我来了")).to_be_visible()


def test_a_used_up_invite_says_so(arrive: Arrive, maya: Person) -> None:
    client = arrive().sign_in(maya.name)
    client.may_be_refused(404)
    client.page.goto("/invite/nothing-like-a-token")
    expect(client.page.get_by_role("heading", name="This invite no longer works")).to_be_visible()


def test_who_is_removed_reads_why(arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame) -> None:
    client = arrive().sign_in(maya.name)
    client.open(shared_room["name"])
    client.composer.fill("只写了一半")
    client.may_be_refused(403, 404)  # of what it was asking for meanwhile
    zhou.ok("DELETE", f"/api/rooms/{shared_room['id']}/members/{maya.id}")
    expect(client.page.get_by_role("heading", name=re.compile("removed from this room"))).to_be_visible()
    expect(client.page.get_by_text("只写了一半")).to_be_visible()
    expect(client.row(shared_room["name"])).to_have_count(0)


def test_the_dialogs_of_a_room_go_with_it(arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame) -> None:
    client = arrive().sign_in(maya.name)
    client.open(shared_room["name"])
    client.button("more").click()
    client.page.get_by_role("menuitem", name=client.words["invite_others"]).click()
    dialog = client.page.get_by_role("dialog")
    expect(dialog).to_contain_text(shared_room["name"])
    client.may_be_refused(403, 404)  # of what it was asking for meanwhile
    zhou.ok("DELETE", f"/api/rooms/{shared_room['id']}/members/{maya.id}")
    expect(client.page.get_by_role("heading", name=re.compile("removed from this room"))).to_be_visible()
    expect(dialog).to_have_count(0)
    maya.ok("POST", f"/api/rooms/{shared_room['id']}/join")
    client.is_in(shared_room["name"])
    expect(dialog).to_have_count(0)


def test_who_has_deleted_their_account_is_named_so_and_asked_for_nothing(
    arrive: Arrive, server: Server, zhou: Person, shared_room: Frame
) -> None:
    leaving = server.register()
    leaving.ok("POST", f"/api/rooms/{shared_room['id']}/join")
    said = leaving.say(shared_room["id"], "farewell")
    zhou.say(shared_room["id"], "take care", reply_to=said["id"])
    client = arrive().sign_in(zhou.name)
    client.open(shared_room["name"])
    client.message("farewell").first.locator(".face").click()
    card = client.page.get_by_role("dialog")
    expect(card.get_by_role("button", name=client.words["add_friend"])).to_be_visible()
    leaving.ok("DELETE", "/api/users/me", {"password": PASSWORD})
    expect(card).to_contain_text("Deleted user")
    expect(card.get_by_role("button")).to_have_count(0)
    client.page.keyboard.press("Escape")
    expect(client.message("take care").locator(".quote")).to_contain_text("Deleted user")
    expect(client.log.locator(".system")).to_contain_text(["Deleted user joined", "Deleted user left"])
