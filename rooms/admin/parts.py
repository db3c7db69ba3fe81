"""What belongs to a room, and leads back to it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import display
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.names import fold
from chatsite.administration.cells import person_link
from chatsite.administration.screens import Screen
from chatsite.administration.sections import CONVERSATIONS
from chatsite.errors import Text
from rooms.models import Room

FOR_GOOD = "0"
MUTE_TIMES = [
    ("10", _("10 minutes")),
    ("60", _("1 hour")),
    ("1440", _("1 day")),
    ("10080", _("7 days")),
    ("43200", _("30 days")),
    ("525600", _("1 year")),
]


class MuteForm(forms.Form):
    minutes = forms.ChoiceField(label=_("For how long"), choices=MUTE_TIMES, initial="60")


class BanForm(forms.Form):
    minutes = forms.ChoiceField(
        label=_("For how long"), choices=[(FOR_GOOD, _("for good")), *MUTE_TIMES], initial=FOR_GOOD
    )


def end_of(data: dict[str, Any]) -> datetime | None:
    """-> the end that one of these forms asks for; None = for good"""
    minutes = int(data["minutes"])
    return now() + timedelta(minutes=minutes) if minutes else None


def room_name(room: Room | None, users: dict[int, User]) -> str:
    """A direct room is called after its two people."""
    if room is None:
        return "–"
    if not room.is_direct:
        return room.name
    low, high = map(int, (room.pair_key or "0:0").split(":"))
    names = [str(users.get(user_id, f"#{user_id}")) for user_id in dict.fromkeys((low, high))]
    return " ↔ ".join(names)


def people_of(room: Room) -> set[int]:
    """Whose names `room_name` needs."""
    return set(map(int, room.pair_key.split(":"))) if room.pair_key else set()


def room_link(room_id: int, name: str) -> str:
    url = reverse("admin:rooms_room_change", args=[room_id])
    return format_html('<a class="administration-link" href="{}">{}</a>', url, name)


class RoomPart(Screen):
    """Rows with a `room_id` and a `user_id`, whose room and people are read for a whole page at once."""

    section = CONVERSATIONS
    search_fields = ("room_id",)  # shows the field; get_search_results says what it finds
    search_help_text = _("Number of a room, or username")

    def gather(self, rows: list[Any]) -> None:
        rooms = Room.objects.in_bulk({row.room_id for row in rows})
        people = {i for row in rows for i in self._people(row)} | {
            i for room in rooms.values() for i in people_of(room)
        }
        users = User.objects.in_bulk(people)
        for row in rows:
            row.room = rooms.get(row.room_id)
            row.users = users

    def _people(self, row: Any) -> set[int]:
        made_by = getattr(row, "created_by_id", None)
        return {i for i in (getattr(row, "user_id", None), made_by) if i is not None}

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        if not search_term:
            return queryset, False
        if search_term.isascii() and search_term.isdigit():
            return queryset.filter(room_id=int(search_term[:16])), False
        return queryset.filter(**{f"{self.person_field}__in": users_called(search_term)}), False

    person_field = "user_id"

    def title_of(self, row: Any) -> str:
        who = row.users.get(getattr(row, self.person_field))
        return f"{who or '–'} · {room_name(row.room, row.users)}"

    @display(description=_("room"))
    def where(self, row: Any) -> str:
        return room_link(row.room_id, room_name(row.room, row.users))

    @display(description=_("person"))
    def who(self, row: Any) -> str:
        return person_link(row.user_id, row.users.get(row.user_id))

    @display(description=_("made by"))
    def maker(self, row: Any) -> str:
        return person_link(row.created_by_id, row.users.get(row.created_by_id))

    def _leave(self, request: HttpRequest, row: Model | None, answer: Text | None) -> HttpResponse:
        if answer:
            messages.success(request, str(answer))
        return HttpResponseRedirect(self._back(row))

    def _back(self, row: Any) -> str:
        return super()._back(None) if row is None else reverse("admin:rooms_room_change", args=[row.room_id])


def users_called(name: str) -> Any:
    """-> ids of who bears this username; a query within a query."""
    return User.objects.filter(username_key=fold(name)).values("pk")
