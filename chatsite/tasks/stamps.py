"""A stamp remembers what something was made from, so that it is made again only when that has changed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path


class Stamp:
    def __init__(self, path: Path, sources: Iterable[Path], *, extra: str = "") -> None:
        self.path = path
        self.sources = sources
        self.extra = extra

    def is_fresh(self) -> bool:
        return self.path.is_file() and self.path.read_text("utf-8") == self._digest()

    def write(self) -> None:
        self.path.write_text(self._digest(), "utf-8")

    def _digest(self) -> str:
        digest = hashlib.sha256(self.extra.encode())
        for source in sorted(_files(self.sources)):
            digest.update(source.name.encode() + b"\0" + source.read_bytes() + b"\0")
        return digest.hexdigest()


def _files(sources: Iterable[Path]) -> Iterable[Path]:
    for source in sources:
        if source.is_dir():
            yield from (path for path in source.rglob("*") if path.is_file())
        elif source.is_file():
            yield source
