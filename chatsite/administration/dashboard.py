"""The first page of the admin: figures and charts that the apps hang up in their AppConfig.ready().

    figures["reports"] = reports_waiting        # () -> Figure
    charts["messages"] = messages_a_day         # () -> Chart

All of them together ask a constant number of queries, and each process asks once a minute at most. One that fails says
so in its place: whoever looks here may do so because something is broken.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from typing import Any, TypeVar

from django.utils.timezone import get_current_timezone, get_current_timezone_name, localdate, now
from django.utils.translation import gettext_lazy as _

from chatsite.errors import Text

logger = logging.getLogger(__name__)
T = TypeVar("T")

KEPT_SECONDS = 60.0
DAYS = 30  # of a chart, today's included
HEIGHT = 120  # of the tallest bar, in units of the drawing
STEP = 10
FIRST = ("online", "people", "sessions", "reports", "messages")  # what people look for; the others follow


@dataclass(frozen=True)
class Figure:
    """One number: how many are online. `state`: "good", "bad", or nothing to say."""

    title: Text
    value: Any
    note: Text = ""
    icon: str = "bar_chart"  # of Material Symbols
    state: str = ""
    url: str = ""


@dataclass(frozen=True)
class Bar:
    day: date
    count: int
    x: int
    y: float
    height: float


@dataclass(frozen=True)
class Chart:
    """How many each day, today last."""

    title: Text
    counts: dict[date, int]
    url: str = ""

    @property
    def bars(self) -> list[Bar]:
        found = [(day, self.counts.get(day, 0)) for day in last_days()]
        heights = [round(HEIGHT * count / max(self.most, 1), 2) for _day, count in found]
        return [Bar(*found[i], i * STEP, HEIGHT - height, height) for i, height in enumerate(heights)]

    @property
    def total(self) -> int:
        return sum(self.counts.get(day, 0) for day in last_days())

    @property
    def most(self) -> int:
        return max(self.counts.get(day, 0) for day in last_days())

    @property
    def width(self) -> int:
        return DAYS * STEP


figures: dict[str, Callable[[], Figure]] = {}
charts: dict[str, Callable[[], Chart]] = {}


@dataclass(frozen=True)
class Overview:
    at: datetime
    figures: list[Figure]
    charts: list[Chart]


def last_days() -> list[date]:
    """By the clock of whoever looks (zones.py)."""
    today = localdate()
    return [today - timedelta(days=back) for back in reversed(range(DAYS))]


def borders(day: date) -> tuple[datetime, datetime]:
    """-> when it begins and when the next one does, by the same clock: MySQL may know no time zones."""
    begun, ended = (datetime.combine(at, clock.min, get_current_timezone()) for at in (day, day + timedelta(days=1)))
    return begun.astimezone(UTC), ended.astimezone(UTC)


class Kept:
    """What was found for each time zone, for as long as it is fresh; one thread looks for all."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: dict[str, tuple[float, Overview]] = {}  # with the end of its time

    def overview(self) -> Overview:
        zone = get_current_timezone_name()
        with self._lock:
            self._found = {name: kept for name, kept in self._found.items() if time.monotonic() < kept[0]}
            if zone not in self._found:
                found = _look()
                self._found[zone] = (time.monotonic() + KEPT_SECONDS, found)
            return self._found[zone][1]

    def forget(self) -> None:
        with self._lock:
            self._found = {}


kept = Kept()


def _in_order(hung_up: dict[str, T]) -> list[tuple[str, T]]:
    return sorted(hung_up.items(), key=lambda item: FIRST.index(item[0]) if item[0] in FIRST else len(FIRST))


def _look() -> Overview:
    found = [_tried(name, look) or Figure(name, "–", _("cannot be told right now"), "error", "bad")
             for name, look in _in_order(figures)]  # fmt: skip
    drawn = [chart for name, look in _in_order(charts) if (chart := _tried(name, look))]
    return Overview(now(), found, drawn)


def _tried(name: str, look: Callable[[], T]) -> T | None:
    try:
        return look()
    except Exception:  # of whatever kind: this page is what people open to see what is wrong
        logger.exception("figure_failed", extra={"figure": name})
        return None
