"""Brings back a backup, into an empty place: the database it had, its files and keys, under a new epoch."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.utils.translation import gettext as _
from redis import Redis
from rich.progress import Progress

from chatsite import half_restored, redis, redis_address, serving
from chatsite.backup.archive import FILES, FORMAT, KEYS, Manifest, Member, Reader, reading, sha256_of
from chatsite.backup.making import automatic
from chatsite.backup.tables import TableRows, drop_all, is_empty, refuse_unknown, tables, targets
from chatsite.database import NotReady, alone_on, is_behind
from chatsite.settings.environment import ENV_FILE
from chatsite.settings.secret_keys import replace_secrets
from chatsite.startup import reach_redis
from chatsite.terminal import tell

KEYS_A_COMMAND = 1_000
CHANNELS = ("__group__", "specific.")  # what channels_redis puts behind the prefix


def restore(path: Path, *, replace: bool, progress: Progress) -> tuple[Manifest, list[str]]:
    """-> what was restored, and which keys the environment keeps otherwise than the backup.

    Nothing is touched before the whole archive is verified. With `replace`, what lives here is backed up first. Broken
    off and called again with the same archive it goes on; another one takes what is half there for nobody's.
    """
    with reading(path) as archive:
        _verify(path, archive, progress)
        with _redis() as client, serving.nobody_serves(client):
            _refuse_listeners(client)
            with alone_on("default"):
                if not _goes_on(archive, progress):
                    _make_room(replace, progress)
                    _make_tables(archive)
                half_restored.file().touch(mode=0o600)
                _restore_files(archive, progress)
                _restore_rows(archive, progress)
            call_command("migrate", interactive=False, verbosity=0, backup=False)
            _forget_cached(client)
            kept = replace_secrets(msgspec.json.decode(archive.read(KEYS), type=dict[str, str]), ENV_FILE)
            half_restored.forget()
            half_restored.file().unlink()
        return archive.manifest, kept


def _verify(path: Path, archive: Reader, progress: Progress) -> None:
    task = progress.add_task(_("checking"), total=len(archive.manifest.members))
    archive.verify(lambda: progress.advance(task))
    if archive.manifest.format != FORMAT:
        raise NotReady(
            _("%(path)s was made by another release: restore it with %(version)s.")
            % {"path": path, "version": archive.manifest.version}
        )
    refuse_unknown(MigrationLoader(None, ignore_no_migrations=True), archive.manifest.migrations)


@contextmanager
def _redis() -> Iterator["Redis"]:
    """What it keeps of rooms would pass for the restored ones'."""
    if not settings.REDIS_IS_EMBEDDED:
        reach_redis()
        with redis_address.client(settings.REDIS_URL) as client:
            yield client
        return
    if redis.is_in_use(settings.RUN_DIR):
        raise serving.is_running()
    with redis.embedded_in_use(settings.RUN_DIR) as url, Redis.from_url(url) as client:
        yield client


def _refuse_listeners(client: "Redis") -> None:
    """Whoever is connected to a server makes it listen: also to one of an older release."""
    for ending in CHANNELS:
        if client.pubsub_channels(f"{settings.REDIS_PREFIX}{ending}*"):
            raise serving.is_running()


def _goes_on(archive: Reader, progress: Progress) -> bool:
    """Is the beginning of this very archive here?"""
    begun = half_restored.archive()
    if begun == archive.digest and not _broke_off_migrating():
        tell(progress, _("A restore of this backup was broken off here: it goes on where it stopped."))
        return True
    if begun not in (None, archive.digest):
        tell(progress, _("Another backup, or this one before it changed, was half restored here: this begins anew."))
    elif _is_begun():
        tell(progress, _("A restore was broken off here, with nothing to go on from: it begins anew."))
    return False


def _is_begun() -> bool:
    return half_restored.file().exists() or half_restored.archive() is not None


def _broke_off_migrating() -> bool:
    """Where a migration that breaks off leaves half of itself, nobody knows how to go on."""
    all_rows, _rows = half_restored.done()[half_restored.WHOLE]
    return bool(all_rows) and not connection.features.can_rollback_ddl and is_behind()


def _make_room(replace: bool, progress: Progress) -> None:
    if not _is_begun() and _is_lived_in():
        if not replace:
            raise NotReady(_("There is a chat here already: --replace backs it up and puts the backup in its place."))
        automatic("before-restore", progress)
    half_restored.file().touch(mode=0o600)
    half_restored.forget()
    shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
    drop_all(MigrationLoader(connection))


def _make_tables(archive: Reader) -> None:
    """At the migrations that the backup was made at; later ones then change its rows as they would have."""
    executor = MigrationExecutor(connection)
    executor.migrate(targets(executor.loader, archive.manifest.migrations))
    half_restored.begin(archive.digest)


def _is_lived_in() -> bool:
    return not is_empty() or any(path.is_file() for path in Path(settings.MEDIA_ROOT).rglob("*"))


def _restore_files(archive: Reader, progress: Progress) -> None:
    root = Path(settings.MEDIA_ROOT).resolve()
    root.mkdir(parents=True, exist_ok=True)
    task = progress.add_task(_("files"), total=len(archive.manifest.files))
    for name in archive.manifest.files:
        path = (root / name.removeprefix(FILES)).resolve()
        if not path.is_relative_to(root):
            raise NotReady(_("The backup names a file outside of its folder: %(name)s.") % {"name": name})
        if not _is_there(path, archive.manifest.members[name]):
            _restore_file(archive, name, path)
        progress.advance(task)


def _is_there(path: Path, member: Member) -> bool:
    return path.is_file() and path.stat().st_size == member.size and sha256_of(path) == member.sha256


def _restore_file(archive: Reader, name: str, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(name) as content, path.open("wb") as file:
        shutil.copyfileobj(content, file)
    path.chmod(archive.infos[name].mode)


def _restore_rows(archive: Reader, progress: Progress) -> None:
    done = half_restored.done()
    with connection.constraint_checks_disabled():
        for table in tables(MigrationLoader(connection), archive.manifest.migrations):
            _restore_table(archive, table, done.get(table.name), progress)
        connection.check_constraints()
    half_restored.note_all_rows()


def _restore_table(archive: Reader, table: TableRows, done: tuple[int, int] | None, progress: Progress) -> None:
    """A transaction a page."""
    pages, rows = done or (0, 0)
    task = progress.add_task(table.name, total=archive.manifest.tables[table.name].rows, completed=rows)
    if done is None:
        with transaction.atomic():
            table.clear()  # of what the migrations themselves have put there
            half_restored.note(table.name, 0, 0)
    for page, lines in enumerate(archive.rows(table.name, after=pages), pages + 1):
        rows += len(lines)
        with transaction.atomic():
            table.insert(lines)
            half_restored.note(table.name, page, rows)
        progress.advance(task, len(lines))


def _forget_cached(client: "Redis") -> None:
    """Its own: another chat may keep what begins alike, `chat2:`, in the same Redis."""
    keys = list(client.scan_iter(f"{settings.REDIS_PREFIX}:*", count=KEYS_A_COMMAND))
    for start in range(0, len(keys), KEYS_A_COMMAND):
        client.delete(*keys[start : start + KEYS_A_COMMAND])
