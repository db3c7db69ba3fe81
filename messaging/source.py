"""Fills chatsite.gateway.pull: what the gateway asks of the database."""

from messaging.services import heads, pull, shared_pull


class Source:
    admit = staticmethod(heads.admit)
    welcome = staticmethod(heads.welcome)
    recent = staticmethod(heads.recent)
    changes = staticmethod(pull.changes)
    changes_for = staticmethod(shared_pull.changes_for)
    farewells = staticmethod(pull.farewells)
    heads = staticmethod(heads.heads)  # last: in this body the name means the module until here
