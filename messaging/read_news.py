"""Tells others how far somebody has read: at once, then at most once a second for each room and reader."""

import threading
from functools import partial

from chatsite.gateway import publisher
from chatsite.gateway.events import Envelope

INTERVAL_SECONDS = 1.0
Key = tuple[int, int]  # room id, user id


class ReadNews:
    """In this process's memory; the last mark of a busy second is told at its end."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[Key, Envelope | None] = {}  # who told something in the last second: what came since

    def tell(self, room_id: int, user_id: int, news: Envelope) -> None:
        key = (room_id, user_id)
        with self._lock:
            is_early = key in self._waiting
            self._waiting[key] = news if is_early else None
        if not is_early:
            self._publish(key, news)

    def _publish(self, key: Key, news: Envelope) -> None:
        sender = publisher.publisher()
        sender.put((news,))
        sender.loop.call_soon_threadsafe(sender.loop.call_later, INTERVAL_SECONDS, partial(self._second_is_over, key))

    def _second_is_over(self, key: Key) -> None:
        with self._lock:
            news = self._waiting.pop(key, None)
            if news is not None:
                self._waiting[key] = None
        if news is not None:
            self._publish(key, news)


read_news = ReadNews()
