"""The page of the server settings: what holds, what the environment says, and how to go back to that."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.admin import register
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from chatsite.administration.cells import moment
from chatsite.administration.deeds import by, dressed
from chatsite.administration.screens import Screen, complain
from chatsite.administration.sections import SERVER
from chatsite.errors import ChatError
from chatsite.live.forms import form_of, in_words
from chatsite.live.kinds import Words
from chatsite.live.models import Override
from chatsite.live.registry import GROUPS
from chatsite.live.services import Standing, change_settings, reset_setting, standings


class Row(NamedTuple):
    """A setting on the page."""

    field: BoundField
    name: str
    now: str
    default: str
    is_overridden: bool
    changed: str  # when, and by whom


@register(Override)
class SettingsScreen(Screen):
    name = gettext_lazy("settings")
    section, position, icon = SERVER, 10, "tune"
    superusers_only = True

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return self._page(request, 200)
        if "reset" in request.POST:
            return self._reset(request, request.POST["reset"])
        return self._save(request)

    def _reset(self, request: HttpRequest, name: str) -> HttpResponse:
        try:
            reset_setting(by=by(request), name=name)
        except ChatError as refusal:
            messages.error(request, str(refusal.message))
        else:
            messages.success(request, _("The environment’s value holds again."))
        return HttpResponseRedirect(self._back(None))

    def _save(self, request: HttpRequest) -> HttpResponse:
        found = standings(by=by(request))
        form = form_of(found, request.POST)
        if not form.is_valid():
            return self._page(request, 400, form)
        try:
            changed = change_settings(
                by=by(request), wanted={name: _plain(form.cleaned_data[name]) for name in form.changed_data}
            )
        except ChatError as refusal:
            complain(form, refusal)
            return self._page(request, refusal.status, form)
        told = _("Saved; it holds everywhere within two seconds.") if changed else _("Nothing was changed.")
        messages.success(request, told)
        return HttpResponseRedirect(self._back(None))

    def _page(self, request: HttpRequest, status: int, form: Any = None) -> TemplateResponse:
        found = standings(by=by(request))
        form = dressed(form or form_of(found))
        names = get_user_model().objects.in_bulk({s.changed_by_id for s in found if s.changed_by_id})
        rows = {s.live.name: _row(form, s, names) for s in found}
        groups = [(group.title, [rows[live.name] for live in group.settings]) for group in GROUPS]
        context = self._context(request, None, self.name) | {"is_whole": True, "form": form, "groups": groups}
        return TemplateResponse(request, "administration/settings.html", context, status=status)


def _plain(value: Any) -> Any:
    """Browsers end lines as in the days of teletypes."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def _row(form: Any, standing: Standing, names: dict[Any, Any]) -> Row:
    live = standing.live
    changed = f"{moment(standing.changed_at)} · {names.get(standing.changed_by_id, '–')}" if standing.changed_at else ""
    now = "" if isinstance(live, Words) else in_words(live, standing.value)  # the field says it
    default = in_words(live, standing.default)
    return Row(form[live.name], live.name, now, default, standing.is_overridden, changed)
