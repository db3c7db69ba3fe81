"""People in front of a real Chromium. What a page may never do is watched in every one of them."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Locator, Page, Playwright, Route, expect
from playwright.sync_api import TimeoutError as TooLate

from chatsite.tasks.browser import installed
from tests.e2e.words import WORDS
from tests.live import PASSWORD, PATIENCE_SECONDS

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The browser's own calls home; what a page asks for is watched before a name is looked up.
    "--host-resolver-rules=MAP *.google.com ~NOTFOUND, MAP *.googleapis.com ~NOTFOUND",
]
DESK = (1280, 800)
PHONE = (400, 800)
# What Chromium itself writes while the server is away, in its own words.
OF_A_CUT = (
    "net::ERR_INTERNET_DISCONNECTED",
    "net::ERR_CONNECTION_REFUSED",
    "net::ERR_CONNECTION_RESET",
    "net::ERR_EMPTY_RESPONSE",
    "WebSocket connection to",
)

STANDS_STILL = """log => new Promise(done => {
  const look = (before, frames) => {
    const still = log.scrollTop === before ? frames + 1 : 0
    return still > 3 ? done() : requestAnimationFrame(() => look(log.scrollTop, still))
  }
  look(log.scrollTop, 0)
})"""

expect.set_options(timeout=PATIENCE_SECONDS * 1000)


def launch(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=installed(), args=FLAGS, timeout=60_000)


def until(page: Page, asks: str, what: Any = None) -> None:
    """Asks again and again, with a promise if need be: `wait_for_function` takes every promise for a yes."""
    for _ in range(20 * PATIENCE_SECONDS):
        if page.evaluate(asks, what):
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"never came true: {asks}")


class Visitor:
    """One browser profile: its own cookies and storage, any number of tabs."""

    def __init__(
        self,
        browser: Browser,
        base: str,
        *,
        locale: str = "en",
        size: tuple[int, int] = DESK,
        theme: Any = "light",
        clock: str = "Asia/Shanghai",
        touch: bool = False,
    ) -> None:
        self.base = base
        self.words = WORDS[locale]
        self.faults: list[str] = []
        self.outside: list[str] = []
        self._wanted: set[str] = set()
        self.context: BrowserContext = browser.new_context(
            base_url=base,
            locale={"zh": "zh-CN", "en": "en-US"}[locale],
            viewport={"width": size[0], "height": size[1]},
            color_scheme=theme,
            timezone_id=clock,
            has_touch=touch,
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(PATIENCE_SECONDS * 1000)
        self.context.route("**/*", self._refuse_outside)
        self.context.add_init_script(
            "addEventListener('securitypolicyviolation', e => console.error('CSP', e.violatedDirective, e.blockedURI))"
        )
        self.page = self.tab()

    def tab(self) -> Page:
        page = self.context.new_page()
        page.on("console", lambda message: self._heard(message.type, message.text))
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("websocket", lambda socket: self._look(socket.url))
        return page

    def _refuse_outside(self, route: Route) -> None:
        if self._look(route.request.url):
            route.continue_()
        else:
            route.abort()

    def _look(self, url: str) -> bool:
        """-> whether it is the chat's own."""
        own = urlsplit(url).netloc == urlsplit(self.base).netloc or url.startswith(("data:", "blob:"))
        if not own:
            self.outside.append(url)
        return own

    def _heard(self, kind: str, text: str) -> None:
        if kind in ("error", "warning") and not any(words in text for words in self._wanted):
            self.faults.append(f"{kind}: {text}")

    def may_be_cut_off(self) -> None:
        """From now on the browser reports each refused connection; that is no fault of the page."""
        self._wanted.update(OF_A_CUT)

    def may_be_refused(self, *statuses: int) -> None:
        """From now on the browser reports each answer of these statuses: the test wants them."""
        self._wanted.update(f"status of {status}" for status in statuses)

    def leave(self) -> list[str]:
        """-> what the pages did that none may do."""
        self.context.close()
        return [*self.faults, *(f"outside request: {url}" for url in self.outside)]


