"""One server that serves the built client, and people who come to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from chatsite.welcome import lan_addresses
from tests.e2e.browser import Client, launch
from tests.live import ROOT, Frame, Person, Server

Arrive = Callable[..., Client]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    assert (ROOT / "frontend/dist/index.html").is_file(), "The client is not built: run `make setup`."
    server = Server(tmp_path_factory.mktemp("browser"), HOST="0.0.0.0").prepare().start()
    yield server
    server.destroy()


@pytest.fixture(scope="session")
def localhost(server: Server) -> str:
    """A secure context, as far as the browser is concerned."""
    return f"http://localhost:{server.port}"


@pytest.fixture(scope="session")
def lan(server: Server) -> str:
    """The same server as another machine reaches it: plain http, no secure context."""
    addresses = lan_addresses()
    assert addresses, "This machine has no address but loopback."
    return f"http://{addresses[0]}:{server.port}"


@pytest.fixture
def arrive(browser: Browser, localhost: str) -> Iterator[Arrive]:
    """`arrive(base?, locale=…, size=…)` -> a Client. At the end none of them may have done what no page may do."""
    visitors: list[Client] = []

    def visit(base: str = localhost, **options: Any) -> Client:
        visitors.append(Client(browser, base, **options))
        return visitors[-1]

    yield visit
    faults = [fault for visitor in visitors for fault in visitor.leave()]
    assert faults == []


@pytest.fixture
def zhou(server: Server) -> Person:
    return named(server.register(), "周舟")


@pytest.fixture
def maya(server: Server) -> Person:
    return named(server.register(), "Maya Chen")


def named(person: Person, name: str) -> Person:
    person.ok("PATCH", "/api/users/me", {"display_name": name})
    return person


@pytest.fixture
def shared_room(zhou: Person, maya: Person) -> Frame:
    """A room of 周舟's that Maya is in."""
    room = zhou.make_room("设计组 Design")
    maya.ok("POST", f"/api/rooms/{room['id']}/join")
    return room
