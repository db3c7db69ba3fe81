"""What was asked, what was answered, and what each device saw: all that the invariants are judged by.

Times are readings of one monotonic clock, that of the run's process.
"""

from __future__ import annotations

import itertools
import time
from dataclasses import dataclass, field
from typing import Any, NamedTuple

OK, FAIL, INFO = "ok", "fail", "info"  # stored; not stored; unknown


@dataclass(slots=True)
class Send:
    """One message under one nonce, however many tries."""

    user: int
    room: int
    nonce: str
    content: str
    asked_at: float
    outcome: str = INFO
    answered_at: float = 0.0
    code: str = ""  # why it failed
    seq: int = 0
    message: int = 0
    repeats: list[tuple[int, int, bool]] = field(default_factory=list)  # (message, seq, duplicate) of later tries


@dataclass(slots=True)
class Recall:
    room: int
    message: int
    version: int
    answered_at: float


@dataclass(slots=True)
class Mark:
    user: int
    room: int
    seq: int


@dataclass(slots=True)
class Page:
    """The newest page, as somebody got it."""

    user: int
    room: int
    asked_at: float
    messages: list[dict[str, Any]]


class Heard(NamedTuple):
    """A message in a frame, live or in a sync."""

    device: str
    user: int
    room: int
    seq: int
    message: int
    version: int
    content: str
    is_recalled: bool
    is_live: bool


@dataclass(slots=True)
class Revoked:
    """A session that was signed out from another device."""

    session: int
    answered_at: float


class History:
    def __init__(self) -> None:
        self.sends: list[Send] = []
        self.recalls: list[Recall] = []
        self.marks: list[Mark] = []
        self.pages: list[Page] = []
        self.heard: list[Heard] = []
        self.moves: set[tuple[int, int, int, bool]] = set()  # room, user, version, is in
        self.revoked: list[Revoked] = []
        self.last_frames: dict[int, float] = {}  # session: when its newest frame came
        self.edited: set[int] = set()  # messages that somebody tried to edit
        self.broken: list[str] = []  # what a device found wrong on the spot
        self.repeated: list[str] = []  # what a connection brought a second time
        self.late: list[str] = []  # who had not heard in time what was said while all was quiet
        self.acked = 0
        self._numbers = itertools.count(1)

    def number(self) -> int:
        return next(self._numbers)


now = time.monotonic
