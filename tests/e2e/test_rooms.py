"""What owners and admins do with a room, and what the others see of it at once."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.e2e.browser import PHONE, Client
from tests.e2e.codes import read_code
from tests.e2e.conftest import Arrive, named
from tests.live import Frame, Person, Server


@pytest.fixture
def pair(arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame) -> tuple[Client, Client]:
    """周舟, whose room it is, and Maya."""
    host, guest = arrive().sign_in(zhou.name), arrive().sign_in(maya.name)
    host.open(shared_room["name"])
    guest.open(shared_room["name"])
    return host, guest


def dialog(client: Client) -> Locator:
    return client.page.get_by_role("dialog")


def room_settings(client: Client, tab: str) -> Locator:
    client.button("more").click()
    client.page.get_by_role("menuitem", name="Room settings").click()
    dialog(client).get_by_role("tab", name=tab).click()
    return dialog(client).get_by_role("tabpanel")


def member(client: Client, name: str) -> Locator:
    return client.page.get_by_role("complementary").get_by_role("listitem").filter(has_text=name)


def member_menu(client: Client, name: str, item: str) -> None:
    member(client, name).get_by_role("button", name=f"Actions for {name}").click()
    client.page.get_by_role("menuitem", name=item, exact=True).click()


def test_a_room_gets_another_name_and_topic(pair: tuple[Client, Client]) -> None:
    host, guest = pair
    about = room_settings(host, "About")
    about.get_by_label("Room name").fill("设计组 2.0")
    about.get_by_label("Topic").fill("周二走查")
    about.get_by_role("button", name="Save", exact=True).click()
    guest.is_in("设计组 2.0")
    expect(guest.page.locator(".header")).to_contain_text("周二走查")
    expect(guest.row("设计组 2.0")).to_be_visible()


def test_to_keep_messages_for_a_shorter_time_is_asked_for(pair: tuple[Client, Client]) -> None:
    host, guest = pair
    rules = room_settings(host, "Permissions")
    rules.get_by_label("Keep messages").select_option("30 days")
    expect(rules.get_by_role("alert")).to_contain_text("older than 30 days will be deleted for good")
    rules.get_by_role("button", name="Cancel").click()
    expect(rules.get_by_label("Keep messages").locator("option:checked")).to_have_text("Forever")
    rules.get_by_label("Keep messages").select_option("30 days")
    rules.get_by_role("button", name="Delete older messages").click()
    kept = room_settings(guest, "Permissions").get_by_label("Keep messages")
    expect(kept.locator("option:checked")).to_have_text("30 days")
    expect(kept).to_be_disabled()
    rules.get_by_label("Keep messages").select_option("Forever")
    expect(kept.locator("option:checked")).to_have_text("Forever")
    expect(rules.get_by_role("alert")).to_have_count(0)


def test_a_phone_shows_the_settings_over_the_room(arrive: Arrive, zhou: Person, shared_room: Frame) -> None:
    client = arrive(size=PHONE, touch=True).sign_in(zhou.name)
    client.open(shared_room["name"])
    about = room_settings(client, "About")
    expect(about.get_by_label("Room name")).to_have_value(shared_room["name"])
    client.button("close").click()
    expect(client.composer).to_be_visible()


def test_an_announcement_is_read_and_its_author_sees_by_whom(pair: tuple[Client, Client]) -> None:
    host, guest = pair
    about = room_settings(host, "About")
    about.get_by_label("Announcement").fill("周五 18:00 停机维护")
    about.get_by_role("button", name="Save", exact=True).click()
    card = guest.page.get_by_role("region", name="Announcement")
    expect(card).to_contain_text("周五 18:00 停机维护")
    expect(host.page.get_by_role("region", name="Announcement")).to_have_count(0)
    card.get_by_role("button", name="Got it").click()
    expect(card).to_have_count(0)
    host.page.keyboard.press("Escape")
    host.page.get_by_role("button", name="Announcement", exact=True).click()
    expect(dialog(host)).to_contain_text("1 has read it")


def test_a_newcomer_is_shown_what_was_announced_before(arrive: Arrive, zhou: Person, maya: Person) -> None:
    room = zhou.make_room("客服 Support")
    zhou.ok("PATCH", f"/api/rooms/{room['id']}", {"announcement": "先看置顶"})
    client = arrive().sign_in(maya.name)
    client.join(room["code"])
    card = client.page.get_by_role("region", name="Announcement")
    expect(card).to_contain_text("先看置顶")
    card.get_by_role("button", name="Got it").click()
    expect(card).to_have_count(0)
    client.page.reload()
    expect(client.composer).to_be_visible()
    expect(client.page.get_by_role("button", name="Announcement", exact=True)).to_be_visible()
    expect(card).to_have_count(0)


def test_only_admins_write_where_the_owner_says_so(pair: tuple[Client, Client]) -> None:
    host, guest = pair
    expect(guest.composer).to_be_visible()
    rules = room_settings(host, "Permissions")
    rules.get_by_role("group", name="Write messages").get_by_text("Admins").click()
    expect(guest.composer).to_have_count(0)
    host.page.keyboard.press("Escape")
    expect(host.composer).to_be_visible()
    write = room_settings(guest, "Permissions").get_by_role("group", name="Write messages")
    expect(write.get_by_role("radio", name="Admins")).to_be_checked()
    expect(write.get_by_role("radio", name="Admins")).to_be_disabled()


def test_a_member_becomes_admin_and_is_one_no_longer(pair: tuple[Client, Client]) -> None:
    host, guest = pair
    member_menu(host, "Maya Chen", "Make admin")
    expect(member(guest, "Maya Chen")).to_contain_text("Admin")
    member_menu(host, "Maya Chen", "Remove as admin")
    expect(member(guest, "Maya Chen")).not_to_contain_text("Admin")
    expect(member(guest, "周舟").get_by_role("button", name=re.compile("^Actions"))).to_have_count(0)


def test_a_member_is_muted_until_somebody_lifts_it(pair: tuple[Client, Client]) -> None:
    host, guest = pair
    member_menu(host, "Maya Chen", "Mute")
    dialog(host).get_by_role("radio", name="1 day").check()
    dialog(host).get_by_role("button", name="Mute").click()
    expect(guest.page.get_by_text(re.compile("You are muted until"))).to_be_visible()
    expect(guest.composer).to_have_count(0)
    member_menu(host, "Maya Chen", "Unmute")
    expect(guest.composer).to_be_visible()


def test_the_banned_stay_out_until_the_ban_is_lifted(
    pair: tuple[Client, Client], maya: Person, shared_room: Frame
) -> None:
    host, guest = pair
    member_menu(host, "Maya Chen", "Ban")
    dialog(host).get_by_role("radio", name="7 days").check()
    dialog(host).get_by_role("button", name="Ban").click()
    expect(guest.page.get_by_role("heading", name=re.compile("banned from this room"))).to_be_visible()
    assert maya.call("POST", f"/api/rooms/{shared_room['id']}/join")[0] == 403
    people = room_settings(host, "Requests and bans")
    people.get_by_role("button", name="Lift ban").click()
    expect(people.get_by_text("Nobody is banned.")).to_be_visible()
    guest.join(shared_room["code"])


def test_who_asks_to_join_is_let_in(arrive: Arrive, server: Server, zhou: Person) -> None:
    room = zhou.make_room("读书会")
    zhou.ok("PATCH", f"/api/rooms/{room['id']}", {"rules": {"join": "approval"}})
    host = arrive().sign_in(zhou.name)
    host.open("读书会")
    reader = named(server.register(), "书虫")
    guest = arrive().sign_in(reader.name)
    guest.start("directory")
    dialog(guest).get_by_label("Find by name or room code").fill("读书")
    dialog(guest).get_by_role("button", name="Ask to join").click()
    dialog(guest).get_by_label("Message to the admins (optional)").fill("我带了书")
    dialog(guest).get_by_role("button", name="Send request").click()
    expect(dialog(guest)).to_contain_text("waiting for approval")
    host.page.get_by_role("button", name="1 person asks to join").click()
    expect(dialog(host)).to_contain_text("我带了书")
    dialog(host).get_by_role("button", name="Let in").click()
    expect(dialog(host).get_by_text("Nobody is waiting.")).to_be_visible()
    guest.page.keyboard.press("Escape")
    guest.open("读书会")
    guest.say("谢谢！")
    expect(host.message("谢谢！")).to_be_visible()


def test_an_invite_link_is_shown_as_a_code_and_revoked(arrive: Arrive, lan: str, zhou: Person, maya: Person) -> None:
    zhou.ok("POST", "/api/rooms/", {"name": "小圈子", "kind": "private"})
    host = arrive().sign_in(zhou.name)
    host.open("小圈子")
    host.page.get_by_role("complementary").get_by_role("button", name="Invite people").click()
    link = dialog(host).get_by_role("textbox", name="Invite link").input_value()
    assert link.startswith(f"{lan}/invite/")
    assert read_code(dialog(host).get_by_role("img", name="QR code of the invite link")) == link
    guest = arrive(lan).sign_in(maya.name)
    dialog(host).get_by_role("button", name="Revoke").click()
    expect(dialog(host).get_by_role("button", name="Revoke")).to_have_count(0)
    guest.may_be_refused(404)
    guest.page.goto(link)
    expect(guest.page.get_by_role("heading", name="This invite no longer works")).to_be_visible()
    dialog(host).get_by_role("button", name="Create").click()
    expect(dialog(host).get_by_role("textbox", name="Invite link")).not_to_have_value(link)
    guest.page.goto(dialog(host).get_by_role("textbox", name="Invite link").input_value())
    guest.is_in("小圈子")


def test_who_leaves_a_private_room_is_told_what_brings_them_back(
    arrive: Arrive, server: Server, zhou: Person, maya: Person
) -> None:
    room = zhou.ok("POST", "/api/rooms/", {"name": "小圈子", "kind": "private"})
    zhou.ok("POST", f"/api/rooms/{room['id']}/members", {"user_id": maya.id})
    client = arrive().sign_in(maya.name)
    client.open("小圈子")
    client.button("more").click()
    client.page.get_by_role("menuitem", name="Leave room").click()
    expect(dialog(client)).to_contain_text("To come back, you need an invitation.")


def test_a_group_is_made_of_several_people_in_one_step(
    arrive: Arrive, server: Server, zhou: Person, maya: Person
) -> None:
    third = named(server.register(), "阿杰")
    host = arrive().sign_in(zhou.name)
    guests = [arrive().sign_in(person.name) for person in (maya, third)]
    host.start("group")
    for person in (maya, third):
        dialog(host).get_by_label("Find people", exact=True).first.fill(person.name)
        dialog(host).get_by_role("option", name=re.compile(person.name)).click()
    dialog(host).get_by_label("Name (optional)").fill("周末爬山")
    dialog(host).get_by_role("button", name="Start with 3 people").click()
    host.is_in("周末爬山")
    host.say("九点见")
    for guest in guests:
        expect(guest.badge("周末爬山")).to_have_text("1")


def test_an_archived_room_is_read_and_comes_back(pair: tuple[Client, Client], shared_room: Frame) -> None:
    host, guest = pair
    end = room_settings(host, "Transfer, leave")
    end.get_by_role("button", name="Archive room").click()
    end.get_by_role("alert").get_by_text("Nobody will be able to write here.").wait_for()
    end.get_by_role("button", name="Archive room").click()
    expect(guest.page.get_by_text("This room is archived")).to_be_visible()
    end.get_by_role("button", name="Restore room").click()
    end.get_by_role("button", name="Restore room").click()
    expect(guest.composer).to_be_visible()


def test_the_owner_hands_the_room_on_and_may_leave_then(pair: tuple[Client, Client], maya: Person) -> None:
    host, guest = pair
    end = room_settings(host, "Transfer, leave")
    expect(end.get_by_role("button", name="Leave room")).to_be_disabled()
    end.get_by_label("Transfer ownership").select_option("Maya Chen")
    end.get_by_role("button", name="Transfer", exact=True).click()
    end.get_by_role("button", name="Transfer", exact=True).click()
    expect(member(guest, "Maya Chen")).to_contain_text("Owner")
    host.may_be_refused(403, 404)  # of what it was asking for meanwhile
    end.get_by_role("button", name="Leave room").click()
    end.get_by_role("button", name="Leave room").click()
    expect(host.page.get_by_role("heading", name="It starts with a word")).to_be_visible()


def test_an_owner_is_led_to_hand_the_room_on_before_they_leave(pair: tuple[Client, Client]) -> None:
    host, _ = pair
    host.button("more").click()
    host.page.get_by_role("menuitem", name=host.words["leave_room"]).click()
    expect(dialog(host)).to_contain_text("Hand it on to somebody before you leave.")
    dialog(host).get_by_role("button", name="Hand it on").click()
    expect(dialog(host).get_by_role("combobox")).to_be_visible()
