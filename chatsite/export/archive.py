"""A ZIP that is written while it is read: nothing of it is kept, however large it becomes."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile


class Entry(NamedTuple):
    """A file of the archive; its pieces are made when it is its turn."""

    name: str
    pieces: Iterable[bytes]


class _Sink:
    """What ZipFile writes to. It cannot go back in it, so whatever was written can be taken away."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """There is nothing behind it."""

    def take(self) -> bytes:
        taken, self._parts = b"".join(self._parts), []
        return taken


def zipped(entries: Iterable[Entry]) -> Iterator[bytes]:
    """-> the archive, piece by piece."""
    sink = _Sink()
    with ZipFile(sink, "w", ZIP_DEFLATED) as archive:  # type: ignore[call-overload]  # it only writes
        for entry in entries:
            with archive.open(entry.name, "w") as file:
                for piece in entry.pieces:
                    file.write(piece)
                    yield sink.take()
    yield sink.take()
