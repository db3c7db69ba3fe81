"""What a device keeps of an account: shown before the network, brought up to date, and gone when it has to go."""

from playwright.sync_api import BrowserContext, Page, Route, WebSocketRoute, expect

from tests.e2e.browser import Client, until
from tests.e2e.conftest import Arrive
from tests.live import Frame, Person

ALL_THAT_IS_KEPT = """async but => {
  const ask = request => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })
  const kept = []
  for (const { name } of await indexedDB.databases()) {
    const database = await ask(indexedDB.open(name))
    for (const store of [...database.objectStoreNames].filter(one => !but?.includes(one)))
      kept.push(...await ask(database.transaction(store).objectStore(store).getAll()))
    database.close()
  }
  return JSON.stringify([kept, Object.entries(localStorage), Object.entries(sessionStorage)])
}"""
# The names of all files that the page has loaded.
LOADED = "performance.getEntriesByType('resource').map(entry => entry.name)"


def kept(page: Page) -> str:
    text: str = page.evaluate(ALL_THAT_IS_KEPT)
    return text


def wait_until_kept(page: Page, text: str, *, gone: bool = False) -> None:
    """In a message or a draft: a room's last message alone would not show it."""
    looked_at = f"(await ({ALL_THAT_IS_KEPT})(gone ? [] : ['rooms'])).includes(text) !== gone"
    until(page, f"async ([text, gone]) => {looked_at}", [text, gone])


def refuse(route: Route) -> None:
    route.abort("connectionrefused")


def hang_up(line: WebSocketRoute) -> None:
    line.close()


def cut_off(context: BrowserContext) -> None:
    """The page still loads, as from the desktop program; nobody answers it."""
    context.route("**/api/**", refuse)
    context.route_web_socket("**/ws/", hang_up)


