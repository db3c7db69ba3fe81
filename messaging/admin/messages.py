"""What was said, by room and by sender; what two people say to each other stays theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.admin import display, register
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.names import fold
from chatsite.administration.cells import badge, moment, person_link
from chatsite.administration.deeds import by, deed
from chatsite.administration.filters import Choice, DateRange, Typed
from chatsite.administration.screens import Screen
from chatsite.administration.sections import CONVERSATIONS
from chatsite.errors import Text
from messaging.models import Message
from messaging.services import administration
from rooms.admin.parts import people_of, room_link, room_name
from rooms.models import Membership, Room, RoomCounter

EXCERPT_CHARS = 120
RECALLED_AMONG = 100_000  # messages
ROOMS_NAMED = 1_000  # in one statement


class RoomFilter(Typed):
    title = _("room")
    parameter_name = "room"
    hint = _("Number or code")

    def narrow(self, rows: QuerySet[Message], typed: str) -> QuerySet[Message]:
        if not (typed.isascii() and typed.isdigit()):
            return rows.none()
        by_code = Room.objects.filter(code=typed).values_list("pk", flat=True)
        return rows.filter(room_id__in={int(typed[:16]), *by_code})


class SenderFilter(Typed):
    title = _("sender")
    parameter_name = "sender"
    hint = _("Username")

    def narrow(self, rows: QuerySet[Message], typed: str) -> QuerySet[Message]:
        """By the rooms they ever were in: the index of messages begins with the room."""
        sender = User.objects.filter(username_key=fold(typed)).first()
        if sender is None:
            return rows.none()
        rooms = list(Membership.objects.filter(user_id=sender.pk).values_list("room_id", flat=True))
        return rows.filter(room_id__in=rooms, sender_id=sender.pk)


class StateFilter(Choice):
    """No index finds what is recalled. What is pinned is found room by room: (room, pinned)."""

    title = _("state")
    parameter_name = "state"
    options = {
        "recalled": (
            _("recalled; without a room only of the newest 100,000"),
            lambda rows: rows.filter(recalled_at__isnull=False),
        ),
        "pinned": (_("pinned"), lambda rows: rows.filter(pinned_at__isnull=False)),
    }

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        rows: QuerySet[Message] = super().queryset(request, queryset)
        if request.GET.get(RoomFilter.parameter_name) or self.value() not in self.options:
            return rows
        if self.value() == "pinned":
            return in_rooms(rows, RoomCounter.objects.all())
        newest = Message.objects.aggregate(id=Max("pk"))["id"] or 0
        return rows.filter(pk__gt=newest - RECALLED_AMONG)


class SentRange(DateRange):
    """Room by room, too: (room, time). Ids alone would be read until enough of these days are found."""

    label = _("sent")

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        since = self.since
        rows = super().queryset(request, queryset)
        if since is None or request.GET.get(RoomFilter.parameter_name):
            return rows
        return in_rooms(rows, RoomCounter.objects.filter(last_message_at__gte=since))


def in_rooms(rows: QuerySet[Any], counters: QuerySet[RoomCounter]) -> QuerySet[Any]:
    """Where there are few enough to name, the index that begins with the room answers."""
    ids = list(counters.values_list("room_id", flat=True)[: ROOMS_NAMED + 1])
    return rows.filter(room_id__in=ids) if len(ids) <= ROOMS_NAMED else rows


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), max_length=administration.REASON_CHARS, widget=forms.Textarea)


def is_standing(message: Message) -> bool:
    return message.kind == Message.TEXT and message.recalled_at is None


def is_between_two(message: Message) -> bool:
    room: Room | None = message.room  # type: ignore[attr-defined]
    return is_standing(message) and room is not None and room.is_direct


@register(Message)
class MessageScreen(Screen):
    name = _("messages")
    section, position, icon = CONVERSATIONS, 5, "chat"
    deeds = ("recall", "ask_to_read")
    list_display = ("numbered", "said", "where", "who", "excerpt", "state")
    list_filter = (RoomFilter, SenderFilter, StateFilter, ("created_at", SentRange))
    search_fields = ("pk",)  # shows the field; get_search_results says what it finds
    search_help_text = _("Number of a message")
    fields = ("numbered", "said", "where", "place", "who", "state", "text")
    readonly_fields = fields

    def gather(self, rows: list[Message]) -> None:
        rooms = Room.objects.in_bulk({row.room_id for row in rows})
        people = {row.sender_id for row in rows} | {i for room in rooms.values() for i in people_of(room)}
        users = User.objects.in_bulk({i for i in people if i is not None})
        readable = administration.readable(rows, rooms)
        for row in rows:
            row.room, row.users = rooms.get(row.room_id), users  # type: ignore[attr-defined]
            row.readable = readable.get(row.pk)  # type: ignore[attr-defined]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        """Without the lines that the system writes."""
        rows: QuerySet[Message] = super().get_queryset(request).filter(kind=Message.TEXT)
        return rows

    def get_ordering(self, request: HttpRequest) -> Sequence[str]:
        """Of a room by their place in it, which an index has; by ids, all that is newer would be read first."""
        return ("-seq",) if request.GET.get(RoomFilter.parameter_name) else self.ordering

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Message], search_term: str
    ) -> tuple[QuerySet[Message], bool]:
        number = search_term.removeprefix("#")
        if not number:
            return queryset, False
        if not (number.isascii() and number.isdigit()):
            return queryset.none(), False
        return queryset.filter(pk=int(number[:16])), False

    @display(description=_("message"))
    def numbered(self, message: Message) -> str:
        return f"#{message.pk}"

    @display(description=_("sent"))
    def said(self, message: Message) -> str:
        return moment(message.created_at)

    @display(description=_("room"))
    def where(self, message: Message) -> str:
        return room_link(message.room_id, room_name(message.room, message.users))  # type: ignore[attr-defined]

    @display(description=_("place in the room"))
    def place(self, message: Message) -> int:
        return message.seq

    @display(description=_("sender"))
    def who(self, message: Message) -> str:
        return person_link(message.sender_id, message.users.get(message.sender_id))  # type: ignore[attr-defined]

    @display(description=_("text"))
    def excerpt(self, message: Message) -> str:
        text = content_of(message)
        return text if len(text) <= EXCERPT_CHARS else f"{text[: EXCERPT_CHARS - 1]}…"

    @display(description=_("text"))
    def text(self, message: Message) -> str:
        return format_html('<pre class="administration-text">{}</pre>', content_of(message))

    @display(description=_("state"))
    def state(self, message: Message) -> str:
        if message.recalled_at:
            return badge(_("recalled"), "warning")
        if message.pinned_at:
            return badge(_("pinned"), "info")
        return badge(_("edited"), "base") if message.edited_at else "–"

    @deed(
        _("Recall"),
        asks=_("The message is emptied for everybody, at once and for good."),
        icon="undo",
        is_dangerous=True,
        when=is_standing,
    )
    def recall(self, request: HttpRequest, message: Message, data: dict[str, Any]) -> Text:
        administration.recall(by=by(request), message_id=message.pk)
        return _("The message is recalled.")

    @deed(
        _("Ask to read it"),
        asks=_(
            "What two people say to each other is for nobody else to read, and this does not change that. "
            "That you ask, and why, is recorded in the audit log."
        ),
        icon="lock",
        form=ReasonForm,
        is_dangerous=True,
        when=is_between_two,
    )
    def ask_to_read(self, request: HttpRequest, message: Message, data: dict[str, Any]) -> None:
        administration.ask_for_direct(by=by(request), message_id=message.pk, reason=data["reason"])


def content_of(message: Message) -> str:
    """What an administrator may see of it."""
    if message.recalled_at:
        return "–"
    readable: str | None = message.readable  # type: ignore[attr-defined]
    return str(_("[between two people]")) if readable is None else readable
