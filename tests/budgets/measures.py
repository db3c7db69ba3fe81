"""How each budget is measured, in the order in which a session goes."""

from __future__ import annotations

import itertools
import statistics
import threading
import time

from tests.budgets.page import Measured
from tests.budgets.scene import LARGE, MESSAGES, SMALL_ROOMS, Rooms

SWITCHES, WARM_ROUNDS = 500, 4
BURST_PER_SECOND, BURST_SECONDS = 200, 10
KEYS = 40
QUICKEST_MS = 16  # browsers tell of no event that was quicker
SENDS = 20


class Measures:
    def __init__(self, rooms: Rooms, measured: Measured) -> None:
        self.rooms = rooms
        self.measured = measured
        self.numbers = itertools.count(1)
        self.held = False
        self.flooded_seconds = 0.0
        self.keystrokes_of_bursts: list[float] = []
        self.long_tasks_of_scrolls: list[float] = []

    @property
    def large_path(self) -> str:
        return f"/rooms/{self.rooms.large['id']}"

    # ---- cold

    def first_paint(self) -> float:
        page = self.measured.cold(self.large_path)
        found: float = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        return found

    def composer_ready(self) -> float:
        found: float = self.measured.cold(self.large_path).evaluate("composerReadyAt")
        return found

    # ---- the large room

    def hold_large(self) -> None:
        """Reads it up to its first message, so that all of it is held."""
        if self.held:
            return
        page = self.measured.cold(self.large_path)
        page.evaluate(
            """async () => {
              await once(() => { log().scrollTop = 0; return document.querySelector('[data-seq="1"]') })
              log().focus()
            }"""
        )
        self.held = True
        self.to_newest()

    def to_newest(self) -> None:
        page = self.measured.page
        page.evaluate(
            """() => once(() => {
              document.querySelector('.frame > .pill:last-child')?.click()
              return log().scrollHeight - log().scrollTop - log().clientHeight < 2
            })"""
        )

    def open_large(self) -> float:
        """With every message of it in the store: from the click to the newest one on screen, wherever it was left."""
        self.hold_large()
        self.click("Small 00")
        return self.click(LARGE)

    def switch(self) -> float:
        self.click("Small 01")
        self.click("Small 02")
        return self.click("Small 01")

    def click(self, name: str) -> float:
        found: float = self.measured.page.evaluate(
            """async ([name, newest]) => {
              await once(() => row(name))
              return painted(() => row(name).click(),
                () => document.querySelector('h1')?.textContent.includes(name) && showsNewest(newest))
            }""",
            [name, self.end_of(name)],
        )
        return found

    def end_of(self, name: str) -> str:
        """-> how the newest message of a room ends"""
        newest: str = self.rooms.reader.ok("GET", f"/api/rooms/{self.room_id(name)}")["last_message"]["content"]
        return newest[newest.rfind("#") + 1 :]

    def room_id(self, name: str) -> int:
        room = next(one for one in (self.rooms.large, *self.rooms.small) if one["name"] == name)
        return int(room["id"])

    def scroll(self) -> tuple[int, int]:
        self.hold_large()
        self.to_newest()
        slow, long = self.measured.page.evaluate(
            """async () => {
              longTasks.length = 0
              let slow = 0
              let before = await frame()
              for (let step = 0; step < 120; step++) {
                log().scrollTop -= 400
                const now = await frame()
                slow += now - before > 33.4
                before = now
              }
              await new Promise(resolve => setTimeout(resolve, 200))
              return [slow, longTasks.filter(duration => duration > 50).length]
            }"""
        )
        return slow, long

    def slow_frames(self) -> float:
        slow, long = self.scroll()
        self.long_tasks_of_scrolls.append(long)
        return slow

    def long_tasks(self) -> float:
        """Of a scroll that the line before has counted the frames of, if it was measured."""
        return self.long_tasks_of_scrolls.pop() if self.long_tasks_of_scrolls else self.scroll()[1]

    def prepend_drift(self) -> float:
        """A page of older messages comes while somebody reads: how far the row in view moves."""
        page = self.measured.cold(self.large_path)
        self.held = False
        page.evaluate("() => once(() => document.querySelector('article'))")
        drift: float = page.evaluate(
            """async () => {
              const rows = () => [...log().querySelectorAll('[data-seq]')]
              const first = () => Math.min(...rows().map(row => Number(row.dataset.seq)))
              await new Promise(resolve => setTimeout(resolve, 300))
              const oldest = first()
              log().scrollTop = log().clientHeight * 2 - 50
              await frame()
              const top = log().getBoundingClientRect().top
              const row = rows().find(row => row.getBoundingClientRect().top >= top)
              const before = row.getBoundingClientRect().top
              await once(() => first() < oldest)
              await frame()
              return Math.abs(row.getBoundingClientRect().top - before)
            }"""
        )
        return drift

    def append_gap(self) -> float:
        self.click("Small 03")
        text = f"append {next(self.numbers)}"
        self.rooms.writers[0].say(self.room_id("Small 03"), text)
        page = self.measured.page
        page.wait_for_function("text => showsNewest(text)", arg=text)
        gap: float = page.evaluate(
            "async () => { await frame(); return log().scrollHeight - log().scrollTop - log().clientHeight }"
        )
        return gap

    def nodes(self) -> float:
        self.open_large()
        page = self.measured.page
        page.evaluate("async () => { for (let step = 0; step < 30; step++) { log().scrollTop -= 400; await frame() } }")
        count: float = page.evaluate("document.querySelectorAll('*').length")
        return count

    # ---- writing

    def keystroke(self) -> float:
        self.open_large()
        return p95(self.keystrokes())

    def keystrokes(self) -> list[float]:
        """-> milliseconds from each key to the paint that shows it, as the browser tells: in steps of 8, from 16 on.

        A timer that is set in the frame after a key is no measure: it waits behind the keys that follow.
        """
        page = self.measured.page
        page.locator("main textarea").focus()
        page.evaluate(
            """() => {
              window.keys = []
              const note = list => keys.push(...list.getEntriesByName('keypress').map(one => one.duration))
              window.timing = new PerformanceObserver(note)
              timing.observe({ type: 'event', durationThreshold: QUICKEST_MS })
            }""".replace("QUICKEST_MS", str(QUICKEST_MS))
        )
        for _ in range(KEYS):
            page.keyboard.press("a")
        slow: list[float] = page.evaluate(
            """async () => {
              await new Promise(resolve => setTimeout(resolve, 200))
              timing.disconnect()
              return keys
            }"""
        )
        page.locator("main textarea").fill("")
        return slow + [QUICKEST_MS] * (KEYS - len(slow))

    def own_bubble(self) -> float:
        """From Enter to the own message being in the document; the frame that paints it is the next one."""
        found, _ = self.send()
        return found

    def ack(self) -> float:
        return p95([self.send()[1] for _ in range(SENDS)])

    def send(self) -> tuple[float, float]:
        self.click("Small 04")
        text = f"mine {next(self.numbers)}"
        page = self.measured.page
        page.locator("main textarea").fill(text)
        page.evaluate(
            """text => {
              const started = { at: 0 }
              const articles = () => [...document.querySelectorAll('[role=log] article')]
              const find = () => articles().findLast(one => one.textContent.includes(text))
              const area = document.querySelector('main textarea')
              area.addEventListener('keydown', () => started.at = performance.now(), { once: true, capture: true })
              window.sent = new Promise(resolve => {
                let shown = 0
                new MutationObserver((_, observer) => {
                  const row = find()
                  if (!row) return
                  shown ||= performance.now()
                  if (!row.closest('[data-seq]')) return
                  observer.disconnect()
                  resolve([shown - started.at, performance.now() - started.at])
                }).observe(document.body, { childList: true, subtree: true, attributes: true, characterData: true })
              })
            }""",
            text,
        )
        page.keyboard.press("Enter")
        shown, acked = page.evaluate("sent")
        return shown, acked

    # ---- under load

    def burst(self) -> tuple[float, float]:
        """-> the longest task and p95 of a keystroke while 200 messages a second come in"""
        self.click("Small 05")
        page = self.measured.page
        page.evaluate("longTasks.length = 0")
        flood = threading.Thread(target=self._flood)
        before = self.newest_seq("Small 05")
        times: list[float] = []
        flood.start()
        while flood.is_alive():
            times += self.keystrokes()
        flood.join()
        rate = (self.newest_seq("Small 05") - before) / self.flooded_seconds
        if rate < BURST_PER_SECOND * 0.95:
            raise RuntimeError(f"only {rate:.0f} messages came in a second: the machine or the server cannot keep up")
        longest: float = page.evaluate("Math.max(0, ...longTasks)")
        return longest, p95(times)

    def newest_seq(self, name: str) -> int:
        return int(self.rooms.reader.ok("GET", f"/api/rooms/{self.room_id(name)}")["last_seq"])

    def _flood(self) -> None:
        room = next(one for one in self.rooms.small if one["name"] == "Small 05")
        started = time.monotonic()
        for number in range(BURST_PER_SECOND * BURST_SECONDS):
            self.rooms.say(self.rooms.sockets[number % len(self.rooms.sockets)], room, f"flood {number}")
            ahead = number / BURST_PER_SECOND - (time.monotonic() - started)
            if ahead > 0:
                time.sleep(ahead)
        self.flooded_seconds = time.monotonic() - started
        self.rooms.settle()

    def burst_task(self) -> float:
        longest, keystroke = self.burst()
        self.keystrokes_of_bursts.append(keystroke)
        return longest

    def burst_keystroke(self) -> float:
        """Of a burst that the line before has timed the tasks of, if it was measured."""
        return self.keystrokes_of_bursts.pop() if self.keystrokes_of_bursts else self.burst()[1]

    def caught_up(self) -> float:
        """Seconds from the server answering again after a second away to the message that was missed."""
        self.measured.cold(self.large_path).wait_for_function("name => row(name)", arg="Small 06")
        self.held = False
        self.click("Small 06")
        for socket in self.rooms.sockets:
            socket.close()
        server = self.rooms.server
        server.stop()
        time.sleep(1)
        server.start()
        started = time.monotonic()
        text = f"missed {next(self.numbers)}"
        self.rooms.writers[0].say(self.room_id("Small 06"), text)
        self.measured.page.wait_for_function("text => showsNewest(text)", arg=text, polling=50)
        passed = time.monotonic() - started
        self.rooms.sockets = [writer.socket() for writer in self.rooms.writers]
        return passed

    # ---- memory

    def growth(self) -> float:
        """Per cent more that is held after 500 switches between rooms that were all open before."""
        names = [f"Small {number:02}" for number in range(SMALL_ROOMS)]
        self.measured.cold(self.large_path)
        self.held = False
        self.switch_through(names * WARM_ROUNDS)
        before = self.measured.kept_megabytes()
        self.switch_through([names[number % len(names)] for number in range(SWITCHES)])
        return (self.measured.kept_megabytes() / before - 1) * 100

    def switch_through(self, names: list[str]) -> None:
        self.measured.page.evaluate(
            """async names => {
              for (const name of names) {
                await once(() => row(name))
                row(name).click()
                await once(() => document.querySelector('h1')?.textContent.includes(name)
                  && document.querySelector('[role=log] article'))
              }
            }""",
            names,
        )

    def heap(self) -> float:
        """50,000 messages come in over fifty rooms, 200 in a moment."""
        self.measured.cold(self.large_path)
        self.held = False
        page = self.measured.page
        page.wait_for_function("() => document.querySelectorAll('nav a').length > 40")
        try:
            for room in self.rooms.small:
                self.rooms.fill(room, 1_000)
            # Five people write at once: which one is last is not said.
            last = self.rooms.small[-1]["name"]
            page.wait_for_function(
                "([name, end]) => row(name)?.textContent.includes(end)", arg=[last, self.end_of(last)]
            )
            return self.measured.heap_megabytes()
        finally:
            # A room opens where reading stopped: whoever opens one after this waits for its newest message.
            for room in self.rooms.small:
                self.rooms.read(room)


def p95(times: list[float]) -> float:
    return statistics.quantiles(times, n=20)[18]


assert MESSAGES >= 10_000
