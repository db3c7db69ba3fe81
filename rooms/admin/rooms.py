"""Rooms: what they are, who is in them, and what administrators do about them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from django.contrib.admin import display, register
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.names import fold
from chatsite.administration.cells import badge, moment, person_link, plain
from chatsite.administration.deeds import by, deed
from chatsite.administration.filters import Choice, date_range
from chatsite.administration.screens import Screen, Table
from chatsite.administration.sections import CONVERSATIONS
from chatsite.errors import NotFound, Text
from rooms.admin.forms import BanSomebodyForm, RulesForm, SlowForm, TextsForm, texts_of
from rooms.admin.parts import end_of, people_of, room_name
from rooms.admin.tables import tables_of
from rooms.models import Membership, Room, RoomCounter
from rooms.schemas import ChangeRoom, ChangeRules
from rooms.services import administration

KINDS = {
    Room.PUBLIC: (_("public"), "success"),
    Room.PRIVATE: (_("private"), "info"),
    Room.DIRECT: (_("direct"), "base"),
}


class KindFilter(Choice):
    title = _("kind")
    parameter_name = "kind"
    options = {kind: (name, lambda rows, kind=kind: rows.filter(kind=kind)) for kind, (name, _badge) in KINDS.items()}


class StateFilter(Choice):
    title = _("state")
    parameter_name = "state"
    options = {
        "open": (_("in use"), lambda rows: rows.filter(archived_at=None)),
        "archived": (_("archived"), lambda rows: rows.filter(archived_at__isnull=False)),
    }


def is_open(room: Room) -> bool:
    return not room.is_direct and room.archived_at is None


def is_archived(room: Room) -> bool:
    return not room.is_direct and room.archived_at is not None


@register(Room)
class RoomScreen(Screen):
    name = _("rooms")
    section, position, icon = CONVERSATIONS, 0, "forum"
    deeds = ("change_texts", "change_rules", "slow_mode", "rotate_code", "ban_somebody", "restore", "archive")
    list_display = ("called", "kind_shown", "members", "messages", "last_said", "state")
    list_filter = (KindFilter, StateFilter, date_range("created_at", _("made")))
    search_fields = ("name",)  # shows the field; get_search_results says what it finds
    search_help_text = _("Name, code, number, or username in a direct room")
    fields = (
        *("called", "kind_shown", "state", "code_shown", "text", "announced", "maker", "made", "members", "messages"),
        *("last_said", "rules_shown"),
    )
    readonly_fields = fields

    code_shown = plain("code", _("code"))
    text = plain("description", _("description"))
    announced = plain("announcement", _("announcement"))

    def gather(self, rows: list[Room]) -> None:
        """Counters and the people that they are called after."""
        counters = RoomCounter.objects.in_bulk([room.pk for room in rows])
        users = User.objects.in_bulk({i for room in rows for i in people_of(room) | {room.created_by_id or 0}})
        for room in rows:
            room.counter = counters[room.pk]  # type: ignore[attr-defined]
            room.users = users  # type: ignore[attr-defined]

    def title_of(self, row: Room) -> str:
        return self.called(row)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Room], search_term: str
    ) -> tuple[QuerySet[Room], bool]:
        if not search_term:
            return queryset, False
        found = Q(name__icontains=search_term[:100]) | Q(code=search_term)
        if search_term.isascii() and search_term.isdigit():
            found |= Q(pk=int(search_term[:16]))
        people = User.objects.filter(username_key=fold(search_term)).values("pk")
        theirs = Membership.objects.filter(user_id__in=people).values("room_id")
        return queryset.filter(found | Q(kind=Room.DIRECT, pk__in=theirs)), False

    @display(description=_("name"))
    def called(self, room: Room) -> str:
        return room_name(room, room.users)  # type: ignore[attr-defined]

    @display(description=_("kind"))
    def kind_shown(self, room: Room) -> str:
        return badge(*KINDS[room.kind])

    @display(description=_("state"))
    def state(self, room: Room) -> str:
        if room.archived_at is None:
            return badge(_("in use"), "success")
        return badge(_("archived"), "warning")

    @display(description=_("members"))
    def members(self, room: Room) -> int:
        count: int = room.counter.member_count  # type: ignore[attr-defined]
        return count

    @display(description=_("messages"))
    def messages(self, room: Room) -> int:
        count: int = room.counter.message_count  # type: ignore[attr-defined]
        return count

    @display(description=_("last message"))
    def last_said(self, room: Room) -> str:
        return moment(room.counter.last_message_at)  # type: ignore[attr-defined]

    @display(description=_("made by"))
    def maker(self, room: Room) -> str:
        return person_link(room.created_by_id, room.users.get(room.created_by_id))  # type: ignore[attr-defined]

    @display(description=_("made"))
    def made(self, room: Room) -> str:
        return moment(room.created_at)

    @display(description=_("rules"))
    def rules_shown(self, room: Room) -> str:
        if room.is_direct:
            return "–"
        return format_html_join("", "<div>{}: <b>{}</b></div>", rules_in_words(room))

    def related(self, request: HttpRequest, row: Room) -> Iterable[Table]:
        return [] if row.is_direct else tables_of(row)

    @deed(_("Change texts"), icon="edit", form=TextsForm, when=is_open, initial=texts_of)
    def change_texts(self, request: HttpRequest, room: Room, data: dict[str, Any]) -> Text:
        return self._change(request, room, ChangeRoom(**data))

    @deed(
        _("Change rules"),
        icon="rule",
        form=RulesForm,
        when=is_open,
        initial=lambda room: msgspec.structs.asdict(room.rules),
    )
    def change_rules(self, request: HttpRequest, room: Room, data: dict[str, Any]) -> Text:
        return self._change(request, room, ChangeRoom(rules=ChangeRules(**data)))

    @deed(
        _("Slow mode"),
        icon="timer",
        form=SlowForm,
        when=is_open,
        initial=lambda room: {"seconds": room.rules.slow_seconds},
    )
    def slow_mode(self, request: HttpRequest, room: Room, data: dict[str, Any]) -> Text:
        return self._change(request, room, ChangeRoom(rules=ChangeRules(slow_seconds=data["seconds"])))

    def _change(self, request: HttpRequest, room: Room, wanted: ChangeRoom) -> Text:
        administration.change_room(by=by(request), room_id=room.pk, wanted=wanted)
        return _("The room is changed.")

    @deed(
        _("New code"),
        asks=_("The code until now opens nothing any more."),
        icon="autorenew",
        when=lambda room: is_open(room) and room.kind == Room.PUBLIC,
    )
    def rotate_code(self, request: HttpRequest, room: Room, data: dict[str, Any]) -> Text:
        administration.rotate_code(by=by(request), room_id=room.pk)
        return _("The room has another code.")

    @deed(
        _("Ban somebody"),
        asks=_("Also who is not in the room. A member leaves it at once."),
        icon="block",
        form=BanSomebodyForm,
        is_dangerous=True,
        when=is_open,
    )
    def ban_somebody(self, request: HttpRequest, room: Room, data: dict[str, Any]) -> Text:
        banned = User.objects.filter(username_key=fold(data["username"])).first()
        if banned is None:
            raise NotFound(_("Nobody has this username."))
        administration.ban(by=by(request), room_id=room.pk, banned_id=banned.pk, until=end_of(data))
        return _("The person is banned from the room.")

    @deed(
        _("Archive"),
        asks=_("The room is read, and not written to, until somebody brings it back."),
        icon="archive",
        is_dangerous=True,
        when=is_open,
    )
    def archive(self, request: HttpRequest, room: Room, data: dict[str, Any]) -> Text:
        administration.change_room(by=by(request), room_id=room.pk, wanted=ChangeRoom(archived=True))
        return _("The room is archived.")

    @deed(_("Bring back"), asks=_("The room is written to again."), icon="unarchive", when=is_archived)
    def restore(self, request: HttpRequest, room: Room, data: dict[str, Any]) -> Text:
        administration.change_room(by=by(request), room_id=room.pk, wanted=ChangeRoom(archived=False))
        return _("The room is open again.")


def rules_in_words(room: Room) -> list[tuple[Any, Any]]:
    """-> (rule, what holds), in the words of the form"""
    words: list[tuple[Any, Any]] = []
    for name, field in RulesForm.base_fields.items():
        value = getattr(room.rules, name)
        options = dict(getattr(field, "choices", []))
        shown = options.get(value, value) if value is not None else _("as the server has it")
        words.append((field.label, shown))
    slow = room.rules.slow_seconds
    return [*words, (_("Slow mode"), f"{slow} s" if slow else _("off"))]
