"""What became of each row: counted for the terminal, and each that was changed or not kept told in a file."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

Row = dict[str, Any]
SECRETS = frozenset({"password_hash"})


@dataclass
class Count:
    """Of one table. `changed` rows are kept, too."""

    found: int = 0
    kept: int = 0
    known: int = 0  # from a former import
    changed: int = 0
    lost: int = 0


class Report:
    """Written as it goes: an import that breaks off has told everything up to there."""

    def __init__(self, path: Path, title: str) -> None:
        self.path = path
        self.counts: dict[str, Count] = {}
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w", encoding="utf-8")
        self._file.write(f"{title}\n\n")

    def count(self, table: str) -> Count:
        return self.counts.setdefault(table, Count())

    def kept(self, table: str, row: Row, changes: list[str]) -> None:
        self.count(table).kept += 1
        if changes:
            self.count(table).changed += 1
            self._tell(_("changed"), table, row, changes)

    def known(self, table: str) -> None:
        self.count(table).known += 1

    def lost(self, table: str, row: Row, reason: str) -> None:
        """The whole row goes into the file: who wants it back has it."""
        self.count(table).lost += 1
        self._tell(_("not kept"), table, row, [reason])

    def _tell(self, fate: str, table: str, row: Row, reasons: list[str]) -> None:
        shown = {name: value for name, value in row.items() if name not in SECRETS}
        content = json.dumps(shown, ensure_ascii=False, default=str)
        self._file.write(f"{table} {row['id']}: {fate}: {' '.join(reasons)}\n    {content}\n")

    def close(self, lines: list[str]) -> None:
        self._file.write("\n" + "\n".join(lines) + "\n")
        self._file.close()
