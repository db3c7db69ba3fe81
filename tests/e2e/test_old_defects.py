"""The client's share of the defects of the system before this one, by their numbers in its review.

S03, S13, S21 and S43.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import APIResponse, Page, Route, WebSocket, WebSocketRoute, expect

from tests.e2e.browser import Client
from tests.e2e.conftest import Arrive
from tests.e2e.test_offline import kept, wait_until_kept
from tests.live import Frame, Person, Server

TOKEN_SECONDS = 4


class Line:
    """The socket of a client, which can be cut and kept cut; what goes up on it is kept."""

    def __init__(self, client: Client) -> None:
        self._page = client.page
        self.is_cut = False
        self.open: list[tuple[WebSocketRoute, WebSocketRoute]] = []
        self.most_open = 0
        self.tokens: list[str] = []
        client.context.route_web_socket("**/ws/", self._connect)

    def _connect(self, socket: WebSocketRoute) -> None:
        if self.is_cut:
            socket.close()
            return
        server = socket.connect_to_server()
        self.open.append((socket, server))
        self.most_open = max(self.most_open, len(self.open))

        def up(text: str | bytes) -> None:
            frame = json.loads(text)
            if frame["type"] == "authenticate":
                self.tokens.append(frame["data"]["token"])
            server.send(text)

        def closed(code: int | None, reason: str | None) -> None:
            self.open = [pair for pair in self.open if pair[0] is not socket]
            server.close()

        socket.on_message(up)
        socket.on_close(closed)

    def cut(self) -> None:
        while not self.open:  # the page shows what it kept before it connects
            self._page.wait_for_timeout(20)
        self.is_cut = True
        for side in self.open.pop():
            side.close()


def test_s03_after_a_cut_every_room_is_heard_again(
    arrive: Arrive, zhou: Person, maya: Person, shared_room: Frame
) -> None:
    """It was deaf after any blip: nothing missed was fetched, no room joined again."""
    other = zhou.make_room("另一个房间")
    maya.ok("POST", f"/api/rooms/{other['id']}/join")
    client = arrive()
    line = Line(client)
    client.sign_in(maya.name)
    client.open(shared_room["name"])
    for times in (1, 2):
        client.may_be_cut_off()
        line.cut()
        zhou.say(shared_room["id"], f"missed here {times}")
        zhou.say(other["id"], f"missed there {times}")
        line.is_cut = False
        client.hurry()
        expect(client.message(f"missed here {times}")).to_have_count(1)
        expect(client.badge("另一个房间")).to_have_text(str(2 * times - 1))
        zhou.say(shared_room["id"], f"live here {times}")
        zhou.say(other["id"], f"live there {times}")
        expect(client.message(f"live here {times}")).to_have_count(1)
        expect(client.badge("另一个房间")).to_have_text(str(2 * times))
    client.shows("missed here 1", "live here 1", "missed here 2", "live here 2")


@pytest.fixture
def slow_page(shared_room: Frame) -> Callable[[Page], Callable[[], None]]:
    """Holds back what the server answers about the room's messages -> how to let it through."""
    held: list[tuple[Route, APIResponse]] = []

    def hold(page: Page) -> Callable[[], None]:
        address = f"**/api/rooms/{shared_room['id']}/messages*"
        page.route(address, lambda route: held.append((route, route.fetch())))

        def release() -> None:
            assert held, "nothing was asked for"
            for route, response in held:
                route.fulfill(response=response)
            page.unroute(address)

        return release

    return hold


def test_s13_a_late_answer_about_one_room_is_not_shown_in_another(
    arrive: Arrive,
    zhou: Person,
    maya: Person,
    shared_room: Frame,
    slow_page: Callable[[Page], Callable[[], None]],
) -> None:
    """The page of the room before overwrote the one that was open; what came meanwhile was lost."""
    other = zhou.make_room("另一个房间")
    maya.ok("POST", f"/api/rooms/{other['id']}/join")
    zhou.say(shared_room["id"], "before")
    zhou.say(other["id"], "of the other room")
    client = arrive().sign_in(maya.name)
    release = slow_page(client.page)
    client.open(shared_room["name"])
    client.open("另一个房间")
    client.shows("of the other room")
    zhou.say(shared_room["id"], "meanwhile")
    expect(client.badge(shared_room["name"])).to_have_text("2")
    release()
    client.shows("of the other room")
    zhou.say(other["id"], "and more")
    client.shows("of the other room", "and more")
    client.open(shared_room["name"])
    client.shows("before", "meanwhile")


@pytest.fixture
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Its access tokens hold for seconds."""
    server = Server(tmp_path_factory.mktemp("hasty"), ACCESS_TOKEN_SECONDS=str(TOKEN_SECONDS)).prepare().start()
    yield server
    server.destroy()


def test_s21_a_token_that_ran_out_is_renewed_and_never_tried_again(arrive: Arrive, hasty: Server) -> None:
    """One and the same was tried for ever, and a second connection could be left open beside the first."""
    person = hasty.register()
    person.make_room("long day")
    client = arrive(f"http://localhost:{hasty.port}")
    line = Line(client)
    client.may_be_refused(401)
    client.sign_in(person.name)
    client.open("long day")
    client.say("before the cut")
    client.has_sent()
    client.may_be_cut_off()
    line.cut()
    client.page.wait_for_timeout(2 * TOKEN_SECONDS * 1000)
    line.is_cut = False
    client.hurry()
    client.say("after the cut")
    client.has_sent()
    assert len(line.tokens) >= 2
    assert len(set(line.tokens)) == len(line.tokens)
    assert line.most_open == 1
    expect(client.log.locator(".state")).to_have_count(0)
    client.shows("before the cut", "after the cut")


def test_s43_no_token_and_no_content_is_stored_or_printed(
    arrive: Arrive, server: Server, maya: Person, shared_room: Frame
) -> None:
    """Tokens lay in localStorage, and stood on the console and in the server's log, with what people wrote."""
    client = arrive()
    printed: list[str] = []
    addresses: list[str] = []
    sent: list[str] = []
    client.page.on("console", lambda message: printed.append(message.text))
    client.page.on("request", lambda request: addresses.append(request.url))

    def watch(socket: WebSocket) -> None:
        addresses.append(socket.url)
        socket.on("framesent", lambda payload: sent.append(str(payload)))

    client.page.on("websocket", watch)
    client.sign_in(maya.name)
    client.open(shared_room["name"])
    client.say("the safe is behind the picture")
    wait_until_kept(client.page, "the safe is behind the picture")
    client.page.reload()
    expect(client.message("the safe is behind the picture")).to_be_visible()
    frames = [json.loads(frame) for frame in sent]
    access = [frame["data"]["token"] for frame in frames if frame["type"] == "authenticate"]
    assert access
    secrets = [*access, *(cookie["value"] for cookie in client.context.cookies())]
    log = Path(server.log).read_text()
    for secret in secrets:
        assert secret not in kept(client.page)
        assert secret not in log
        assert not any(secret in text for text in [*printed, *addresses])
    assert "behind the picture" not in log
    assert not any("behind the picture" in text for text in [*printed, *addresses])
    assert "behind the picture" not in client.page.evaluate("JSON.stringify([localStorage, sessionStorage])")
