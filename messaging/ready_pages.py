"""The newest pages of rooms as this process last encoded them; whoever asks says what the database says now.

A page counts only under the stamp that it was made under. What is old is neither looked for nor dropped: nobody asks
for it again, and it is the first to go when memory is full.
"""

import threading
from collections import OrderedDict

# The room's version, its newest message's id, the version of names, the epoch (a backup brings all three back), and
# where the room begins for its reader.
Stamp = tuple[int, int | None, int | None, str | None, int]
Bounds = tuple[int, int]  # first and last seq

BYTES_MAX = 16 * 1024 * 1024


class ReadyPages:
    def __init__(self, bytes_max: int = BYTES_MAX) -> None:
        self._bytes_max = self._bytes_left = bytes_max
        self._pages: OrderedDict[tuple[int, Bounds], tuple[Stamp, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, room_id: int, bounds: Bounds, stamp: Stamp) -> bytes | None:
        with self._lock:
            found = self._pages.get((room_id, bounds))
            if found is None or found[0] != stamp:
                return None
            self._pages.move_to_end((room_id, bounds))
            return found[1]

    def put(self, room_id: int, bounds: Bounds, stamp: Stamp, page: bytes) -> None:
        with self._lock:
            if old := self._pages.pop((room_id, bounds), None):
                self._bytes_left += len(old[1])
            self._pages[room_id, bounds] = stamp, page
            self._bytes_left -= len(page)
            while self._bytes_left < 0:
                _, (_, dropped) = self._pages.popitem(last=False)
                self._bytes_left += len(dropped)

    def forget(self) -> None:
        with self._lock:
            self._pages.clear()
            self._bytes_left = self._bytes_max


ready_pages = ReadyPages()
