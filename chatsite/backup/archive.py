"""The archive: a tar of gzipped JSON lines, files as they are, the keys, and at its end the manifest of it all.

rows/<table>/<number>.jsonl.gz · files/<path below MEDIA_ROOT> · keys.json · manifest.json
"""

import gzip
import hashlib
import io
import os
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

import msgspec
from django.utils.translation import gettext as _

from chatsite.database import NotReady

FORMAT = 1
MANIFEST = "manifest.json"
KEYS = "keys.json"
ROWS, FILES = "rows/", "files/"
GZIP_LEVEL = 4
READ_BYTES = 1024 * 1024


class Table(msgspec.Struct, frozen=True):
    columns: list[str]
    rows: int


class Member(msgspec.Struct, frozen=True):
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """`migrations`: the applied ones by app; `tables`: by name; `members`: everything else in the archive."""

    format: int
    version: str
    made_at: datetime
    database: str
    migrations: dict[str, list[str]]
    tables: dict[str, Table]
    members: dict[str, Member]

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    @property
    def files(self) -> list[str]:
        return [name for name in self.members if name.startswith(FILES)]


class Writer:
    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self.members: dict[str, Member] = {}

    def add_rows(self, name: str, lines: bytes) -> None:
        self.add(name, gzip.compress(lines, GZIP_LEVEL, mtime=0))

    def add(self, name: str, content: bytes) -> None:
        self._add(self._info(name, len(content), 0o600, time.time()), io.BytesIO(content))

    def add_file(self, name: str, path: Path) -> None:
        """A file that vanishes in this moment is left out."""
        try:
            with path.open("rb") as file:
                facts = os.fstat(file.fileno())
                self._add(self._info(name, facts.st_size, facts.st_mode & 0o777, facts.st_mtime), file)
        except FileNotFoundError:
            return

    def finish(self, manifest: Manifest) -> None:
        content = msgspec.json.format(msgspec.json.encode(manifest), indent=1)
        self._tar.addfile(self._info(MANIFEST, len(content), 0o600, time.time()), io.BytesIO(content))

    @staticmethod
    def _info(name: str, size: int, mode: int, changed_at: float) -> tarfile.TarInfo:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, mode, int(changed_at)
        return info

    def _add(self, info: tarfile.TarInfo, content: IO[bytes]) -> None:
        hashed = _Hashed(content)
        self._tar.addfile(info, hashed)
        self.members[info.name] = Member(info.size, hashed.sha256.hexdigest())


class _Hashed:
    """What is read through it is hashed on its way."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content = content
        self.sha256 = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        read = self._content.read(size)
        self.sha256.update(read)
        return read


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """The archive has its name only once it is whole and on the disk."""
    unfinished = path.with_name(path.name + ".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(unfinished, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                yield Writer(tar)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        raise NotReady(
            _("The backup %(path)s cannot be written: %(why)s.") % {"path": path, "why": error.strerror or error}
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)


class Reader:
    """An archive that has a manifest; its members are only good after `verify`."""

    def __init__(self, path: Path, tar: tarfile.TarFile) -> None:
        self._path = path
        self._tar = tar
        self.infos = {info.name: info for info in tar}
        self.manifest = self._manifest()

    def _manifest(self) -> Manifest:
        if MANIFEST not in self.infos:
            raise _refused(self._path, _("it has no manifest, so it is not whole"))
        try:
            return msgspec.json.decode(self.read(MANIFEST), type=Manifest)
        except msgspec.DecodeError as error:
            raise _refused(self._path, str(error)) from error

    def verify(self, checked: Callable[[], None]) -> None:
        """Every member is there as it was written, and nothing else; `checked` after each."""
        names = set(self.infos) - {MANIFEST}
        if names != set(self.manifest.members):
            raise _refused(self._path, _("its members are not those of its manifest"))
        for name, member in self.manifest.members.items():
            if Member(self.infos[name].size, self._sha256(name)) != member:
                raise _refused(self._path, _("%(name)s is damaged") % {"name": name})
            checked()

    def rows(self, table: str) -> Iterator[list[bytes]]:
        """The lines of a table, in portions."""
        for name in self.manifest.members:
            if name.startswith(f"{ROWS}{table}/"):
                yield gzip.decompress(self.read(name)).splitlines()

    def read(self, name: str) -> bytes:
        with self.open(name) as member:
            return member.read()

    def open(self, name: str) -> IO[bytes]:
        member = self._tar.extractfile(self.infos[name])
        if member is None:
            raise _refused(self._path, _("%(name)s is damaged") % {"name": name})
        return member

    def _sha256(self, name: str) -> str:
        with self.open(name) as member:
            digest = hashlib.sha256()
            while portion := member.read(READ_BYTES):
                digest.update(portion)
            return digest.hexdigest()


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    try:
        with tarfile.open(path, "r:") as tar:
            yield Reader(path, tar)
    except (tarfile.TarError, EOFError) as error:
        raise _refused(path, str(error)) from error
    except FileNotFoundError as error:
        raise NotReady(_("There is no file %(path)s.") % {"path": error.filename}) from error


def _refused(path: Path, why: str) -> NotReady:
    return NotReady(_("%(path)s is no backup that can be restored: %(why)s.") % {"path": path, "why": why})
