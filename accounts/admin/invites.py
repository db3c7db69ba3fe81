"""Invitations to register."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib.admin import display, register
from django.http import HttpRequest, HttpResponse
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import RegistrationInvite
from accounts.services import invites
from chatsite.administration.cells import badge, moment, person
from chatsite.administration.deeds import by, deed
from chatsite.administration.filters import Choice, date_range
from chatsite.administration.screens import Screen
from chatsite.administration.sections import PEOPLE
from chatsite.errors import Text


class InviteForm(forms.Form):
    max_uses = forms.IntegerField(
        label=_("How many people"), help_text=_("Empty: any number."), min_value=1, max_value=100_000, required=False
    )
    days = forms.IntegerField(
        label=_("Good for how many days"), help_text=_("Empty: for ever."), min_value=1, max_value=3650, required=False
    )


class InviteStateFilter(Choice):
    title = _("state")
    parameter_name = "state"
    options = {
        "good": (_("good"), lambda rows: rows.filter(pk__in=invites.good().values("pk"))),
        "over": (_("used up, run out or revoked"), lambda rows: rows.exclude(pk__in=invites.good().values("pk"))),
    }


@register(RegistrationInvite)
class RegistrationInviteScreen(Screen):
    name = _("invitations to register")
    section, position, icon = PEOPLE, 2, "mail"
    deeds = ("make", "revoke")
    list_display = ("number", "state", "maker", "made", "until", "used")
    list_select_related = ("created_by",)
    list_filter = (InviteStateFilter, date_range("created_at", _("made")))
    fields = ("number", "state", "link", "maker", "made", "until", "used")
    readonly_fields = fields

    maker = person("created_by", _("made by"))

    @display(description=_("invitation"))
    def number(self, invite: RegistrationInvite) -> str:
        return f"#{invite.pk}"

    @display(description=_("state"))
    def state(self, invite: RegistrationInvite) -> str:
        if invite.revoked_at:
            return badge(_("revoked"), "danger")
        if invite.expires_at and invite.expires_at <= now():
            return badge(_("run out"), "base")
        if invite.max_uses is not None and invite.uses >= invite.max_uses:
            return badge(_("used up"), "base")
        return badge(_("good"), "success")

    @display(description=_("link"))
    def link(self, invite: RegistrationInvite) -> str:
        return invites.link(invite)

    @display(description=_("made"))
    def made(self, invite: RegistrationInvite) -> str:
        return moment(invite.created_at)

    @display(description=_("good until"))
    def until(self, invite: RegistrationInvite) -> str:
        return moment(invite.expires_at)

    @display(description=_("used"))
    def used(self, invite: RegistrationInvite) -> str:
        return f"{invite.uses} / {'∞' if invite.max_uses is None else invite.max_uses}"

    @deed(
        _("Make an invitation"),
        asks=_("Makes a link with which people register, also where registration is by invitation only."),
        icon="add",
        form=InviteForm,
        of_list=True,
        initial=lambda row: {"max_uses": 1, "days": 7},
    )
    def make(self, request: HttpRequest, row: None, data: dict[str, Any]) -> HttpResponse:
        until = now() + timedelta(days=data["days"]) if data["days"] else None
        made = invites.invite(by=by(request), max_uses=data["max_uses"], expires_at=until)
        text = _("Whoever has this link may register. You find it again on the page of the invitation.")
        return self.show(request, made, title=_("Invitation"), text=text, value=invites.link(made))

    @deed(
        _("Revoke"),
        asks=_("Nobody registers with this link any more."),
        icon="link_off",
        is_dangerous=True,
        when=lambda invite: invite.revoked_at is None,
    )
    def revoke(self, request: HttpRequest, invite: RegistrationInvite, data: dict[str, Any]) -> Text:
        invites.withdraw(by=by(request), invite_id=invite.pk)
        return _("The invitation is revoked.")
