"""`make run`: everything that must stand before the first connection, then the server in the foreground."""

import signal
import sys
from argparse import ArgumentParser
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import OperationalError
from django.utils.translation import gettext as _

from accounts.services import first_admin_code
from chatsite import demo, half_restored, redis, server, welcome
from chatsite.api.metrics import forget_the_dead
from chatsite.database import NotReady, keep_files_private, migrate_if_needed, reach_database
from chatsite.startup import reach_redis
from chatsite.terminal import bars, in_a_sentence, spoken


class Command(BaseCommand):
    requires_system_checks = ()  # the database's own can only run once it exists

    def create_parser(self, *args: Any, **options: Any) -> CommandParser:
        with spoken():
            self.help = _(
                "Prepares the database, starts the embedded Redis where needed, serves until Ctrl-C or SIGTERM."
            )
            return super().create_parser(*args, **options)

    def add_arguments(self, parser: ArgumentParser) -> None:
        text = _("serve REST and pages only, as WSGI, beside a `serve`")
        parser.add_argument("--rest", action="store_true", help=text)

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, _leave)
        keep_files_private()
        with ExitStack() as stack, ExitStack() as talk:
            talk.enter_context(spoken())
            try:
                half_restored.refuse_file()
                server.refuse_taken_port()
                reach_database()
                half_restored.refuse_rows()
                reach_redis()
                forget_the_dead()
                self.check(databases=["default"])
                migrate_if_needed()
                if settings.DEMO:
                    self._sow()
                if settings.REDIS_IS_EMBEDDED:
                    stack.enter_context(redis.embedded_in_use(settings.RUN_DIR))
                if not options["rest"]:
                    chosen = server.loaded()
                    listening = server.listen()
            except (NotReady, redis.EmbeddedServerError, OperationalError, OSError) as refusal:
                sys.exit(in_a_sentence(refusal))
            self.stdout.write(welcome.text(first_admin_code(), rest_only=options["rest"]))
            self.stdout.flush()
            talk.close()  # people who use the chat have languages of their own
            if options["rest"]:
                from chatsite import rest_server  # a library of its own, which nobody else needs to load

                rest_server.serve()
            else:
                server.serve(chosen, listening)

    def _sow(self) -> None:
        from chatsite.seeding import sowing  # loads much that a server never needs

        with bars() as shown:
            sowing.sow(seed=demo.SEED, messages=demo.MESSAGES, bars=shown)


def _leave(number: int, frame: Any) -> None:
    """SIGTERM before and after the server's own handling: what is open gets closed."""
    sys.exit(128 + number)
