"""One server that serves the built client, and people who come to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from chatsite.addresses import lan_addresses
from tests.e2e.browser import DESK, PHONE, Client, Visitor, launch
from tests.live import PASSWORD, ROOT, Frame, Person, Server

Arrive = Callable[..., Client]
SUPERUSER = "from accounts.models import User; User.objects.filter(pk={}).update(is_staff=True, is_superuser=True)"


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


@pytest.fixture(scope="module")
def root(server: Server) -> Person:
    person = server.register()
    server.manage("shell", "-c", SUPERUSER.format(person.id))
    return person


@pytest.fixture(params=["desk", "phone"])
def admin(request: pytest.FixtureRequest, browser: Browser, localhost: str, root: Person) -> Iterator[Visitor]:
    """The first page of the administration, just signed in; at the end as with `arrive`."""
    visitor = Visitor(browser, localhost, size=PHONE if request.param == "phone" else DESK)
    visitor.page.goto("/admin/")
    visitor.page.get_by_label("Username or e-mail address").fill(root.name)
    visitor.page.get_by_label("Password").fill(PASSWORD)
    visitor.page.get_by_role("button", name="Log in").click()
    expect(visitor.page.get_by_text("People online")).to_be_visible()
    visitor.page.wait_for_load_state()  # before its scripts have run a click does nothing
    yield visitor
    assert visitor.leave() == []


def named(person: Person, name: str) -> Person:
    person.ok("PATCH", "/api/users/me", {"display_name": name})
    return person


@pytest.fixture
def shared_room(zhou: Person, maya: Person) -> Frame:
    """A room of 周舟's that Maya is in."""
    room = zhou.make_room("设计组 Design")
    maya.ok("POST", f"/api/rooms/{room['id']}/join")
    return room
