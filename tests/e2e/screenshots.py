"""`make screenshots`: writes docs/screenshots anew, the same pictures every time."""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from tests.e2e.browser import PHONE, Client, launch
from tests.e2e.scene import NOW, VIEWER, Scene
from tests.live import ROOT, Server

FOLDER = ROOT / "docs" / "screenshots"


def take(folder: Path = FOLDER) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as var:
        browser = launch(playwright)
        for locale in ("zh", "en"):
            take_in(locale, browser, Path(var) / locale, folder)
        browser.close()


def take_in(locale: str, browser: Browser, var: Path, folder: Path) -> None:
    server = Server(var, DATABASE_URL=f"sqlite:///{var}/chat.sqlite3").prepare().start()
    try:
        scene = Scene(server, locale).play()
        server.stop()
        scene.set_back(var / "chat.sqlite3")
        server.env["REDIS_PREFIX"] += "later"  # nothing remembered of the true times
        server.start()
        scene.arrive()
        for name, look in {
            "chat-light": {},
            "chat-dark": {"theme": "dark"},
            "chat-phone": {"size": PHONE, "touch": True},
        }.items():
            visitor = Client(browser, server.base, locale=locale, **look)
            photograph_chat(visitor, scene, folder / f"{name}-{locale}.png")
            assert visitor.leave() == []
        visitor = Client(browser, server.base, locale=locale)
        photograph_entrance(visitor, folder / f"signin-{locale}.png")
        assert visitor.leave() == []
        scene.leave()
    finally:
        server.destroy()


def photograph_chat(visitor: Client, scene: Scene, file: Path) -> None:
    room = scene.design_room
    visitor.page.clock.set_fixed_time(NOW)
    # Every picture is the first visit: the unread line stands where it stood.
    scene.people[VIEWER].ok("POST", f"/api/rooms/{room['id']}/unread", {"seq": unread_from(scene)})
    visitor.sign_in(VIEWER)
    visitor.open(room["name"])
    expect(visitor.log.get_by_text(visitor.words["unread"])).to_be_visible()
    # Code gets its colours a moment after its words.
    expect(visitor.log.locator("figure code span").first).to_be_attached()
    visitor.page.mouse.move(0, 0)
    scene.type()
    expect(visitor.page.locator(".foot [role=status]")).not_to_be_empty()
    visitor.page.evaluate("document.fonts.ready")
    visitor.page.screenshot(path=file)


def unread_from(scene: Scene) -> int:
    newest = scene.people[VIEWER].ok("GET", f"/api/rooms/{scene.design_room['id']}/messages")["results"]
    return int(newest[-3]["seq"])


def photograph_entrance(visitor: Client, file: Path) -> None:
    visitor.page.goto("/signin")
    visitor.field("account").fill(VIEWER)
    visitor.field("password").focus()
    visitor.page.evaluate("document.fonts.ready")
    visitor.page.screenshot(path=file)


if __name__ == "__main__":
    take()
