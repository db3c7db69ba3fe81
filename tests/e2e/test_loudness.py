"""What one wants to hear of: hours, rooms, previews."""

from playwright.sync_api import Locator, expect

from tests.e2e.browser import Client
from tests.e2e.conftest import Arrive
from tests.e2e.test_notices import SHOWN, expect_shown
from tests.live import Frame, Person

GRACE_MS = 2000  # more than a window waits with a notice: the message may be read on another device


def notices(client: Client) -> Locator:
    client.settings().get_by_role("tab", name="Notifications").click()
    return client.page.get_by_role("tabpanel")


def absent(arrive: Arrive, person: Person) -> Client:
    """A window that nobody is at."""
    client = arrive()
    client.context.add_init_script(SHOWN + "document.hasFocus = () => false")
    return client.sign_in(person.name)


def test_in_quiet_hours_nothing_is_told(arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame) -> None:
    """Set on one device, they hold on the other. From a time to the same time is the whole day."""
    window, desk = absent(arrive, maya), arrive().sign_in(maya.name)
    zhou.say(shared_room["id"], "by day")
    expect_shown(window, f"周舟 in {shared_room['name']}")
    hours = notices(desk)
    hours.get_by_text("Quiet hours").click()
    for end in ("From", "to"):
        hours.get_by_label(end, exact=True).fill("00:00")
        hours.get_by_label(end, exact=True).blur()
    there = notices(window)
    for end in ("From", "to"):
        expect(there.get_by_label(end, exact=True)).to_have_value("00:00")
    expect(window.badge(shared_room["name"])).to_have_text("1")
    zhou.say(shared_room["id"], "by night")
    expect(window.badge(shared_room["name"])).to_have_text("2")
    window.page.wait_for_timeout(GRACE_MS)
    there.get_by_text("Quiet hours").click()
    expect(hours.get_by_label("to", exact=True)).to_have_count(0)
    zhou.say(shared_room["id"], "again by day")
    window.page.wait_for_function('() => JSON.stringify(shown.map(one => one.body)) === \'["by day","again by day"]\'')


def test_a_room_is_as_loud_as_the_settings_say(arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame) -> None:
    window, desk = absent(arrive, maya), arrive().sign_in(maya.name)
    notices(desk).get_by_label(shared_room["name"]).select_option("Only mentions of me")
    desk.page.keyboard.press("Escape")
    desk.page.reload()
    expect(desk.row(shared_room["name"])).to_be_visible()
    zhou.say(shared_room["id"], "nothing special")
    expect(window.badge(shared_room["name"])).to_have_text("1")
    zhou.say(shared_room["id"], "@Maya Chen look", mentions=[maya.id])
    expect_shown(window, f"周舟 in {shared_room['name']}")
    assert window.page.evaluate("shown[0].body") == "@Maya Chen look"


def test_previews_stay_in_the_window_for_whom_wants_that(
    arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    maya.ok("PATCH", "/api/users/me", {"preferences": {"notification_preview": False}})
    window = absent(arrive, maya)
    expect(window.row(shared_room["name"])).to_be_visible()
    zhou.say(shared_room["id"], "the secret ingredient is salt")
    window.page.wait_for_function("() => shown.length === 1")
    assert "salt" not in window.page.evaluate("JSON.stringify(shown)")
