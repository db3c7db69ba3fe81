"""Links into rooms."""

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
from rooms.admin.tables import used_of
from rooms.models import Invite
from rooms.services import administration


@register(Invite)
class InviteScreen(RoomPart):
    """Without the links themselves: whoever sees one could use it."""

    name = _("room invitations")
    position, icon = 3, "link"
    deeds = ("revoke",)
    list_display = ("number", "where", "maker", "made", "until", "used")
    fields = list_display
    readonly_fields = fields
    person_field = "created_by_id"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invite]:
        """Those that still work."""
        ids = Invite.objects.in_force().values("pk")
        rows: QuerySet[Invite] = super().get_queryset(request).filter(pk__in=ids)
        return rows

    @display(description=_("invitation"))
    def number(self, invite: Invite) -> str:
        return f"#{invite.pk}"

    @display(description=_("made"))
    def made(self, invite: Invite) -> str:
        return moment(invite.created_at)

    @display(description=_("good until"))
    def until(self, invite: Invite) -> str:
        return moment(invite.expires_at) if invite.expires_at else "–"

    @display(description=_("used"))
    def used(self, invite: Invite) -> str:
        return used_of(invite)

    @deed(_("Revoke"), asks=_("Nobody enters by this link any more."), icon="link_off", is_dangerous=True)
    def revoke(self, request: HttpRequest, invite: Invite, data: dict[str, Any]) -> Text:
        administration.revoke_invite(by=by(request), invite_id=invite.pk)
        return _("The invitation is revoked.")
