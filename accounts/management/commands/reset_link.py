"""manage.py reset_link NAME: lets somebody who forgot their password set a new one, without any mail."""

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.names import fold
from accounts.services.passwords import link_for
from chatsite.database import refuse_old_tables
from chatsite.startup import reach_chat
from chatsite.terminal import OperatorCommand


class Command(OperatorCommand):
    summary = gettext_lazy("Prints a link with which a person sets a new password, once, within a day.")

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help=_("Whose password it sets."))

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        reach_chat()
        refuse_old_tables()
        user = User.objects.filter(username_key=fold(username), is_active=True).first()
        if user is None:
            raise CommandError(_("There is no account %(name)s.") % {"name": username})
        self.say(link_for(user))
