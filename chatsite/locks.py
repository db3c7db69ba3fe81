"""Locks between processes, on files: released by the system however their holder ends. Standard library only."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


class Lock:
    """One holder's handle on a lock file. On Windows shared locks exclude each other too."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)

    def acquire(self, *, shared: bool = False, wait: bool = True) -> bool:
        """-> held now? Without `wait` it says no at once."""
        try:
            self._lock(shared, wait)
        except OSError:
            if wait:
                raise
            return False
        return True

    def _lock(self, shared: bool, wait: bool) -> None:
        if sys.platform == "win32":
            msvcrt.locking(self._fd, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        else:
            kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
            fcntl.flock(self._fd, kind if wait else kind | fcntl.LOCK_NB)

    def release(self) -> None:
        if sys.platform == "win32":
            msvcrt.locking(self._fd, msvcrt.LK_UNLCK, 1)
        else:
            fcntl.flock(self._fd, fcntl.LOCK_UN)

    def close(self) -> None:
        os.close(self._fd)


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Alone in here, among all processes that name this file."""
    lock = Lock(path)
    lock.acquire()
    try:
        yield
    finally:
        lock.close()
