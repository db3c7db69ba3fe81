"""How many sockets one user may have open on this process: enough for every device and tab, no more.

The session bound (accounts: 20 devices) does not bound sockets, and each of them costs memory and a write a message.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from chatsite.errors import RateLimited
from chatsite.gateway import frames
from chatsite.gateway.frames import Close
from chatsite.live import setting

if TYPE_CHECKING:
    from chatsite.gateway.connection import Connection

SOCKETS_MAX = 40  # per user and process: two for each of the 20 devices
RETRY_SECONDS = 60.0  # for the one that had to go


def make_room(own: Collection[Connection]) -> None:
    """Closes the user's oldest sockets beyond the bound with 4429. Call it once the newest is signed in."""
    if not setting("RATE_LIMITS") or len(own) <= SOCKETS_MAX:
        return
    for connection in sorted(own, key=_age)[: len(own) - SOCKETS_MAX]:
        refusal = connection.refusal(RateLimited(RETRY_SECONDS))
        connection.close(Close.TOO_MANY, frames.error(None, refusal))


def _age(connection: Connection) -> int:
    return int(connection.id.rpartition(".")[2])
