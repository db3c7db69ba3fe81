"""manage.py flush_expired. Not `flush`: that is Django's, and empties the database."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chatsite import chores
from chatsite.database import refuse_old_tables
from chatsite.live import overrides
from chatsite.startup import reach_chat
from chatsite.terminal import OperatorCommand


class Command(OperatorCommand):
    summary = gettext_lazy(
        "Deletes now what is over: sessions, bans, invitations and pictures, and messages and audit entries that are "
        "older than they are kept. Servers do it once an hour."
    )

    def handle(self, *args: Any, verbosity: int, **options: Any) -> None:
        reach_chat()
        refuse_old_tables()
        overrides.refresh()
        with self.bars(verbosity) as progress:
            for name, chore in progress.track(chores.chores.items(), description=_("deleting")):
                self.say(_("%(name)s: %(count)d deleted") % {"name": chore.title, "count": chores.do(name)})
