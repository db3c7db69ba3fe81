"""What people set for themselves, and what follows them to their other devices."""

import re
import zipfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, expect

from tests.e2e.browser import Client
from tests.e2e.conftest import Arrive
from tests.live import PASSWORD, Frame, Person


def tab(client: Client, name: str) -> Locator:
    client.settings().get_by_role("tab", name=name).click()
    return client.page.get_by_role("tabpanel")


def test_a_name_and_a_picture_are_seen_by_others(
    arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame, tmp_path: Path
) -> None:
    picture = tmp_path / "me.png"
    Image.new("RGB", (300, 200), "teal").save(picture)
    left, right = arrive().sign_in(zhou.name), arrive().sign_in(maya.name)
    left.open(shared_room["name"])
    profile = tab(right, "Profile")
    profile.locator("input[type=file]").set_input_files(picture)
    profile.get_by_role("button", name="Save picture").click()
    expect(profile.get_by_role("button", name="Remove")).to_be_visible()
    profile.get_by_label("Display name").fill("玛雅")
    profile.get_by_role("button", name="Save", exact=True).click()
    members = left.page.get_by_role("complementary")
    expect(members.get_by_role("listitem").filter(has_text="玛雅").locator("img")).to_be_visible()


def test_the_look_follows_to_another_device(arrive: Arrive, maya: Person) -> None:
    left, right = arrive().sign_in(maya.name), arrive()
    looks = tab(left, "Appearance")
    for choice in ("Dark", "Compact", "Large"):
        with left.page.expect_response(lambda answer: answer.request.method == "PATCH"):
            looks.get_by_text(choice, exact=True).click()
    expect(left.page.locator("html")).to_have_attribute("data-scale", "large")
    left.page.reload()
    expect(left.page.locator("html")).to_have_attribute("data-theme", "dark")
    right.sign_in(maya.name)
    for name, value in {"theme": "dark", "density": "compact", "scale": "large"}.items():
        expect(right.page.locator("html")).to_have_attribute(f"data-{name}", value)


def test_the_look_changes_at_once_on_another_device(arrive: Arrive, maya: Person) -> None:
    left, right = arrive().sign_in(maya.name), arrive().sign_in(maya.name)
    looks = tab(left, "Appearance")
    expect(right.me).to_be_visible()
    for choice in ("Dark", "Large"):
        with left.page.expect_response(lambda answer: answer.request.method == "PATCH"):
            looks.get_by_text(choice, exact=True).click()
    for name, value in {"theme": "dark", "scale": "large"}.items():
        expect(right.page.locator("html")).to_have_attribute(f"data-{name}", value)


def test_what_is_private_is_kept_by_the_server(arrive: Arrive, zhou: Person, maya: Person) -> None:
    client = arrive().sign_in(maya.name)
    tab(client, "Privacy").get_by_label("Who may find me").select_option("Nobody")
    finder = arrive().sign_in(zhou.name)
    expect(client.page.get_by_label("Who may find me")).to_have_value("nobody")
    finder.start("person")
    finder.field("person_name").fill(maya.name)
    expect(finder.page.get_by_text(re.compile("Nothing found"))).to_be_visible()


def test_another_device_is_signed_out_from_the_list(arrive: Arrive, maya: Person) -> None:
    here, there = arrive().sign_in(maya.name), arrive().sign_in(maya.name)
    devices = tab(here, "Devices")
    expect(devices.get_by_role("listitem").filter(has_text="This device")).to_have_count(1)
    there.may_be_refused(401)  # of what it was asking for meanwhile
    devices.get_by_role("button", name="Sign out all other devices").click()
    devices.get_by_role("button", name="Sign out all other devices").click()
    expect(there.page.get_by_text("This device was signed out.")).to_be_visible()
    expect(devices.get_by_role("listitem")).to_have_count(1)


def test_devices_come_into_the_list_once_there_is_a_network_and_when_they_sign_in(arrive: Arrive, maya: Person) -> None:
    here = arrive().sign_in(maya.name)
    settings, devices = here.settings(), here.page.get_by_role("tabpanel")
    expect(devices).to_be_visible()
    here.may_be_cut_off()
    here.context.set_offline(True)
    settings.get_by_role("tab", name="Devices").click()
    expect(here.page.get_by_text(re.compile("server cannot be reached"))).to_be_visible()
    expect(devices.get_by_role("listitem")).to_have_count(0)
    here.context.set_offline(False)
    expect(devices.get_by_role("listitem").filter(has_text="This device")).to_be_visible()
    before = devices.get_by_role("listitem").count()
    arrive().sign_in(maya.name)
    expect(devices.get_by_role("listitem")).to_have_count(before + 1)