class Client(Visitor):
    """A visitor who uses the chat: each verb is what a person does, with the words that they read."""

    name: str

    def register(self, name: str, username: str, *, at: str = "/register") -> Client:
        self.name = name
        self.page.goto(at)
        fields = {"username": username, "display_name": name, "email": f"{username}@example.com", "password": PASSWORD}
        for key, value in fields.items():
            self.field(key).fill(value)
        self.button("enter").click()
        return self

    def sign_in(self, username: str) -> Client:
        self.page.goto("/signin")
        self.field("account").fill(username)
        self.field("password").fill(PASSWORD)
        self.page.locator("form [type=submit]").click()
        expect(self.me).to_be_visible()
        return self

    def field(self, key: str) -> Locator:
        return self.page.get_by_label(self.words[key], exact=True)

    def button(self, key: str, within: Any = None) -> Locator:
        button: Locator = (within or self.page).get_by_role("button", name=self.words[key], exact=True)
        return button

    def start(self, way: str) -> None:
        """`way`: make, join, directory, person or group."""
        self.button("new").click()
        self.page.get_by_role("menuitem", name=self.words[way]).click()

    def make_room(self, name: str) -> str:
        """-> its code, as the room's menu shows it"""
        self.start("make")
        self.field("room_name").fill(name)
        self.button("create").click()
        self.is_in(name)
        self.button("more").click()
        code = self.page.get_by_role("menuitem", name=self.words["copy_code"]).locator(".code").inner_text()
        self.page.keyboard.press("Escape")
        return code.strip()

    def join(self, code: str) -> None:
        self.start("join")
        self.field("room_code").fill(code)
        self.button("join_room").click()
        expect(self.composer).to_be_visible()

    def open(self, room: str) -> None:
        self.row(room).click()
        self.is_in(room)

    def is_in(self, room: str) -> None:
        """The heading of the page: cards and dialogs that name the same have lower ones, and may be about to close."""
        expect(self.page.get_by_role("heading", name=room, level=1)).to_be_visible()

    def say(self, text: str) -> None:
        self.composer.fill(text)
        self.composer.press("Enter")
        expect(self.composer).to_have_value("")

    def has_sent(self) -> None:
        """The server has all of it: what is done next may be refused, or ask again, before."""
        expect(self.page.locator("article.unsent")).to_have_count(0)

    def menu_of(self, text: str, item: str) -> None:
        self.message(text).click(button="right")
        self.page.get_by_role("menuitem", name=self.words[item]).click()

    def scroll(self, by: int) -> None:
        """The wheel over what the pointer is at, until the log stands still."""
        self.page.mouse.wheel(0, by)
        self.log.evaluate(STANDS_STILL)

    def hurry(self) -> None:
        """Does not wait for the next attempt to connect, unless it was made already."""
        with suppress(TooLate):
            self.button("retry_now").click(timeout=1000)

    def settings(self) -> Locator:
        self.button("settings").click()
        return self.page.get_by_role("dialog")

    @property
    def me(self) -> Locator:
        return self.page.locator(".me")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    @property
    def composer(self) -> Locator:
        return self.page.locator("main textarea")

    @property
    def list(self) -> Locator:
        return self.page.get_by_role("navigation", name=self.words["conversations"])

    def row(self, room: str) -> Locator:
        return self.list.get_by_role("link", name=room)

    def badge(self, room: str) -> Locator:
        return self.row(room).locator(".badge")

    def message(self, text: str) -> Locator:
        return self.log.get_by_role("article").filter(has_text=text)

    def texts(self) -> list[str]:
        """What stands in the log, from top to bottom."""
        return self.log.locator("article .text").all_inner_texts()

    def shows(self, *texts: str) -> None:
        expect(self.log.locator("article .text")).to_have_text(list(texts))
