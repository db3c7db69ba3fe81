"""Presence on the admin's first page."""

from django.utils.translation import gettext_lazy as _

from chatsite.administration.dashboard import Figure
from presence.store import reader


def online() -> Figure:
    count = reader.online_count()
    if count is None:
        return Figure(_("People online"), "?", _("Redis is away: nobody knows"), "sensors_off", "bad")
    return Figure(_("People online"), count, _("without those who are invisible"), "sensors")
