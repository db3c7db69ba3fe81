"""Reading a long room: every message once, and what is being read stays where it is."""

import pytest
from playwright.sync_api import Locator, Route, expect

from tests.e2e.browser import Client
from tests.e2e.conftest import Arrive
from tests.live import Frame, Person

MESSAGES = 160  # more than three pages
MOST_TURNS = 300  # of the wheel, before it is plain that nothing comes


@pytest.fixture
def long_room(zhou: Person, shared_room: Frame) -> Frame:
    for number in range(1, MESSAGES + 1):
        zhou.say(shared_room["id"], f"第 {number} 条\nof many" if number % 3 else f"number {number}")
    room: Frame = zhou.ok("GET", f"/api/rooms/{shared_room['id']}")
    return room


@pytest.fixture
def reader(arrive: Arrive, maya: Person, long_room: Frame) -> Client:
    """At the end of a long room, with everything read."""
    maya.ok("POST", f"/api/rooms/{long_room['id']}/read", {"seq": long_room["last_seq"]})
    client = arrive().sign_in(maya.name)
    client.open(long_room["name"])
    expect(client.message(f"第 {MESSAGES} 条")).to_be_in_viewport()
    client.log.hover()
    return client


def seqs(client: Client) -> list[int]:
    found: list[int] = client.log.evaluate(
        "log => [...log.querySelectorAll('[data-seq]')].map(row => Number(row.dataset.seq))"
    )
    return found


def top_of(row: Locator) -> float:
    box = row.bounding_box()
    assert box
    return box["y"]


def first_in_view(client: Client) -> int:
    seq: int = client.log.evaluate(
        "log => { const top = log.getBoundingClientRect().top;"
        " return Number([...log.querySelectorAll('[data-seq]')]"
        ".find(row => row.getBoundingClientRect().bottom > top + 1).dataset.seq) }"
    )
    return seq


def test_history_is_whole_up_to_the_first_message(reader: Client, long_room: Frame) -> None:
    seen: set[int] = set()
    for _ in range(MOST_TURNS):
        shown = seqs(reader)
        assert shown == list(range(shown[0], shown[-1] + 1))
        seen.update(shown)
        if 1 in shown:
            break
        reader.scroll(-600)
    assert seen == set(range(1, long_room["last_seq"] + 1))
    reader.button("newest").click()
    expect(reader.message(f"第 {MESSAGES} 条")).to_be_in_viewport()


def test_what_is_read_does_not_move_when_older_messages_come(reader: Client) -> None:
    held: list[Route] = []
    reader.page.route("**/messages?*before=*", lambda route: held.append(route))
    for _ in range(MOST_TURNS):
        if held:
            break
        reader.scroll(-400)
    oldest = seqs(reader)[0]
    row = reader.log.locator(f"[data-seq='{first_in_view(reader)}']")
    before = top_of(row)
    for route in held:
        route.fallback()
    expect(reader.log.locator(f"[data-seq='{oldest - 1}']")).to_have_count(1)
    assert abs(top_of(row) - before) <= 1


def test_new_messages_do_not_pull_the_reader_down(reader: Client, zhou: Person, long_room: Frame) -> None:
    reader.scroll(-2500)
    expect(reader.button("newest")).to_be_visible()
    row = reader.log.locator(f"[data-seq='{first_in_view(reader)}']")
    before = top_of(row)
    zhou.say(long_room["id"], "这条在最下面")
    pill = reader.page.get_by_role("button", name="1 new message")
    expect(pill).to_be_visible()
    assert abs(top_of(row) - before) <= 1
    pill.click()
    expect(reader.message("这条在最下面")).to_be_in_viewport()


def test_a_room_opens_where_reading_stopped(arrive: Arrive, zhou: Person, maya: Person, long_room: Frame) -> None:
    maya.ok("POST", f"/api/rooms/{long_room['id']}/read", {"seq": 40})
    client = arrive().sign_in(maya.name)
    client.open(long_room["name"])
    expect(client.log.get_by_text(client.words["unread"])).to_be_in_viewport()
    expect(client.log.locator("[data-seq='41']")).to_be_in_viewport()
    client.page.get_by_role("button", name="new messages").click()
    expect(client.message(f"第 {MESSAGES} 条")).to_be_in_viewport()
    expect(client.badge(long_room["name"])).to_have_count(0)
