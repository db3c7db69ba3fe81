"""Filters of lists that ask an index, and offer no choice that a query has to find first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from django.contrib.admin import FieldListFilter, SimpleListFilter
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.timezone import get_current_timezone

from chatsite.errors import Text


class DateRange(FieldListFilter):
    """From one day to another, both included, as they begin where whoever asks is. See `date_range`."""

    template = "administration/date_range.html"
    label: Text = ""

    def __init__(self, field: Any, request: HttpRequest, params: Any, *args: Any, **kwargs: Any) -> None:
        self.since_name, self.until_name = f"{field.name}_since", f"{field.name}_until"
        super().__init__(field, request, params, *args, **kwargs)
        self.title = self.label  # type: ignore[assignment]  # a lazy text is as good

    def expected_parameters(self) -> list[str | None]:
        return [self.since_name, self.until_name]

    @property
    def since(self) -> datetime | None:
        day = self._day(self.since_name)
        return _midnight(day) if day else None

    def queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> QuerySet[Model]:
        return between(queryset, self.field_path, self._day(self.since_name), self._day(self.until_name))

    def choices(self, changelist: Any) -> Iterator[Any]:
        yield {
            "since": (self.since_name, self._day(self.since_name)),
            "until": (self.until_name, self._day(self.until_name)),
            "others": _others(changelist, self.expected_parameters()),
        }

    def _day(self, name: str) -> date | None:
        given: Any = self.used_parameters.get(name)
        try:
            return date.fromisoformat(given[-1] if isinstance(given, list) else given or "")
        except ValueError:
            return None


def date_range(field: str, label: Text) -> tuple[str, type[DateRange]]:
    """`list_filter = (date_range("created_at", _("made")),)`: name a field that has an index, if the table is big."""
    return field, type("LabelledDateRange", (DateRange,), {"label": label})


def between(rows: QuerySet[Any], field: str, since: date | None, until: date | None) -> QuerySet[Any]:
    """The rows of these days, both included."""
    if since:
        rows = rows.filter(**{f"{field}__gte": _midnight(since)})
    if until:
        rows = rows.filter(**{f"{field}__lt": _midnight(until + timedelta(days=1))})
    return rows


def _midnight(day: date) -> datetime:
    """In the zone of the request (chatsite/administration/zones.py)."""
    return datetime(day.year, day.month, day.day, tzinfo=get_current_timezone())


class Typed(SimpleListFilter):
    """What somebody types; `narrow` says what it means. An index should answer it."""

    template = "administration/typed.html"
    hint: Text = ""

    def narrow(self, rows: QuerySet[Any], typed: str) -> QuerySet[Any]:
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("", "")]  # Django leaves out a filter that offers nothing

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        typed = (self.value() or "").strip()
        return self.narrow(queryset, typed) if typed else queryset

    def choices(self, changelist: Any) -> Iterator[Any]:
        name = str(self.parameter_name)
        yield {"name": name, "typed": self.value() or "", "hint": self.hint, "others": _others(changelist, [name])}


def _others(changelist: Any, own: Sequence[str | None]) -> list[tuple[str, str]]:
    """-> what else the list is narrowed by; the form of a filter sends it along"""
    query = changelist.get_query_string(remove=[*own, "p"]).removeprefix("?")
    return parse_qsl(query, keep_blank_values=True)


class Choice(SimpleListFilter):
    """One of `options`: value -> (label, how to narrow the rows)."""

    options: dict[str, tuple[Any, Any]] = {}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(value, label) for value, (label, _narrow) in self.options.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in self.options:
            return queryset
        narrowed: QuerySet[Any] = self.options[self.value() or ""][1](queryset)
        return narrowed
