"""`make budgets`: prints what the client costs beside what it may cost. BUDGETS_ONLY=words measures only some lines."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.budgets import bundles
from tests.budgets.budget import HEAD, Budget, take
from tests.budgets.measures import Measures
from tests.budgets.page import Measured
from tests.budgets.scene import Rooms
from tests.e2e.browser import launch
from tests.live import Server

AXE = "tests/e2e/test_accessibility.py"
# A run takes longer than tokens live: writers whose connection ends say no more.
TOKEN_SECONDS = 24 * 3600


def sizes() -> list[Budget]:
    return [
        Budget("JavaScript of the sign-in route, gzipped", 80, "kB", lambda: bundles.javascript(*bundles.SIGN_IN), 1),
        Budget(
            "JavaScript of the chat route, gzipped (goal 180)", 200, "kB", lambda: bundles.javascript(*bundles.CHAT), 1
        ),
        Budget("CSS of the chat route, gzipped", 20, "kB", lambda: bundles.styles(*bundles.CHAT), 1),
    ]


def in_the_browser(m: Measures) -> list[Budget]:
    return [
        Budget("first contentful paint, cold", 500, "ms", m.first_paint),
        Budget("composer ready, cold", 1000, "ms", m.composer_ready),
        Budget("room with 10,000 held messages: click → newest painted", 300, "ms", m.open_large),
        Budget("switch between cached rooms", 100, "ms", m.switch),
        Budget("scroll 120 × 400 px in it: frames over 33 ms", 1, "", m.slow_frames),
        Budget("scroll 120 × 400 px in it: long tasks over 50 ms", 0, "", m.long_tasks),
        Budget("prepend a page: anchor drift", 1, "px", m.prepend_drift),
        Budget("append at bottom: gap", 0, "px", m.append_gap),
        Budget("200 incoming messages/s for 10 s: longest task", 100, "ms", m.burst_task),
        Budget("200 incoming messages/s for 10 s: keystroke p95", 100, "ms", m.burst_keystroke),
        Budget("keystroke → paint p95, idle", 50, "ms", m.keystroke),
        Budget("send → own bubble", 16, "ms", m.own_bubble),
        Budget("send → ack p95", 150, "ms", m.ack),
        Budget("DOM nodes in a room", 2000, "", m.nodes, 1),
        Budget("heap growth after 500 room switches", 5, "%", m.growth, 1),
        Budget("heap after 50,000 messages over 50 rooms", 80, "MB", m.heap, 1),
        Budget("caught up after a restart of 1 s", 3, "s", m.caught_up),
        Budget("axe violations, every screen × light/dark × zh/en", 0, "", elsewhere=f"`make check-ui`, {AXE}"),
    ]


def wanted(budgets: list[Budget]) -> list[Budget]:
    words = os.environ.get("BUDGETS_ONLY", "").split()
    return [budget for budget in budgets if not words or any(word in budget.what for word in words)]


def main() -> int:
    print(HEAD, flush=True)
    figures = [take(budget) for budget in wanted(sizes())]
    for figure in figures:
        print(figure.row())
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as var:
        server = Server(Path(var), ACCESS_TOKEN_SECONDS=str(TOKEN_SECONDS)).prepare().start()
        browser = launch(playwright)
        try:
            rooms = Rooms(server)
            measures = Measures(rooms, Measured(browser, f"http://localhost:{server.port}", rooms.reader))
            for budget in wanted(in_the_browser(measures)):
                figures.append(take(budget))
                print(figures[-1].row(), flush=True)
            rooms.close()
        finally:
            browser.close()
            server.destroy()
    return int(not all(figure.holds for figure in figures if figure.budget.measure))


if __name__ == "__main__":
    sys.exit(main())
