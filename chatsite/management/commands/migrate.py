"""Django's migrate, by one process at a time."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate

from chatsite.database import NotReady, alone_on, keep_files_private, reach_database


class Command(migrate.Command):
    def execute(self, *args: Any, **options: Any) -> str | None:
        keep_files_private()
        try:
            reach_database()
        except NotReady as error:
            raise CommandError(str(error)) from error
        return super().execute(*args, **options)

    def handle(self, *args: Any, **options: Any) -> None:
        with alone_on(options["database"]):
            super().handle(*args, **options)
