"""Who is kept out of rooms."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display, register
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chatsite.administration.cells import moment
from chatsite.administration.deeds import by, deed
from chatsite.errors import Text
from rooms.admin.parts import RoomPart
from rooms.models import Ban
from rooms.services import administration


@register(Ban)
class BanScreen(RoomPart):
    name = _("bans")
    position, icon = 4, "block"
    deeds = ("unban",)
    list_display = ("who", "where", "until_shown", "maker", "made")
    fields = list_display
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ban]:
        """Those in force."""
        ids = Ban.objects.in_force().values("pk")
        rows: QuerySet[Ban] = super().get_queryset(request).filter(pk__in=ids)
        return rows

    @display(description=_("until"))
    def until_shown(self, ban: Ban) -> str:
        return moment(ban.until) if ban.until else str(_("for good"))

    @display(description=_("banned since"))
    def made(self, ban: Ban) -> str:
        return moment(ban.created_at)

    @deed(_("Lift the ban"), asks=_("They may come into the room again."), icon="lock_open")
    def unban(self, request: HttpRequest, ban: Ban, data: dict[str, Any]) -> Text:
        administration.unban(by=by(request), ban_id=ban.pk)
        return _("The ban is lifted.")
