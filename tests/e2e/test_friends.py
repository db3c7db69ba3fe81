"""Two people who become friends, or do not want to hear of each other."""

from playwright.sync_api import Locator, expect

from tests.e2e.browser import Client
from tests.e2e.conftest import Arrive
from tests.live import Frame, Person


def card_of(client: Client, name: str) -> Locator:
    """Opened from the members of the open room."""
    client.page.get_by_role("complementary").get_by_role("listitem").filter(has_text=name).get_by_role(
        "button"
    ).first.click()
    return client.page.get_by_role("dialog", name=name)


def friends(client: Client) -> Locator:
    client.page.get_by_role("button", name="Contacts").click()
    return client.page.get_by_role("dialog", name="Contacts")


def both(arrive: Arrive, zhou: Person, maya: Person, room: Frame) -> tuple[Client, Client]:
    left, right = arrive().sign_in(zhou.name), arrive().sign_in(maya.name)
    left.open(room["name"])
    right.open(room["name"])
    return left, right


def test_a_request_with_a_message_is_accepted(arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame) -> None:
    left, right = both(arrive, zhou, maya, shared_room)
    card_of(left, "Maya Chen").get_by_role("button", name="Add friend").click()
    left.page.get_by_label("Message (optional)").fill("我是设计组的周舟")
    left.page.get_by_role("button", name="Send request").click()
    expect(right.page.get_by_text("周舟 wants to be your friend")).to_be_visible()
    asking = friends(right)
    expect(asking).to_contain_text("我是设计组的周舟")
    asking.get_by_role("button", name="Accept").click()
    expect(left.page.get_by_text("Maya Chen accepted your friend request")).to_be_visible()
    asking.get_by_role("tab", name="Friends").click()
    expect(asking.get_by_role("listitem")).to_contain_text("周舟")
    expect(friends(left).get_by_role("listitem")).to_contain_text("Maya Chen")


def test_a_request_is_declined_and_nobody_is_a_friend(
    arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    zhou.ok("POST", f"/api/users/friends/{maya.id}", {"message": "hi"})
    left, right = both(arrive, zhou, maya, shared_room)
    asking = friends(right)
    asking.get_by_role("button", name="Decline").click()
    expect(asking.get_by_text("No requests.")).to_be_visible()
    expect(card_of(left, "Maya Chen").get_by_role("button", name="Add friend")).to_be_visible()
    assert zhou.ok("GET", "/api/users/friends")["results"] == []


def test_the_blocked_cannot_write_and_are_heard_again_later(
    arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    left, right = both(arrive, zhou, maya, shared_room)
    card_of(left, "Maya Chen").get_by_role("button", name="More actions").click()
    left.page.get_by_role("menuitem", name="Block").click()
    left.page.get_by_role("dialog").get_by_role("button", name="Block").click()
    expect(left.page.get_by_role("dialog")).to_have_count(0)
    assert maya.call("POST", "/api/direct", {"user_id": zhou.id})[1]["code"] == "blocked"
    blocked = friends(left)
    blocked.get_by_role("tab", name="Blocked").click()
    blocked.get_by_role("button", name="Unblock").click()
    expect(blocked.get_by_role("listitem")).to_have_count(0)
    left.page.keyboard.press("Escape")
    card_of(right, "周舟").get_by_role("button", name="Message").click()
    right.is_in("周舟")
    right.say("hello again")
    expect(left.badge("Maya Chen")).to_have_text("1")


def test_a_block_made_here_holds_on_my_other_device(arrive: Arrive, zhou: Person, maya: Person) -> None:
    zhou.ok("POST", "/api/direct", {"user_id": maya.id})
    here, there = arrive().sign_in(zhou.name), arrive().sign_in(zhou.name)
    there.page.get_by_role("button", name="Contacts").click()
    there.page.get_by_role("tab", name="Blocked").click()
    blocked = there.page.get_by_role("dialog").get_by_role("listitem")
    expect(blocked).to_have_count(0)
    zhou.ok("PUT", f"/api/users/blocks/{maya.id}")
    expect(blocked).to_contain_text(["Maya Chen"])
    here.page.get_by_role("button", name="Contacts").click()
    here.page.get_by_role("tab", name="Blocked").click()
    here.page.get_by_role("dialog").get_by_role("button", name="Unblock").click()
    expect(blocked).to_have_count(0)


def test_a_conversation_with_the_blocked_says_so_and_opens_again(arrive: Arrive, zhou: Person, maya: Person) -> None:
    room = zhou.ok("POST", "/api/direct", {"user_id": maya.id})
    zhou.say(room["id"], "before")
    client = arrive().sign_in(zhou.name)
    client.open("Maya Chen")
    expect(client.composer).to_be_visible()
    zhou.ok("PUT", f"/api/users/blocks/{maya.id}")
    expect(client.page.get_by_text("You have blocked Maya Chen.")).to_be_visible()
    expect(client.composer).to_have_count(0)
    client.page.get_by_role("button", name="Unblock").click()
    client.say("after")
    expect(client.message("after")).to_be_visible()


def test_somebody_is_reported(arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame) -> None:
    left = arrive().sign_in(zhou.name)
    left.open(shared_room["name"])
    card_of(left, "Maya Chen").get_by_role("button", name="More actions").click()
    left.page.get_by_role("menuitem", name="Report").click()
    left.page.get_by_role("radio", name="Harassment or insults").check()
    left.page.get_by_role("dialog").get_by_role("button", name="Report").click()
    expect(left.page.get_by_text("Reported, thank you")).to_be_visible()


def test_a_name_of_mine_for_somebody_is_seen_by_me_alone(
    arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    maya.say(shared_room["id"], "good morning")
    left, right = both(arrive, zhou, maya, shared_room)
    card_of(left, "Maya Chen").get_by_role("button", name="More actions").click()
    left.page.get_by_role("menuitem", name="Set a nickname").click()
    left.page.get_by_label("Nickname", exact=True).fill("玛雅·前端")
    left.page.get_by_role("dialog").get_by_role("button", name="Save").click()
    expect(left.message("good morning")).to_contain_text("玛雅·前端")
    expect(right.message("good morning")).to_contain_text("Maya Chen")
    left.page.reload()
    expect(left.message("good morning")).to_contain_text("玛雅·前端")
