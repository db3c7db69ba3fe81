"""Signed-in devices."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display, register
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Session
from accounts.names import fold
from accounts.services import administration
from chatsite.administration.cells import moment, person, plain
from chatsite.administration.deeds import by, deed
from chatsite.administration.filters import date_range
from chatsite.administration.screens import Screen
from chatsite.administration.sections import PEOPLE
from chatsite.api.client_address import as_address
from chatsite.errors import Text


@register(Session)
class SessionScreen(Screen):
    name = _("signed-in devices")
    section, position, icon = PEOPLE, 1, "devices"
    deeds = ("sign_out",)
    list_display = ("device", "owner", "address", "begun", "used")
    list_select_related = ("user",)
    list_filter = (date_range("created_at", _("signed in")),)
    search_fields = ("ip",)  # shows the field; get_search_results says what it finds
    search_help_text = _("Username or address")
    fields = ("device", "owner", "program", "address", "begun", "used")
    readonly_fields = fields

    owner = person("user", _("person"))
    program = plain("user_agent", _("program"))
    address = plain("ip", _("address"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Session]:
        """Those that stand."""
        standing: QuerySet[Session] = super().get_queryset(request).filter(revoked_at=None)
        return standing

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Session], search_term: str
    ) -> tuple[QuerySet[Session], bool]:
        if not search_term:
            return queryset, False
        if address := as_address(search_term):
            return queryset.filter(ip=address), False
        return queryset.filter(user__username_key=fold(search_term)), False

    def title_of(self, session: Session) -> str:
        return self.device(session)

    @display(description=_("device"))
    def device(self, session: Session) -> str:
        return session.name or session.user_agent or f"#{session.pk}"

    @display(description=_("signed in"))
    def begun(self, session: Session) -> str:
        return moment(session.created_at)

    @display(description=_("last used"))
    def used(self, session: Session) -> str:
        return moment(session.last_used_at)

    @deed(_("Sign out"), asks=_("The device is signed out within two seconds."), icon="logout")
    def sign_out(self, request: HttpRequest, session: Session, data: dict[str, Any]) -> Text:
        administration.sign_out_session(by=by(request), session_id=session.pk)
        return _("The device is signed out.")
