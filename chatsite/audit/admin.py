"""The audit log: read, filtered and exported by administrators; nobody changes it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin import display, register
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.timezone import localtime, now
from django.utils.translation import gettext_lazy as _

from chatsite.administration.cells import link, plain
from chatsite.administration.deeds import by, deed
from chatsite.administration.filters import Choice, between, date_range
from chatsite.administration.screens import Screen
from chatsite.administration.sections import SERVER
from chatsite.api.client_address import as_address
from chatsite.audit.actions import ACTIONS, TARGETS, action_name
from chatsite.audit.export import as_csv
from chatsite.audit.models import AuditEntry
from chatsite.audit.services import record
from chatsite.gateway.events import encode


class ActionFilter(Choice):
    title = _("action")
    parameter_name = "action"
    options = {
        action: (name, lambda rows, action=action: rows.filter(action=action)) for action, name in ACTIONS.items()
    }


class TargetFilter(Choice):
    title = _("what it was done to")
    parameter_name = "target_type"
    options = {
        target: (name, lambda rows, target=target: rows.filter(target_type=target)) for target, name in TARGETS.items()
    }


class ExportForm(forms.Form):
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput({"type": "date"}))


@register(AuditEntry)
class AuditScreen(Screen):
    name = _("audit log")
    section, position, icon = SERVER, 90, "history"
    superusers_only = True
    deeds = ("export",)
    lookups = ("actor__id__exact",)
    list_display = ("when", "who", "what", "target", "where")
    list_select_related = ("actor",)
    list_filter = (ActionFilter, TargetFilter, date_range("at", _("when")))
    search_fields = ("target_name",)  # shows the field; get_search_results says what it finds
    search_help_text = _("Name of somebody, or an address")
    fields = ("when", "who", "what", "target", "where", "facts")
    readonly_fields = fields

    where = plain("address", _("from where"))

    def gather(self, rows: list[AuditEntry]) -> None:
        """What moderators do to people is recorded under their numbers alone: read it under their names of today."""
        numbers = {row.target_id for row in rows if row.target_type == "user" and not row.target_name}
        people = get_user_model().objects.in_bulk(numbers) if numbers else {}
        for row in rows:
            person = people.get(row.target_id) if row.target_id in numbers else None
            row.person = person  # type: ignore[attr-defined]  # for this screen alone, no field

    def title_of(self, entry: AuditEntry) -> str:
        return str(action_name(entry.action))

    @display(description=_("when"))
    def when(self, entry: AuditEntry) -> str:
        return f"{localtime(entry.at):%Y-%m-%d %H:%M:%S}"

    @display(description=_("who"))
    def who(self, entry: AuditEntry) -> str:
        if entry.actor_id is None:
            return str(_("the server"))
        return link(f"?actor__id__exact={entry.actor_id}", entry.actor or f"#{entry.actor_id}")

    @display(description=_("action"))
    def what(self, entry: AuditEntry) -> str:
        return str(action_name(entry.action))

    @display(description=_("target"))
    def target(self, entry: AuditEntry) -> str:
        kind = str(TARGETS.get(entry.target_type, entry.target_type))
        number = f"#{entry.target_id}" if entry.target_id else ""
        name = entry.target_name or str(entry.person or "")  # type: ignore[attr-defined]  # see gather
        return " ".join(filter(None, [kind, name or number])) or "–"

    @display(description=_("details"))
    def facts(self, entry: AuditEntry) -> str:
        return encode(entry.details).decode() if entry.details else "–"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEntry], search_term: str
    ) -> tuple[QuerySet[AuditEntry], bool]:
        if not search_term:
            return queryset, False
        if address := as_address(search_term):
            return queryset.filter(address=address), False
        named = Q(target_name__startswith=search_term) | Q(actor__username__istartswith=search_term)
        people = get_user_model().objects.filter(username__istartswith=search_term)
        return queryset.filter(named | Q(target_type="user", target_id__in=people.values("pk"))), False

    @deed(
        _("Export as CSV"),
        asks=_("Without days the whole log is exported. The export is recorded, too."),
        icon="download",
        form=ExportForm,
        superusers_only=True,
        of_list=True,
    )
    def export(self, request: HttpRequest, row: None, data: dict[str, Any]) -> StreamingHttpResponse:
        days = {name: data[name].isoformat() for name in ("since", "until") if data[name]}
        last = record(actor=by(request), action="audit.export", details=days)
        entries = between(AuditEntry.objects.filter(pk__lte=last.pk), "at", data["since"], data["until"])
        response = StreamingHttpResponse(as_csv(entries), content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="audit-{now():%Y%m%d-%H%M%S}.csv"'
        return response
