"""What every screen of the admin is made of. CONTRIBUTING.md tells how to add one.

A Screen lists and shows rows, and changes none: whatever is done goes through its deeds (deeds.py), each of which calls
one service. So every change is checked, published and recorded as if it had come by the API.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin import ShowFacets
from django.core.exceptions import FieldDoesNotExist, PermissionDenied
from django.db.models import Model
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.views.decorators.http import require_http_methods
from unfold.admin import ModelAdmin
from unfold.views import ChangeList

from chatsite.administration.deeds import Deed, by, dressed
from chatsite.administration.paging import BoundedPaginator
from chatsite.administration.sections import SERVER
from chatsite.errors import ChatError, Text


@dataclass(frozen=True)
class Table:
    """Rows that belong to the one shown: the sessions of a person, the members of a room."""

    title: Text
    headers: Sequence[Text]
    rows: Sequence[Sequence[Any]]  # cells: text, or what chatsite/administration/cells.py makes
    note: Text = ""


class Screen(ModelAdmin):
    """A list and a page for each row; the queries of both are constant, however many rows there are."""

    name: Text = ""  # of its rows, many of them: people
    section = SERVER  # where the sidebar lists it: chatsite/administration/sections.py
    position = 0  # within its section
    icon = "table_rows"  # of Material Symbols
    superusers_only = False
    deeds: Sequence[str] = ()  # names of methods that @deed has marked
    lookups: Sequence[str] = ()  # of columns, that links to the list ask: actor__id__exact

    actions = None
    list_per_page = 50
    list_max_show_all = 0
    list_select_related: Sequence[str] | bool = False  # name what list_display follows
    ordering: Sequence[str] = ("-pk",)
    sortable_by: Sequence[str] = ()  # a small table may name more: sorting a big one reads it all
    show_full_result_count = False
    show_facets = ShowFacets.NEVER  # each would count all rows
    paginator = BoundedPaginator
    list_fullwidth = True
    change_list_template = "administration/list.html"
    change_form_template = "administration/row.html"

    def gather(self, rows: list[Any]) -> None:
        """Attaches to the rows of a page what they show of other tables, with a constant number of queries."""

    def title_of(self, row: Any) -> str:
        """What its pages call a row that `gather` has seen."""
        return str(row)

    def related(self, request: HttpRequest, row: Any) -> Iterable[Table]:
        """Tables for the page of a row, each read with a constant number of queries."""
        return ()

    # Who may what: staff see, nobody writes but through deeds.

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        user = by(request)
        return bool(user.is_active and user.is_staff and (user.is_superuser or not self.superusers_only))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.has_view_permission(request)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        raise Http404  # the audit log is the history

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """What filters ask, and `lookups`: by any other column a list tells, guess by guess, what it does not show."""
        mine = {getattr(found, "parameter_name", None) for found in self.list_filter}
        return lookup in mine or lookup in self.lookups or not _is_column(self.opts, lookup)

    # Pages.

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return GatheredList

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        row = super().get_object(request, object_id, from_field)
        if row is not None:
            self.gather([row])
        return row

    def get_urls(self) -> list[URLPattern]:
        guard = self.admin_site.admin_view
        return [
            path("do/<slug:name>/", guard(self.perform), name=self._url_name("do")),
            path("<int:pk>/do/<slug:name>/", guard(self.perform), name=self._url_name("do_one")),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        extra = {"buttons": self._buttons(request, None), "screen": self, "title": self.name}
        page: TemplateResponse = super().changelist_view(request, extra | (extra_context or {}))
        return page

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        row = kwargs.get("obj")
        if row is not None:
            context |= {"buttons": self._buttons(request, row), "tables": list(self.related(request, row))}
            context |= {"screen": self, "title": self.title_of(row), "subtitle": None}
        return super().render_change_form(request, context, *args, **kwargs)

    @method_decorator(require_http_methods(["GET", "POST"]))
    def perform(self, request: HttpRequest, name: str, pk: int | None = None) -> HttpResponseBase:
        """Asks by GET, does it by POST."""
        row = None if pk is None else self.get_object(request, str(pk))
        deed = self._deed(request, name, row)
        if request.method == "GET":
            return self._ask(request, deed, row, dressed(deed.form(initial=deed.initial(row))))
        form = dressed(deed.form(request.POST))
        if not form.is_valid():
            return self._ask(request, deed, row, form, 400)
        try:
            answer = getattr(self, name)(request, row, form.cleaned_data)
        except ChatError as refusal:
            complain(form, refusal)
            return self._ask(request, deed, row, form, refusal.status)
        return answer if isinstance(answer, HttpResponseBase) else self._leave(request, row, answer)

    def show(
        self, request: HttpRequest, row: Any, *, title: Text, text: Text, value: str, once: bool = False
    ) -> HttpResponse:
        """A page with what a deed has made, to copy; `once`: nobody can look it up again."""
        context = self._context(request, row, title) | {"text": text, "value": value, "once": once}
        return TemplateResponse(request, "administration/shown.html", context | {"back": self._back(row)})

    def _deed(self, request: HttpRequest, name: str, row: Model | None) -> Deed:
        """Whoever is not allowed to learns no more than whoever asks for nothing."""
        found: Deed | None = getattr(getattr(self, name, None), "deed", None) if name in self.deeds else None
        if found is None or found.of_list is not (row is None) or not self.has_view_permission(request, row):
            raise Http404
        if found.superusers_only and not by(request).is_superuser:
            raise PermissionDenied
        return found

    def _buttons(self, request: HttpRequest, row: Model | None) -> list[dict[str, Any]]:
        marked: list[Deed] = [getattr(self, name).deed for name in self.deeds]
        is_superuser = by(request).is_superuser
        allowed = [d for d in marked if d.of_list is (row is None) and (is_superuser or not d.superusers_only)]
        return [
            {"deed": deed, "url": self.deed_url(deed.name, row)} for deed in allowed if row is None or deed.when(row)
        ]

    def deed_url(self, name: str, row: Model | None = None) -> str:
        """Where a deed is asked for."""
        if row is None:
            return reverse(f"admin:{self._url_name('do')}", args=[name])
        return reverse(f"admin:{self._url_name('do_one')}", args=[row.pk, name])

    def _ask(
        self, request: HttpRequest, deed: Deed, row: Model | None, form: Form, status: int = 200
    ) -> TemplateResponse:
        context = self._context(request, row, deed.label) | {"deed": deed, "form": form, "back": self._back(row)}
        return TemplateResponse(request, "administration/deed.html", context, status=status)

    def _context(self, request: HttpRequest, row: Model | None, title: Text) -> dict[str, Any]:
        here = {"opts": self.opts, "screen": self, "row": row, "title": title}
        here |= {"row_title": self.title_of(row)} if row is not None else {}
        return {**self.admin_site.each_context(request), **here}

    def _leave(self, request: HttpRequest, row: Model | None, answer: Text | None) -> HttpResponse:
        if answer:
            messages.success(request, str(answer))
        still_there = row is not None and self.get_object(request, str(row.pk)) is not None
        return HttpResponseRedirect(self._back(row if still_there else None))

    def _back(self, row: Model | None) -> str:
        if row is None:
            return reverse(f"admin:{self._url_name('changelist')}")
        return reverse(f"admin:{self._url_name('change')}", args=[row.pk])

    def _url_name(self, page: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{page}"


class GatheredList(ChangeList):
    """Its rows come with what they show of other tables."""

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: Any = list(self.result_list)  # type: ignore[has-type]  # Django sets it while it runs
        self.model_admin.gather(rows)
        self.result_list = rows


def _is_column(opts: Any, lookup: str) -> bool:
    try:
        opts.get_field(lookup.partition("__")[0])
    except FieldDoesNotExist:
        return lookup.partition("__")[0] == "pk"
    return True


def complain(form: Form, refusal: ChatError) -> None:
    """A complaint about a field stands at the field, if the form has it."""
    fields = {name: texts for name, texts in (refusal.fields or {}).items() if name in form.fields}
    for name, texts in fields.items():
        form.add_error(name, [str(text) for text in texts])
    if not fields:
        form.add_error(None, str(refusal.message))
