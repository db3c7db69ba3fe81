"""The embedded Redis by hand: services start|stop|status."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chatsite import redis
from chatsite.terminal import OperatorCommand


class Command(OperatorCommand):
    summary = gettext_lazy("Starts, stops or shows the embedded Redis, which serves where REDIS_URL is empty.")

    def add_arguments(self, parser: CommandParser) -> None:
        actions = ["start", "stop", "status", "tidy"]
        parser.add_argument("action", choices=actions, help=_("tidy: stop it if unused"))

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if not settings.REDIS_IS_EMBEDDED:
            raise CommandError(_("REDIS_URL names a server of yours: there is no embedded one to start or stop."))
        try:
            self.say(getattr(self, f"_{action}")())
        except redis.EmbeddedServerError as error:
            raise CommandError(str(error)) from error

    def _start(self) -> str:
        return _("The embedded Redis runs at %(url)s.") % {"url": redis.start_embedded(settings.RUN_DIR)}

    def _stop(self) -> str:
        was_running = redis.stop_embedded(settings.RUN_DIR)
        return _("The embedded Redis is stopped.") if was_running else _("The embedded Redis did not run.")

    def _tidy(self) -> str:
        was_stopped = redis.stop_unused(settings.RUN_DIR)
        return (
            _("The embedded Redis is stopped.") if was_stopped else _("The embedded Redis is in use, or did not run.")
        )

    def _status(self) -> str:
        if redis.answers(settings.REDIS_URL):
            return _("The embedded Redis runs at %(url)s.") % {"url": settings.REDIS_URL}
        return _("The embedded Redis does not run at %(url)s.") % {"url": settings.REDIS_URL}
