"""manage.py backup [PATH]"""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chatsite.backup import make
from chatsite.startup import reach_chat
from chatsite.terminal import OperatorCommand


class Command(OperatorCommand):
    summary = gettext_lazy(
        "Writes database, files and keys into one archive, also while the chat is running. Broken off and called "
        "again, it keeps the files that are copied already; rows are read anew, for they must be of one moment."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "path", nargs="?", type=Path, help=_("The archive; by default one with its time as name in var/backups.")
        )

    def handle(self, *args: Any, path: Path | None, verbosity: int, **options: Any) -> None:
        reach_chat()
        try:
            with self.bars(verbosity) as progress:
                manifest, path = make(path, progress)
        except KeyboardInterrupt:
            raise CommandError(_("Interrupted. The same command copies only files that are missing.")) from None
        rows = ngettext("%(count)d row", "%(count)d rows", manifest.rows) % {"count": manifest.rows}
        count = len(manifest.files)
        files = ngettext("%(count)d file", "%(count)d files", count) % {"count": count}
        self.say(_("Backed up %(rows)s and %(files)s to %(path)s.") % {"rows": rows, "files": files, "path": path})
        self.say(_("It holds the keys of this chat: keep it as secret as the server."))
