"""A page that is measured: somebody in front of a real Chromium, and what is timed inside of it."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page

from tests.budgets.heap import kept_bytes
from tests.e2e.browser import DESK
from tests.live import PASSWORD, PATIENCE_SECONDS, Person

# Times are taken inside the page: the way to it and back is not the client's. `once` ends, unlike a call into the page.
CLOCKS = """
addEventListener('DOMContentLoaded', () => new MutationObserver((_, observer) => {
  if (document.querySelector('main textarea')) { window.composerReadyAt = performance.now(); observer.disconnect() }
}).observe(document, { childList: true, subtree: true }))
window.longTasks = []
const noteTasks = list => longTasks.push(...list.getEntries().map(one => one.duration))
new PerformanceObserver(noteTasks).observe({ type: 'longtask' })
window.frame = () => new Promise(requestAnimationFrame)
window.once = async isThere => {
  const started = performance.now()
  do {
    if (performance.now() - started > PATIENCE_MS) throw new Error(`waited in vain for ${isThere}`)
    await frame()
  } while (!isThere())
}
window.painted = async (act, isThere) => {
  const started = performance.now()
  act()
  await once(isThere)
  await new Promise(resolve => setTimeout(resolve))
  return performance.now() - started
}
window.showsNewest = text => [...document.querySelectorAll('[role=log] article')].at(-1)?.textContent.includes(text)
window.log = () => document.querySelector('[role=log]')
window.row = name => [...document.querySelectorAll('nav a')].find(one => one.textContent.includes(name))
"""


class Measured:
    def __init__(self, browser: Browser, base: str, person: Person) -> None:
        self.browser = browser
        self.base = base
        self.person = person
        self.state: Any = None
        self.context: BrowserContext = self._context()
        self.page: Page = self.context.new_page()
        self.sign_in()

    def _context(self) -> BrowserContext:
        width, height = DESK
        context = self.browser.new_context(
            base_url=self.base, viewport={"width": width, "height": height}, locale="en-US", storage_state=self.state
        )
        context.set_default_timeout(PATIENCE_SECONDS * 1000)
        context.add_init_script(f"window.PATIENCE_MS = {PATIENCE_SECONDS * 1000}; {CLOCKS}")
        return context

    def sign_in(self) -> None:
        self.page.goto("/signin")
        self.page.get_by_label("Username or e-mail", exact=True).fill(self.person.name)
        self.page.get_by_label("Password", exact=True).fill(PASSWORD)
        self.page.locator("form [type=submit]").click()
        self.page.locator(".me").wait_for()

    def cold(self, path: str) -> Page:
        """The same person on a device that has nothing of the client yet."""
        # Its sign-in as it stands now: a refresh token that was used before would count as stolen.
        self.state = self.context.storage_state()
        self.context.close()
        self.context = self._context()
        self.page = self.context.new_page()
        self.page.goto(path)
        self.page.locator("main textarea").wait_for()
        return self.page

    def heap_megabytes(self) -> float:
        line = self.context.new_cdp_session(self.page)
        line.send("HeapProfiler.collectGarbage")
        used: float = line.send("Runtime.getHeapUsage")["usedSize"]
        line.detach()
        return used / 1_000_000

    def kept_megabytes(self) -> float:
        """What the page's scripts hold."""
        line = self.context.new_cdp_session(self.page)
        chunks: list[str] = []
        line.on("HeapProfiler.addHeapSnapshotChunk", lambda event: chunks.append(event["chunk"]))
        line.send("HeapProfiler.collectGarbage")
        line.send("HeapProfiler.takeHeapSnapshot", {"reportProgress": False})
        line.detach()
        return kept_bytes(json.loads("".join(chunks))) / 1_000_000
