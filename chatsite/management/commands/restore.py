"""manage.py restore PATH"""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chatsite.backup import restore
from chatsite.database import reach_database
from chatsite.terminal import OperatorCommand


class Command(OperatorCommand):
    summary = gettext_lazy(
        "Brings a backup back, on the database that DATABASE_URL names, while no server runs. Broken off and called "
        "again with the same backup, it goes on where it stopped; no server starts until it is done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("path", type=Path, help=_("The archive that `manage.py backup` has written."))
        parser.add_argument(
            "--replace",
            action="store_true",
            help=_("Where a chat lives already: back it up, then put this in its place."),
        )

    def handle(self, *args: Any, path: Path, replace: bool, verbosity: int, **options: Any) -> None:
        reach_database()
        try:
            with self.bars(verbosity) as progress:
                manifest, kept = restore(path, replace=replace, progress=progress)
        except KeyboardInterrupt:
            raise CommandError(_("Interrupted. The same command goes on where it stopped.")) from None
        rows = ngettext("%(count)d row", "%(count)d rows", manifest.rows) % {"count": manifest.rows}
        count = len(manifest.files)
        files = ngettext("%(count)d file", "%(count)d files", count) % {"count": count}
        self.say(
            _("Restored %(rows)s and %(files)s of %(made_at)s.")
            % {"rows": rows, "files": files, "made_at": manifest.made_at.isoformat(timespec="seconds")}
        )
        if kept:
            names = ", ".join(kept)
            self.say(_("The environment has another %(names)s than keys.json in the backup.") % {"names": names})
            self.say(_("Until it has the same, everybody must sign in anew."))
