"""Django's migrate, by one process at a time, after a backup of what is there."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.core.management.commands import migrate
from django.utils.translation import gettext as _

from chatsite import backup
from chatsite.database import NotReady, alone_on, is_behind, keep_files_private, reach_database
from chatsite.terminal import bars, spoken


class Command(migrate.Command):
    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        with spoken():
            text = _("without the backup before it")
            parser.add_argument("--no-backup", action="store_false", dest="backup", help=text)

    def execute(self, *args: Any, **options: Any) -> str | None:
        keep_files_private()
        try:
            with spoken():
                reach_database()
            return super().execute(*args, **options)
        except NotReady as error:
            raise CommandError(str(error)) from error

    def handle(self, *args: Any, **options: Any) -> None:
        with alone_on(options["database"]):
            if options["backup"] and settings.BACKUP_BEFORE_MIGRATE and options["database"] == "default":
                self._back_up(options["verbosity"])
            super().handle(*args, **options)

    def _back_up(self, verbosity: int) -> None:
        """Unless there is nothing to lose, or nothing to do."""
        with spoken():
            if is_behind() and not backup.is_empty():
                with bars(are_shown=verbosity > 0) as progress:
                    path = backup.automatic("before-migrate", progress)
                self.stdout.write(_("Backed up to %(path)s before the migration.") % {"path": path})
