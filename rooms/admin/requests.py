"""Who waits to be let into rooms."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display, register
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from chatsite.administration.cells import moment, plain
from chatsite.administration.deeds import by, deed
from chatsite.errors import Text
from rooms.admin.parts import RoomPart
from rooms.models import JoinRequest
from rooms.services import administration


@register(JoinRequest)
class JoinRequestScreen(RoomPart):
    name = _("requests to join")
    position, icon = 2, "door_open"
    deeds = ("accept", "decline")
    list_display = ("who", "where", "words", "asked")
    ordering = ("pk",)
    fields = list_display
    readonly_fields = fields

    words = plain("message", _("words"))

    @display(description=_("asked"))
    def asked(self, ask: JoinRequest) -> str:
        return moment(ask.created_at)

    @deed(_("Let in"), asks=_("They become a member of the room."), icon="how_to_reg")
    def accept(self, request: HttpRequest, ask: JoinRequest, data: dict[str, Any]) -> Text:
        return self._answer(request, ask, accept=True)

    @deed(_("Turn down"), asks=_("They may ask again."), icon="person_remove", is_dangerous=True)
    def decline(self, request: HttpRequest, ask: JoinRequest, data: dict[str, Any]) -> Text:
        return self._answer(request, ask, accept=False)

    def _answer(self, request: HttpRequest, ask: JoinRequest, *, accept: bool) -> Text:
        administration.answer_request(by=by(request), room_id=ask.room_id, asker_id=ask.user_id, accept=accept)
        return _("The person is in the room.") if accept else _("The request is turned down.")
