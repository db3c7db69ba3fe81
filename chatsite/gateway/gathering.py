"""One write for each connection of all that a turn of the loop has for it: every write is a system call of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatsite.gateway.connection import Batch, Connection


class Gathering:
    """Of the one loop of this process that has connections."""

    def __init__(self) -> None:
        self._parcels: dict[Connection, list[Batch]] | None = None

    @contextmanager
    def open(self) -> Iterator[None]:
        """What is written in here waits until the end."""
        if self._parcels is not None:
            yield
            return
        parcels: dict[Connection, list[Batch]] = {}
        self._parcels = parcels
        try:
            yield
        finally:
            self._parcels = None
            for connection, batches in parcels.items():
                connection.push_all(batches)

    def takes(self, connection: Connection, batch: Batch) -> bool:
        if self._parcels is None:
            return False
        self._parcels.setdefault(connection, []).append(batch)
        return True

    def give_up(self, connection: Connection) -> list[Batch]:
        """-> what waits for this connection, which is to be closed."""
        return self._parcels.pop(connection, []) if self._parcels else []


gathering = Gathering()
