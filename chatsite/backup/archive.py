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
from contextlib import contextmanager, suppress
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
    """`members`: what is in the archive so far."""

    def __init__(self, tar: tarfile.TarFile, members: dict[str, Member]) -> None:
        self._tar = tar
        self.members = members

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


def part_of(path: Path) -> Path:
    """Its name until it is whole and on the disk."""
    return path.with_name(path.name + ".part")


@contextmanager
def writing(path: Path, is_current: Callable[[str, Member], bool]) -> Iterator[Writer]:
    """Begins with what is good of one that was broken off: the files that `is_current` says are still the same."""
    part = part_of(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            end, members = _good_beginning(file, is_current)
            file.seek(end)
            file.truncate()
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                yield Writer(tar, members)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except Exception as error:  # of whatever kind: what fails while it runs is not gone on with
        part.unlink(missing_ok=True)  # a full disk is not to stay full
        if not isinstance(error, OSError):
            raise
        raise NotReady(
            _("The backup %(path)s cannot be written: %(why)s.") % {"path": path, "why": error.strerror or error}
        ) from error


def _good_beginning(file: IO[bytes], is_current: Callable[[str, Member], bool]) -> tuple[int, dict[str, Member]]:
    """-> how many bytes of it, with what in them. Rows are never good: they are of a moment that is gone."""
    end, members = 0, {}
    with suppress(tarfile.TarError, EOFError), tarfile.open(fileobj=file, mode="r:") as tar:
        for info in tar:
            content = tar.extractfile(info) if info.name.startswith(FILES) else None
            member = Member(info.size, _sha256(content)) if content else None
            if member is None or not is_current(info.name, member):
                break
            members[info.name] = member
            end = info.offset_data + -(-info.size // tarfile.BLOCKSIZE) * tarfile.BLOCKSIZE
    return end, members


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return _sha256(file)


def _sha256(content: IO[bytes]) -> str:
    digest = hashlib.sha256()
    while portion := content.read(READ_BYTES):
        digest.update(portion)
    return digest.hexdigest()


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
        content = self.read(MANIFEST)
        self.digest = hashlib.sha256(content).hexdigest()  # of everything: it holds the others' digests
        try:
            return msgspec.json.decode(content, type=Manifest)
        except msgspec.DecodeError as error:
            raise _refused(self._path, str(error)) from error

    def verify(self, checked: Callable[[], None]) -> None:
        """Every member is there as it was written, and nothing else; `checked` after each."""
        names = set(self.infos) - {MANIFEST}
        if names != set(self.manifest.members):
            raise _refused(self._path, _("its members are not those of its manifest"))
        for name, member in self.manifest.members.items():
            with self.open(name) as content:
                found = Member(self.infos[name].size, _sha256(content))
            if found != member:
                raise _refused(self._path, _("%(name)s is damaged") % {"name": name})
            checked()

    def rows(self, table: str, *, after: int = 0) -> Iterator[list[bytes]]:
        """The lines of a table, in portions, without the first `after` of these."""
        names = [name for name in self.manifest.members if name.startswith(f"{ROWS}{table}/")]
        for name in names[after:]:
            yield gzip.decompress(self.read(name)).splitlines()

    def read(self, name: str) -> bytes:
        with self.open(name) as member:
            return member.read()

    def open(self, name: str) -> IO[bytes]:
        member = self._tar.extractfile(self.infos[name])
        if member is None:
            raise _refused(self._path, _("%(name)s is damaged") % {"name": name})
        return member


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
