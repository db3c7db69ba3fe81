"""Where the wall time of a run goes."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from tests.chaos.history import now


class Spent:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}  # by what they went into

    @contextlib.contextmanager
    def on(self, what: str) -> Iterator[None]:
        started = now()
        try:
            yield
        finally:
            self.seconds[what] = self.seconds.get(what, 0.0) + now() - started
