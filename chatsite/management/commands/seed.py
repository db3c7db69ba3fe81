"""manage.py seed: a made-up community in an empty database, the same for the same numbers."""

import time
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chatsite import demo
from chatsite.database import migrate_if_needed
from chatsite.seeding import sowing
from chatsite.startup import reach_chat
from chatsite.terminal import OperatorCommand


class Command(OperatorCommand):
    summary = gettext_lazy(
        "Fills an empty database with people, rooms and conversations to look around in or to measure with; the same "
        "for the same numbers. Begun anew it goes on. Refused in production."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=demo.SEED, help=_("another number makes another community"))
        parser.add_argument("--messages", type=int, default=100_000, help=_("how many messages; 100,000 without it"))

    def handle(self, *args: Any, seed: int, messages: int, verbosity: int, **options: Any) -> None:
        if messages < 0:
            raise CommandError(_("--messages must be 0 or more."))
        began = time.monotonic()
        reach_chat()
        migrate_if_needed()
        try:
            with self.bars(verbosity) as bars:
                sowing.sow(seed=seed, messages=messages, bars=bars)
        except KeyboardInterrupt:
            raise CommandError(_("Interrupted. The same command goes on where it stopped.")) from None
        seconds = time.monotonic() - began
        self.say(_("%(count)d messages in %(seconds).0f s.") % {"count": messages, "seconds": seconds})
        self.say(demo.invitation())
