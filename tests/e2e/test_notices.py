"""What a window tells of while nobody looks at it, and takes back when it was read."""

import pytest
from playwright.sync_api import expect

from tests.e2e.browser import Client
from tests.e2e.conftest import Arrive
from tests.live import Frame, Person

SHOWN = """
window.shown = []
window.Notification = class {
  static permission = 'granted'
  static requestPermission = async () => 'granted'
  constructor(title, { body, tag }) { Object.assign(this, { title, body, tag }); shown.push(this) }
  close() { shown = shown.filter(one => one !== this) }
}
"""


@pytest.fixture
def away(arrive: Arrive, maya: Person, shared_room: Frame) -> Client:
    """Maya's window with the list before it, and nobody at it."""
    client = arrive()
    client.context.add_init_script(SHOWN + "document.hasFocus = () => false")
    client.sign_in(maya.name)
    expect(client.row(shared_room["name"])).to_be_visible()
    return client


def expect_shown(client: Client, *titles: str) -> None:
    client.page.wait_for_function(
        "titles => JSON.stringify(shown.map(one => one.title)) === JSON.stringify(titles)", arg=list(titles)
    )


def test_a_message_is_told_of_and_taken_back_when_it_is_read_elsewhere(
    away: Client, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    message = zhou.say(shared_room["id"], "有人吗？")
    expect_shown(away, f"周舟 in {shared_room['name']}")
    assert away.page.evaluate("[shown[0].body, shown[0].tag]") == ["有人吗？", f"room-{shared_room['id']}"]
    expect(away.page).to_have_title("• Chat")
    maya.ok("POST", f"/api/rooms/{shared_room['id']}/read", {"seq": message["seq"]})
    expect_shown(away)
    expect(away.page).to_have_title("Chat")


def test_a_click_leads_to_the_message(away: Client, zhou: Person, shared_room: Frame) -> None:
    zhou.say(shared_room["id"], "有人吗？")
    expect_shown(away, f"周舟 in {shared_room['name']}")
    away.page.evaluate("shown[0].onclick()")
    expect(away.message("有人吗？")).to_be_in_viewport()


def test_a_muted_room_is_not_told_of(away: Client, zhou: Person, maya: Person, shared_room: Frame) -> None:
    maya.ok("PATCH", f"/api/rooms/{shared_room['id']}/membership", {"notify": "none"})
    other = zhou.make_room("Loud")
    maya.ok("POST", f"/api/rooms/{other['id']}/join")
    expect(away.row(shared_room["name"]).get_by_role("img", name="muted")).to_be_visible()
    expect(away.row("Loud")).to_be_visible()
    zhou.say(shared_room["id"], "not told")
    zhou.say(other["id"], "told")
    expect_shown(away, "周舟 in Loud")
