"""The thread that keeps a serving process up to date."""

import logging
import threading

from django.db import DatabaseError

from chatsite import pool
from chatsite.errors import ChatError
from chatsite.live.overrides import refresh

logger = logging.getLogger(__name__)

POLL_SECONDS = 1.0
FIRST_SECONDS = 3.0  # how long a start waits for the database; in an outage the environment's values hold


class Watcher:
    """With a database connection of its own."""

    def __init__(self) -> None:
        self._is_over = threading.Event()
        self._has_looked = threading.Event()
        self._is_blind = False
        self._thread = threading.Thread(target=self._run, name="live-settings", daemon=True)

    def start(self) -> None:
        """Returns when the values are known, so that the first request is judged by them."""
        self._thread.start()
        self._has_looked.wait(FIRST_SECONDS)

    def stop(self) -> None:
        self._is_over.set()

    def _run(self) -> None:
        while True:
            self._look()
            self._has_looked.set()
            if self._is_over.wait(POLL_SECONDS):
                return

    def _look(self) -> None:
        try:
            pool.run(refresh)
            self._is_blind = False
        except (ChatError, DatabaseError) as error:  # away, or not migrated yet: what was read last holds
            if not self._is_blind:
                logger.warning("live_settings_wait", extra={"error": repr(error)})
            self._is_blind = True
