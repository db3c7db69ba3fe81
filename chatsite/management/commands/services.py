"""The embedded Redis by hand: services start|stop|status."""

import argparse
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from chatsite import redis


class Command(BaseCommand):
    help = "Starts, stops or shows the embedded Redis, which serves where REDIS_URL is empty."
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("action", choices=["start", "stop", "status", "tidy"], help="tidy: stop it if unused")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if not settings.REDIS_IS_EMBEDDED:
            raise CommandError("REDIS_URL names a server of yours: there is no embedded one to start or stop.")
        try:
            self.stdout.write(getattr(self, f"_{action}")())
        except redis.EmbeddedServerError as error:
            raise CommandError(str(error)) from error

    def _start(self) -> str:
        return f"The embedded Redis runs at {redis.start_embedded(settings.RUN_DIR)}."

    def _stop(self) -> str:
        was_running = redis.stop_embedded(settings.RUN_DIR)
        return "The embedded Redis is stopped." if was_running else "The embedded Redis did not run."

    def _tidy(self) -> str:
        was_stopped = redis.stop_unused(settings.RUN_DIR)
        return "The embedded Redis is stopped." if was_stopped else "The embedded Redis is in use, or did not run."

    def _status(self) -> str:
        runs = redis.answers(settings.REDIS_URL)
        return f"The embedded Redis {'runs' if runs else 'does not run'} at {settings.REDIS_URL}."
