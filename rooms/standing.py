"""Who may write where, remembered in this process: it holds only while the locked room's access_version is the same.

Only those who are in a room and know of it are remembered; everybody else is asked for each time.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from typing import NamedTuple

from django.db.models import Q

from chatsite.pairs import RowIn
from rooms.models import Membership, Room

STANDINGS_MAX = 200_000  # memberships; beyond it everything is forgotten and asked for anew
Pair = tuple[int, int]  # room, user


class Standing(NamedTuple):
    """A room and its members as of `access_version`. Nobody may change what is in here."""

    access_version: int
    room: Room
    members: dict[int, Membership]


class Standings:
    """One per process. What is put in was read under the room's lock, so it belongs to the counter's version."""

    def __init__(self) -> None:
        self._rooms: dict[int, Standing] = {}
        self._size = 0
        self._lock = threading.Lock()

    def of(self, access_versions: Mapping[int, int], pairs: Collection[Pair]) -> dict[int, Standing]:
        """-> {room id: standing} of locked rooms, with these people's memberships where they have one.

        No query for what is known, at most two for all the rest.
        """
        found = {room_id: self._rooms.get(room_id) for room_id in access_versions}
        known = {r: s for r, s in found.items() if s is not None and s.access_version == access_versions[r]}
        if unknown := access_versions.keys() - known.keys():
            for room in Room.objects.filter(pk__in=unknown):
                known[room.id] = Standing(access_versions[room.id], room, {})
            self._keep({room_id: known[room_id] for room_id in unknown & known.keys()})
        missing = [(r, user_id) for r, user_id in pairs if r in known and user_id not in known[r].members]
        if missing:
            self._add_members(known, missing)
        return known

    def _add_members(self, known: Mapping[int, Standing], pairs: Collection[Pair]) -> None:
        here = Q(left_at=None, is_hidden=False)
        for membership in Membership.objects.filter(here, RowIn("room_id", "user_id", rows=sorted(set(pairs)))):
            known[membership.room_id].members[membership.user_id] = membership
            self._size += 1

    def _keep(self, standings: Mapping[int, Standing]) -> None:
        with self._lock:
            if self._size + len(self._rooms) > STANDINGS_MAX:
                self.forget()
            self._rooms |= standings

    def forget(self) -> None:
        self._rooms.clear()
        self._size = 0


standings = Standings()
