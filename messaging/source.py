"""Fills chatsite.gateway.pull: what the gateway asks of the database."""

from messaging.services import heads, pull


class Source:
    ready = staticmethod(heads.ready)
    heads = staticmethod(heads.heads)
    welcome = staticmethod(heads.welcome)
    recent = staticmethod(heads.recent)
    changes = staticmethod(pull.changes)
    farewell = staticmethod(pull.farewell)  # of a room that a client has but is not in
