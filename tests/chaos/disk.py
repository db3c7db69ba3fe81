"""A disk of the database's own, in memory, that can be full. Mounting one takes root."""

from __future__ import annotations

import contextlib
import os
import subprocess
from pathlib import Path

MEGABYTES = 1024  # no memory is used but for what is written
SLACK_KB = 64


class Disk:
    def __init__(self, directory: Path) -> None:
        self.directory = directory

    @classmethod
    def mounted(cls, directory: Path) -> Disk | None:
        """-> None where this machine does not let us."""
        directory.mkdir(parents=True, exist_ok=True)
        command = ["mount", "-t", "tmpfs", "-o", f"size={MEGABYTES}m", "tmpfs", str(directory)]
        with contextlib.suppress(OSError, subprocess.CalledProcessError):
            subprocess.run(command, check=True, capture_output=True)
            return cls(directory)
        return None

    def fill(self) -> None:
        """It is as large as what lies on it, but for a few pages."""
        state = os.statvfs(self.directory)
        used_kb = (state.f_blocks - state.f_bfree) * state.f_frsize // 1024
        self._resize(f"{used_kb + SLACK_KB}k")

    def free(self) -> None:
        self._resize(f"{MEGABYTES}m")

    def _resize(self, size: str) -> None:
        command = ["mount", "-o", f"remount,size={size}", str(self.directory)]
        subprocess.run(command, check=True, capture_output=True)

    def close(self) -> None:
        subprocess.run(["umount", "-l", str(self.directory)], check=True)
