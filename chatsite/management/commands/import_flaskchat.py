"""manage.py import_flaskchat --source mysql://USER:PASSWORD@HOST:PORT/NAME: an installation of the old system."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError, CommandParser
from django.db import DatabaseError
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rich.console import Console
from rich.table import Table

from chatsite.database import migrate_if_needed
from chatsite.imports.flaskchat import importing
from chatsite.imports.flaskchat.source import TABLES, Source
from chatsite.imports.report import Report
from chatsite.locks import Lock
from chatsite.startup import reach_chat
from chatsite.terminal import OperatorCommand


class Command(OperatorCommand):
    summary = gettext_lazy(
        "Brings people, rooms, friends and messages from an installation of the old system. Begun anew it goes on, and "
        "adds nothing twice. What had to be changed and what could not be kept stands in a report."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--source", required=True, help=_("the old database: mysql://USER:PASSWORD@HOST:PORT/NAME; it is only read")
        )
        parser.add_argument(
            "--report", type=Path, help=_("the report's file; without it one in var/ that tells the time")
        )

    def handle(self, *args: Any, source: str, report: Path | None, verbosity: int, **options: Any) -> None:
        path = report or settings.VAR_DIR / f"import-flaskchat-{localtime():%Y%m%d-%H%M%S}.txt"
        with _alone(), _opened(source) as old:
            reach_chat()
            migrate_if_needed()
            written = Report(path, _("Import of %(name)s") % {"name": source.rpartition("@")[2]})
            try:
                with self.bars(verbosity) as bars:
                    importing.bring(old, written, bars)
            except KeyboardInterrupt:
                raise CommandError(_("Interrupted. The same command goes on where it stopped.")) from None
            finally:
                written.close(_summary(written))
        self._show(written)

    def _show(self, report: Report) -> None:
        names = (_("table"), _("found"), _("kept"), _("here before"), _("changed"), _("not kept"))
        table = Table(*names)
        for name in TABLES:
            count = report.count(name)
            cells = (count.found, count.kept, count.known, count.changed, count.lost)
            table.add_row(name, *map(str, cells))
        Console(file=self.stdout).print(table)  # type: ignore[arg-type]
        self.say(_("Each row that was changed or not kept: %(path)s") % {"path": report.path})


def _summary(report: Report) -> list[str]:
    return [
        _("%(table)s: %(found)d found, %(kept)d kept, %(known)d here before, %(changed)d changed, %(lost)d not kept.")
        % {"table": name, **vars(report.count(name))}
        for name in TABLES
    ]


@contextmanager
def _alone() -> Iterator[None]:
    lock = Lock(settings.RUN_DIR / "import.lock")
    try:
        if not lock.acquire(wait=False):
            raise CommandError(_("Another import is running."))
        yield
    finally:
        lock.close()


@contextmanager
def _opened(url: str) -> Iterator[Source]:
    refusal = CommandError(_("--source must be mysql://USER:PASSWORD@HOST:PORT/NAME."))
    if not url.startswith("mysql://"):
        raise refusal
    try:
        source = Source(url)
    except ImproperlyConfigured as error:  # its sentence is about DATABASE_URL
        raise refusal from error
    except DatabaseError as error:
        raise CommandError(_("The old database does not answer: %(reason)s") % {"reason": error.args[-1]}) from error
    with closing(source):
        try:
            for table in TABLES:
                source.count(table)
        except DatabaseError as error:
            raise CommandError(
                _("This is not a database of the old system: %(reason)s") % {"reason": error.args[-1]}
            ) from error
        yield source
