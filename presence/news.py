"""What has happened to connections and is not dealt with yet."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from presence.store import Move


class Touched(NamedTuple):
    """A connection that came, went or fell idle; `restarting`: the server threw it out, it will come back."""

    user_id: int
    restarting: bool = False


@dataclass
class News:
    """Done parts are taken out; what is left is tried again together with what happened since."""

    connections: dict[str, Touched] = field(default_factory=dict)
    users: set[int] = field(default_factory=set)  # whose status may have changed by it
    restated: set[int] = field(default_factory=set)  # those of them who have set their status or its text
    moves: list[Move] = field(default_factory=list)  # to be told

    def then(self, later: News) -> News:
        return News(
            self.connections | later.connections,
            self.users | later.users,
            self.restated | later.restated,
            self.moves + later.moves,
        )
