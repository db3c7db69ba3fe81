"""Who does the odd things: people in twos, with a room between them, and what their frames may name."""

from __future__ import annotations

import re
import time
from collections.abc import Callable

from tests.live import Person, Server

TOKEN_SECONDS = 300.0  # half of what an access token is good for
_PLACE = re.compile(rb'"<([A-Z_]+)>"')


class Place:
    """What stands for `"<ROOM>"` and the like in the frames of one person."""

    def __init__(self, person: Person, other: Person, room_id: int, message_id: int) -> None:
        self.person = person
        self.room_id = room_id
        self.message_id = message_id
        self._nonces = 0
        self._until = time.monotonic() + TOKEN_SECONDS
        self._fixed = {
            b"ROOM": b"%d" % room_id,
            b"USER": b"%d" % person.id,
            b"OTHER": b"%d" % other.id,
            b"TOKEN": b'"%s"' % person.access.encode(),
            b"OTHER_TOKEN": b'"%s"' % other.access.encode(),
        }
        self._made: dict[bytes, Callable[[], bytes]] = {b"MESSAGE": self._message, b"NONCE": self._nonce}

    @property
    def is_stale(self) -> bool:
        """Its token runs out soon: the server would close the sockets."""
        return time.monotonic() > self._until

    def fill(self, payload: bytes) -> bytes:
        return _PLACE.sub(self._of, payload) if b'"<' in payload else payload

    def _of(self, match: re.Match[bytes]) -> bytes:
        name = match[1]
        made = self._made.get(name)
        return made() if made else self._fixed.get(name, match[0])

    def _message(self) -> bytes:
        return b"%d" % self.message_id

    def _nonce(self) -> bytes:
        self._nonces += 1
        return b'"n%d.%d"' % (self.person.id, self._nonces)


def pair(server: Server) -> tuple[Place, Place]:
    """Two new people in a private room of theirs, and a message of each."""
    ann, ben = server.register(), server.register()
    room_id = ann.make_room("odd", kind="private")["id"]
    ann.ok("POST", f"/api/rooms/{room_id}/members", {"user_id": ben.id})
    first, second = (person.say(room_id, "odd")["id"] for person in (ann, ben))
    return Place(ann, ben, room_id, first), Place(ben, ann, room_id, second)