def test_the_last_rooms_and_messages_show_before_the_network(
    arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    zhou.say(shared_room["id"], "还在这里")
    client = arrive().sign_in(maya.name)
    client.open(shared_room["name"])
    client.shows("还在这里")
    wait_until_kept(client.page, "还在这里")
    client.may_be_cut_off()
    cut_off(client.context)
    client.page.reload()
    client.shows("还在这里")
    expect(client.row(shared_room["name"])).to_contain_text("还在这里")
    expect(client.me).to_contain_text("Maya Chen")
    client.say("written meanwhile")
    expect(client.message("written meanwhile")).to_be_visible()
    client.page.close()


def test_what_was_missed_comes_without_a_page(arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame) -> None:
    for number in range(40):
        zhou.say(shared_room["id"], f"line {number}")
    client = arrive().sign_in(maya.name)
    client.open(shared_room["name"])
    expect(client.message("line 39")).to_be_visible()
    wait_until_kept(client.page, "line 39")
    client.page.goto("about:blank")
    zhou.say(shared_room["id"], "while you were away")
    pages: list[str] = []
    client.page.on("request", lambda request: pages.append(request.url) if "/messages" in request.url else None)
    client.page.goto(f"/rooms/{shared_room['id']}")
    expect(client.message("while you were away")).to_be_visible()
    expect(client.message("line 39")).to_be_visible()
    assert pages == []


def test_what_came_while_away_is_unread_though_the_kept_part_was_shown_first(
    arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    lines = [zhou.say(shared_room["id"], f"line {number}\nof many") for number in range(40)]
    client = arrive().sign_in(maya.name)
    with maya.socket() as device:
        client.open(shared_room["name"])
        client.composer.press("Escape")
        expect(client.badge(shared_room["name"])).to_have_count(0)
        device.expect("read_updated", last_read_seq=lines[-1]["seq"])
    wait_until_kept(client.page, "line 39")
    client.page.goto("about:blank")
    for number in range(40, 80):
        zhou.say(shared_room["id"], f"line {number}\nof many")
    client.page.goto(f"/rooms/{shared_room['id']}")
    expect(client.log.get_by_text(client.words["unread"])).to_be_in_viewport()
    expect(client.message("line 40")).to_be_in_viewport()


def test_a_draft_survives_a_reload(arrive: Arrive, maya: Person, shared_room: Frame) -> None:
    client = arrive().sign_in(maya.name)
    client.open(shared_room["name"])
    client.composer.fill("周五下午可以，但是")
    client.page.reload()
    expect(client.composer).to_have_value("周五下午可以，但是")
    client.say("算了")
    client.page.reload()
    expect(client.message("算了")).to_be_visible()
    expect(client.composer).to_have_value("")


def test_what_was_never_opened_opens_without_a_network(arrive: Arrive, maya: Person, shared_room: Frame) -> None:
    client = arrive().sign_in(maya.name)
    client.page.wait_for_function(f"() => {LOADED}.some(file => file.includes('ReportDialog'))")
    client.may_be_cut_off()
    client.context.set_offline(True)
    for keys, name in (("Control+k", "Jump to a conversation"), ("Control+,", "Settings")):
        client.page.keyboard.press(keys)
        expect(client.page.get_by_role("dialog", name=name)).to_be_visible()
        client.page.keyboard.press("Escape")
    client.open(shared_room["name"])
    client.composer.fill("**重点**")
    client.composer.press("Enter")
    expect(client.log.locator("article strong")).to_have_text("重点")
    client.context.set_offline(False)
    client.hurry()
    client.has_sent()


def test_two_tabs_send_what_was_written_without_a_network_once(
    arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    client = arrive().sign_in(maya.name)
    client.open(shared_room["name"])
    second = client.tab()
    second.goto(f"/rooms/{shared_room['id']}")
    fields = [page.locator("main textarea") for page in (client.page, second)]
    expect(fields[1]).to_be_visible()
    client.may_be_cut_off()
    client.context.set_offline(True)
    for number in range(1, 7):
        field = fields[number % 2]
        field.fill(f"written offline {number}")
        field.press("Enter")
        # Each tab sees what the other one wrote, in its place.
        for page in (client.page, second):
            expect(page.get_by_role("log").locator("article .text")).to_have_count(number)
    client.context.set_offline(False)
    written = [f"written offline {number}" for number in range(1, 7)]
    for page in (client.page, second):
        expect(page.locator("article.unsent")).to_have_count(0)
        expect(page.get_by_role("log").locator("article .text")).to_have_text(written)
    other = arrive().sign_in(zhou.name)
    other.open(shared_room["name"])
    other.shows(*written)


def test_a_recalled_message_leaves_the_device_at_the_next_sync(
    arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    message = zhou.say(shared_room["id"], "the password is hunter2")
    client = arrive().sign_in(maya.name)
    client.open(shared_room["name"])
    wait_until_kept(client.page, "hunter2")
    client.page.goto("/favicon.svg")
    zhou.ok("POST", f"/api/messages/{message['id']}/recall")
    wait_until_kept(client.page, "hunter2")
    client.page.goto("/")
    wait_until_kept(client.page, "hunter2", gone=True)


def test_a_lost_room_leaves_the_device_and_what_was_written_can_be_copied(
    arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    zhou.say(shared_room["id"], "between us")
    client = arrive().sign_in(maya.name)
    client.open(shared_room["name"])
    client.composer.fill("what I wanted to say")
    wait_until_kept(client.page, "between us")
    wait_until_kept(client.page, "what I wanted to say")
    client.may_be_refused(403, 404)  # of what it was asking for meanwhile
    zhou.ok("DELETE", f"/api/rooms/{shared_room['id']}/members/{maya.id}")
    expect(client.page.locator("main")).to_contain_text("what I wanted to say")
    for text in ("between us", "what I wanted to say"):
        wait_until_kept(client.page, text, gone=True)


def test_signing_out_warns_of_a_draft_and_then_leaves_nothing(
    arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    zhou.say(shared_room["id"], "between us")
    client = arrive().sign_in(maya.name)
    client.open(shared_room["name"])
    client.composer.fill("not sent yet")
    wait_until_kept(client.page, "not sent yet")
    sign_out(client)
    expect(client.button("sign_in").last).to_be_visible()
    for text in ("between us", "not sent yet", shared_room["name"]):
        wait_until_kept(client.page, text, gone=True)


def sign_out(client: Client) -> None:
    """Asked twice, for something would be lost."""
    dialog = client.settings()
    client.button("sign_out", dialog).click()
    client.button("sign_out_anyway", dialog).click()


def test_a_device_that_is_signed_out_elsewhere_keeps_nothing(
    arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    zhou.say(shared_room["id"], "between us")
    client = arrive().sign_in(maya.name)
    client.open(shared_room["name"])
    wait_until_kept(client.page, "between us")
    client.may_be_refused(401)  # of what it was asking for meanwhile
    maya.ok("DELETE", "/api/auth/sessions")
    expect(client.button("sign_in").last).to_be_visible()
    wait_until_kept(client.page, "between us", gone=True)
