"""manage.py reset_link NAME: lets somebody who forgot their password set a new one, without any mail."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.names import fold
from accounts.services.passwords import link_for


class Command(BaseCommand):
    help = "Prints a link with which a person sets a new password, once, within a day."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username")

    def handle(self, *args: Any, username: str, **options: Any) -> None:
        user = User.objects.filter(username_key=fold(username), is_active=True).first()
        if user is None:
            raise CommandError(_("There is no account %(name)s.") % {"name": username})
        self.stdout.write(link_for(user))
