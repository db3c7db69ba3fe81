"""The power goes: a killed database finds of each file what it had synced, and of the rest as much as chance left."""

from __future__ import annotations

import os
import random
import shutil
import struct
import subprocess
from pathlib import Path

CODE = Path(__file__).with_name("power.c")
HEAD = struct.Struct("=4q")  # offset, length, length of what was there, size of the file


class Power:
    """`files`: the directory of the database; `place`: where the journals lie."""

    def __init__(self, files: Path, place: Path) -> None:
        self.files, self.journals, self._library = files, place / "journals", place / "power.so"
        self.journals.mkdir(parents=True)
        command = ["cc", "-O2", "-Wall", "-shared", "-fPIC", "-o", str(self._library), str(CODE), "-ldl", "-lpthread"]
        subprocess.run(command, check=True)

    @staticmethod
    def is_possible() -> bool:
        return os.uname().sysname == "Linux" and shutil.which("cc") is not None

    def environment(self) -> dict[str, str]:
        """Of the process whose writes can be taken back."""
        return {
            "LD_PRELOAD": str(self._library),
            "POWER_FILES": str(self.files.resolve()),
            "POWER_JOURNALS": str(self.journals),
        }

    def keep(self, file: Path) -> None:
        """It has reached the disk by now, synced or not: systems write by themselves after half a minute."""
        (self.journals / str(file.stat().st_ino)).write_bytes(b"")

    def lose(self, choose: random.Random) -> int:
        """Takes back what was not synced; the process must be dead. -> how many writes."""
        paths = {path.stat().st_ino: path for path in self.files.rglob("*") if path.is_file()}
        lost = 0
        for journal in self.journals.iterdir():
            if path := paths.get(int(journal.name)):
                lost += _take_back(path, _records(journal.read_bytes()), choose)
            journal.write_bytes(b"")
        return lost


Record = tuple[int, int, int, bytes]  # offset, length, size of the file before, what was there


def _records(journal: bytes) -> list[Record]:
    found, position = [], 0
    while position + HEAD.size <= len(journal):
        offset, length, old_length, old_size = HEAD.unpack_from(journal, position)
        position += HEAD.size
        found.append((offset, length, old_size, journal[position : position + old_length]))
        position += old_length
    return found


def _take_back(path: Path, records: list[Record], choose: random.Random) -> int:
    """Half of the time nothing of it has reached the disk, else the first few writes."""
    kept = choose.choice((0, choose.randint(0, len(records))))
    with path.open("r+b") as file:
        for offset, length, old_size, old in reversed(records[kept:]):
            if old_size < offset + length == os.fstat(file.fileno()).st_size:
                file.truncate(old_size)
            os.pwrite(file.fileno(), old, offset)
    return len(records) - kept
