"""Ways in that are not registering or signing in."""

import re
import time

from playwright.sync_api import expect

from tests.e2e.conftest import Arrive
from tests.live import PATIENCE_SECONDS, Frame, Person, Server

LINK = re.compile(r"https?://\S+?(/reset-password\S+)")


def mailed_link(server: Server, already: int) -> str:
    """-> the path of the link in a mail; this server writes its mail into its log."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if found := LINK.search(server.log.read_text()[already:]):
            return found[1]
        time.sleep(0.2)
    raise AssertionError("No mail has come.")


def test_a_forgotten_password_is_set_anew_by_a_link(arrive: Arrive, server: Server, maya: Person) -> None:
    already = len(server.log.read_text())
    client = arrive()
    client.page.goto("/signin")
    client.page.get_by_role("link", name="Forgot password?").click()
    client.field("email").fill(f"{maya.name}@example.com")
    client.page.get_by_role("button", name="Send the link").click()
    expect(client.page.get_by_role("heading", name="Check your e-mail")).to_be_visible()
    link = mailed_link(server, already)
    client.page.goto(link)
    client.page.get_by_label("New password").fill("staple tractor violet")
    client.page.get_by_role("button", name="Save new password").click()
    client.page.get_by_role("link", name="Sign in").click()
    client.field("account").fill(maya.name)
    client.field("password").fill("staple tractor violet")
    client.page.locator("form [type=submit]").click()
    expect(client.me).to_contain_text("Maya Chen")
    client.may_be_refused(400, 401, 403, 404, 410)
    client.page.goto(link)
    client.page.get_by_label("New password").fill("another tractor violet")
    client.page.get_by_role("button", name="Save new password").click()
    expect(client.page.get_by_role("heading", name="This link no longer works")).to_be_visible()


def test_a_room_is_joined_by_its_code_and_by_an_invite_link(
    arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    circle = zhou.ok("POST", "/api/rooms/", {"name": "小圈子", "kind": "private"})
    invite = zhou.ok("POST", f"/api/rooms/{circle['id']}/invites", {})
    public = zhou.make_room("茶馆")
    client = arrive().sign_in(maya.name)
    client.join(public["code"])
    expect(client.page.get_by_role("heading", name="茶馆", level=1)).to_be_visible()
    client.join(invite["url"])
    expect(client.page.get_by_role("heading", name="小圈子", level=1)).to_be_visible()
    client.say("两扇门都开了")
    client.start("join")
    client.field("room_code").fill("nothing like a code")
    client.button("join_room").click()
    expect(client.page.get_by_role("dialog").get_by_role("alert")).to_be_visible()


def test_who_joins_by_code_reads_that_the_admins_decide_or_that_they_are_banned(
    arrive: Arrive, zhou: Person, maya: Person
) -> None:
    asking, closed = zhou.make_room("要先问的"), zhou.make_room("进不去的")
    zhou.ok("PATCH", f"/api/rooms/{asking['id']}", {"rules": {"join": "approval"}})
    zhou.ok("PUT", f"/api/rooms/{closed['id']}/bans/{maya.id}", {})
    client = arrive().sign_in(maya.name)
    client.start("join")
    client.field("room_code").fill(asking["code"])
    client.button("join_room").click()
    dialog = client.page.get_by_role("dialog")
    expect(dialog.get_by_role("status")).to_contain_text("“要先问的” lets people in one by one")
    client.button("close", dialog.locator("footer")).click()
    expect(dialog).to_have_count(0)
    zhou.ok("PUT", f"/api/rooms/{asking['id']}/requests/{maya.id}")
    client.open("要先问的")
    client.start("join")
    client.field("room_code").fill(closed["code"])
    client.may_be_refused(403)
    client.button("join_room").click()
    expect(dialog.get_by_role("alert")).to_have_text("You are banned from this room.")
