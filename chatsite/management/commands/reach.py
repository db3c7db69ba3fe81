"""Do the database and the Redis of this installation answer?"""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from chatsite.database import NotReady, reach_database
from chatsite.startup import reach_redis


class Command(BaseCommand):
    help = (
        "Connects to the database (makes it when it does not exist) and to Redis; says in one sentence what is wrong."
    )
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            reach_database()
            reach_redis()
        except NotReady as refusal:
            sys.exit(str(refusal))
        self.stdout.write("The database and Redis answer.")