def test_a_password_is_changed_and_the_old_one_is_good_for_nothing(arrive: Arrive, maya: Person) -> None:
    client = arrive().sign_in(maya.name)
    account = tab(client, "Account")
    account.get_by_role("button", name="Change password").click()
    account.get_by_label("Current password").fill("not this one")
    account.get_by_label("New password").fill("staple tractor violet")
    client.may_be_refused(400, 401)
    account.get_by_role("button", name="Change password").click()
    expect(account.get_by_role("alert")).to_be_visible()
    account.get_by_label("Current password").fill(PASSWORD)
    account.get_by_role("button", name="Change password").click()
    expect(client.page.get_by_text("Password changed")).to_be_visible()
    signed_in = {"username": maya.name, "password": "staple tractor violet"}
    assert maya.server.register().call("POST", "/api/auth/login", signed_in)[0] == 200


def test_a_deleted_account_leaves_nothing_on_the_device(arrive: Arrive, maya: Person) -> None:
    client = arrive().sign_in(maya.name)
    account = tab(client, "Account")
    account.get_by_role("button", name="Delete account").click()
    account.get_by_label("Password", exact=True).fill(PASSWORD)
    client.may_be_refused(401)
    account.get_by_role("button", name="Delete my account").click()
    expect(client.field("account")).to_be_visible()
    assert client.page.evaluate("Object.keys(localStorage).filter(key => key.startsWith('chat.user'))") == []


def test_a_conversation_is_muted_for_an_hour(arrive: Arrive, maya: Person, shared_room: Frame) -> None:
    client = arrive().sign_in(maya.name)
    client.open(shared_room["name"])
    client.page.get_by_role("button", name="Notifications").click()
    client.page.get_by_role("menuitemradio", name="For 1 hour").click()
    expect(client.row(shared_room["name"]).get_by_role("img", name="muted")).to_be_visible()
    client.page.get_by_role("button", name="Notifications").click()
    expect(client.page.get_by_text(re.compile("Muted until"))).to_be_visible()
    client.page.get_by_role("menuitemradio", name="All messages").click()
    expect(client.row(shared_room["name"]).get_by_role("img", name="muted")).to_have_count(0)


def test_the_keyboard_is_explained(arrive: Arrive, maya: Person) -> None:
    client = arrive().sign_in(maya.name)
    client.page.keyboard.press("Control+/")
    expect(client.page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    client.page.keyboard.press("Escape")
    expect(client.page.get_by_role("dialog")).to_have_count(0)


def test_a_new_device_is_told_to_the_others(arrive: Arrive, maya: Person) -> None:
    here = arrive().sign_in(maya.name)
    arrive().sign_in(maya.name)
    expect(here.page.get_by_text("A new device signed in to your account")).to_be_visible()
    here.page.get_by_role("button", name="See devices").click()
    expect(here.page.get_by_role("tabpanel").get_by_text("This device")).to_be_visible()


def test_everything_that_is_mine_is_fetched(arrive: Arrive, maya: Person, shared_room: Frame) -> None:
    maya.say(shared_room["id"], "mine to keep")
    client = arrive().sign_in(maya.name)
    account = tab(client, "Account")
    account.get_by_role("button", name="Export my data").click()
    account.get_by_label("Password", exact=True).fill(PASSWORD)
    account.get_by_role("button", name="Export my data").click()
    with client.page.expect_download() as download:
        account.get_by_role("link", name="Download").click()
    assert zipfile.is_zipfile(download.value.path())


def test_times_go_by_the_clock_of_the_chosen_zone_on_every_device(
    arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    said = zhou.say(shared_room["id"], "几点见？")
    here, there = arrive().sign_in(maya.name), arrive(locale="zh").sign_in(maya.name)
    for client in (here, there):
        client.open(shared_room["name"])
    minute = said["created_at"][13:16]
    shown = here.message("几点见？").locator("time").first
    in_shanghai = shown.inner_text()
    profile = tab(here, "Profile")
    zone = profile.get_by_label("Time zone", exact=True).and_(here.page.get_by_role("combobox"))
    expect(zone).to_have_value("As this device")
    zone.press("ArrowDown")
    expect(profile.get_by_role("option", name="As this device Asia/Shanghai")).to_have_attribute(
        "aria-selected", "true"
    )
    zone.fill("kath")
    expect(profile.get_by_role("option")).to_contain_text([re.compile(r"UTC\+5:45")])
    zone.fill("atlantis")
    expect(profile.get_by_text("No time zone is called that.")).to_be_visible()
    zone.press("Escape")
    expect(zone).to_have_value("As this device")
    zone.fill("los angeles")
    zone.press("Enter")
    expect(zone).to_have_value(re.compile("America/Los Angeles"))
    profile.get_by_role("button", name="Save", exact=True).click()
    for client in (here, there):
        time = client.message("几点见？").locator("time").first
        expect(time).not_to_have_text(in_shanghai)
        expect(time).to_contain_text(minute)
    there.page.reload()
    expect(there.message("几点见？").locator("time").first).not_to_have_text(in_shanghai)
    zone.click()
    profile.get_by_role("option", name="As this device").click()
    profile.get_by_role("button", name="Save", exact=True).click()
    expect(shown).to_have_text(in_shanghai)
