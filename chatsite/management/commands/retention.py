"""manage.py retention [--delete]"""

from typing import Any

from django.core.management.base import CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chatsite.database import refuse_old_tables
from chatsite.startup import reach_chat
from chatsite.terminal import OperatorCommand
from messaging.services import retention
from messaging.services.retention import Due


class Command(OperatorCommand):
    summary = gettext_lazy(
        "Tells which messages are older than their room keeps them (RETENTION_DAYS, keep_days); deletes nothing "
        "without --delete. Servers delete them once an hour."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--delete", action="store_true", help=_("delete them now, for good"))

    def handle(self, *args: Any, delete: bool, verbosity: int, **options: Any) -> None:
        reach_chat()
        refuse_old_tables()
        found = list(retention.due())
        if not found:
            self.say(_("No message is older than its room keeps it."))
        with self.bars(verbosity) as bars:
            for one in bars.track(found, description=_("rooms")):
                number = retention.delete_old_of(one.room.id) if delete else retention.count(one)
                self.say(_sentence(one, number, is_done=delete))


def _sentence(one: Due, number: int, *, is_done: bool) -> str:
    """Direct rooms have no name, and whose they are is nobody's business."""
    facts = {"room": f"{one.room.id} {one.room.name}".strip(), "count": number, "days": one.days}
    if is_done:
        return (
            ngettext(
                "Room %(room)s (%(days)d days): %(count)d message deleted.",
                "Room %(room)s (%(days)d days): %(count)d messages deleted.",
                number,
            )
            % facts
        )
    return (
        ngettext(
            "Room %(room)s (%(days)d days): %(count)d message would be deleted.",
            "Room %(room)s (%(days)d days): %(count)d messages would be deleted.",
            number,
        )
        % facts
    )
