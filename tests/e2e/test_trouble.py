"""A bad day: the server dies while people write, rooms are changed while messages pour in, another person sits down."""

import signal
from concurrent.futures import ThreadPoolExecutor

from playwright.sync_api import expect

from tests.e2e.conftest import Arrive
from tests.live import Frame, Person, Server


def all_of(person: Person, room: int) -> list[str]:
    """What the server has, from the first to the last."""
    texts: list[str] = []
    before = ""
    while True:
        page = person.ok("GET", f"/api/rooms/{room}/messages?limit=100{before}")
        texts = [m["content"] for m in page["results"] if m["kind"] == "text"] + texts
        if not page["has_before"]:
            return texts
        before = f"&before={page['results'][0]['seq']}"


def test_two_tabs_write_while_the_server_is_killed_again_and_again(
    server: Server, arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    client = arrive().sign_in(maya.name)
    client.open(shared_room["name"])
    second = client.tab()
    second.goto(f"/rooms/{shared_room['id']}")
    pages = (client.page, second)
    other = arrive().sign_in(zhou.name)
    other.open(shared_room["name"])
    expect(second.locator("main textarea")).to_be_visible()
    written = [f"line {number}" for number in range(30)]
    client.may_be_cut_off()
    other.may_be_cut_off()
    for number, text in enumerate(written):
        field = pages[number % 2].locator("main textarea")
        field.fill(text)
        field.press("Enter")
        if number % 10 == 4:
            server.stop(signal.SIGKILL)
        if number % 10 == 7:
            server.start()
    for page in pages:
        expect(page.locator("article.unsent")).to_have_count(0)
        expect(page.get_by_role("log").locator("article .text")).to_have_count(len(written))
    expect(other.log.locator("article .text")).to_have_count(len(written))
    sent = all_of(zhou, shared_room["id"])
    assert sorted(sent) == sorted(written)
    for tab in (0, 1):  # each tab's own are in the order in which they were written
        assert [text for text in sent if text in written[tab::2]] == written[tab::2]
    for page in (*pages, other.page):
        assert page.get_by_role("log").locator("article .text").all_inner_texts() == sent
    expect(second.locator("main textarea")).to_have_value("")


def test_rooms_are_changed_quickly_while_messages_pour_in(arrive: Arrive, zhou: Person, maya: Person) -> None:
    rooms = [zhou.make_room(f"room {letter}") for letter in "abcd"]
    for room in rooms:
        maya.ok("POST", f"/api/rooms/{room['id']}/join")
    client = arrive().sign_in(maya.name)
    client.open(rooms[0]["name"])

    def pour(room: Frame) -> None:
        for number in range(60):
            zhou.say(room["id"], f"{room['name']} says {number}")

    with ThreadPoolExecutor(4) as pool:
        pouring = [pool.submit(pour, room) for room in rooms]
        while not all(one.done() for one in pouring):
            for room in rooms:
                client.row(room["name"]).click()
        for one in pouring:
            one.result()
    for room in rooms:
        client.open(room["name"])
        client.page.keyboard.press("Escape")
        expect(client.badge(room["name"])).to_have_count(0)
        expect(client.message("says 59")).to_be_visible()
        shown = [text for text in client.texts() if "says" in text]
        assert shown == [f"{room['name']} says {number}" for number in range(60)][-len(shown) :]
    client.page.reload()
    expect(client.message("says 59")).to_be_visible()
    for room in rooms:
        expect(client.badge(room["name"])).to_have_count(0)
    assert client.page.title().startswith(rooms[-1]["name"])


def test_the_next_person_at_the_same_browser_finds_nothing_of_the_last_one(
    arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    mine = maya.make_room("only mine")
    client = arrive().sign_in(maya.name)
    client.open("only mine")
    client.say("for my eyes")
    client.has_sent()
    client.composer.fill("half a thought")
    client.settings().get_by_role("button", name=client.words["sign_out"]).click()
    client.button("sign_out_anyway").click()
    expect(client.field("account")).to_be_visible()
    client.sign_in(zhou.name)
    client.open(shared_room["name"])
    expect(client.composer).to_have_value("")
    expect(client.list.get_by_role("link")).to_have_count(1)
    client.say("it is me now")
    client.page.goto(f"/rooms/{mine['id']}")
    expect(client.page.get_by_text("half a thought")).to_have_count(0)
    expect(client.page.get_by_text("for my eyes")).to_have_count(0)
    client.page.goto("/")
    client.settings().get_by_role("button", name=client.words["sign_out"]).click()
    client.sign_in(maya.name)
    client.open("only mine")
    client.shows("for my eyes")
    expect(client.composer).to_have_value("")
