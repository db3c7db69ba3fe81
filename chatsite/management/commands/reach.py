"""Do the database and the Redis of this installation answer?"""

import sys
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chatsite.database import NotReady, reach_database
from chatsite.startup import reach_redis
from chatsite.terminal import OperatorCommand


class Command(OperatorCommand):
    summary = gettext_lazy(
        "Connects to the database (makes it when it does not exist) and to Redis; says in one sentence what is wrong."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            reach_database()
            reach_redis()
        except NotReady as refusal:
            sys.exit(str(refusal))
        self.say(_("The database and Redis answer."))
