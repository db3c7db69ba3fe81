"""The thread of a serving process that looks for tasks, with a database connection of its own."""

import logging
import threading

from django.db import OperationalError, close_old_connections, connections

from chatsite.chores.queue import work

logger = logging.getLogger(__name__)

LOOK_SECONDS = 20.0


class Housekeeper:
    def __init__(self) -> None:
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="housekeeper", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Does not wait: what breaks off is taken up again."""
        self._is_over.set()

    def _run(self) -> None:
        while not self._is_over.wait(LOOK_SECONDS):
            self._look()
        connections.close_all()

    def _look(self) -> None:
        close_old_connections()
        try:
            work()
        except OperationalError:
            logger.info("chores_wait")
            connections.close_all()  # what another process waits for ends with the connection
        except Exception:  # of whatever kind: the next look may get on
            logger.exception("chores_failed")
            connections.close_all()
