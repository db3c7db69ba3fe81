"""The queue of reports."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django import forms
from django.contrib.admin import display, register
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from chatsite.administration.cells import badge, moment, person_link, plain
from chatsite.administration.deeds import by, deed
from chatsite.administration.filters import Choice, date_range
from chatsite.administration.screens import Screen, Table
from chatsite.administration.sections import CONVERSATIONS
from chatsite.errors import Text
from messaging.models import Message, Report, ReportNote
from messaging.schemas import REPORT_CHARS
from messaging.services import report_handling
from rooms.admin.parts import BanForm, MuteForm, end_of, people_of, room_link, room_name
from rooms.models import Membership, Room

REASONS = {
    "spam": _("spam"),
    "abuse": _("abuse"),
    "illegal": _("illegal"),
    "other": _("other"),
    "words": _("word filter"),
}
OUTCOMES = {
    "": (_("dealt with"), "base"),
    Report.DISMISSED: (_("dismissed"), "base"),
    Report.RECALLED: (_("message recalled"), "warning"),
    Report.MUTED: (_("muted"), "warning"),
    Report.KICKED: (_("taken out of the room"), "warning"),
    Report.BANNED: (_("banned"), "danger"),
    Report.DISABLED: (_("account disabled"), "danger"),
}


class StateFilter(Choice):
    title = _("state")
    parameter_name = "state"
    options = {
        "open": (_("not dealt with"), lambda rows: rows.filter(closed_at=None)),
        "free": (_("nobody looks after it"), lambda rows: rows.filter(closed_at=None, taken_by_id=None)),
        "closed": (_("dealt with"), lambda rows: rows.filter(closed_at__isnull=False)),
    }


class ReasonFilter(Choice):
    title = _("reason")
    parameter_name = "reason"
    options = {
        reason: (name, lambda rows, reason=reason: rows.filter(reason=reason)) for reason, name in REASONS.items()
    }


class NoteForm(forms.Form):
    note = forms.CharField(label=_("Note"), max_length=REPORT_CHARS, required=False, widget=forms.Textarea({"rows": 3}))


class NeededNoteForm(forms.Form):
    text = forms.CharField(label=_("Note"), max_length=REPORT_CHARS, widget=forms.Textarea({"rows": 3}))


class MuteNoteForm(NoteForm, MuteForm):
    field_order = ["minutes", "note"]


class BanNoteForm(NoteForm, BanForm):
    field_order = ["minutes", "note"]


def is_open(report: Report) -> bool:
    return report.closed_at is None


def has_message(report: Report) -> bool:
    message: Message | None = report.message  # type: ignore[attr-defined]
    return is_open(report) and message is not None and message.recalled_at is None


def in_group(report: Report) -> bool:
    """About somebody in a room in which there is something to administer."""
    room: Room | None = report.room  # type: ignore[attr-defined]
    return is_open(report) and report.user_id is not None and room is not None and not room.is_direct


def of_member(report: Report) -> bool:
    return in_group(report) and report.is_member  # type: ignore[attr-defined]


def of_person(report: Report) -> bool:
    user: User | None = report.users.get(report.user_id)  # type: ignore[attr-defined]
    return is_open(report) and user is not None and user.is_active


@register(Report)
class ReportScreen(Screen):
    name = _("reports")
    section, position, icon = CONVERSATIONS, 6, "flag"
    deeds = ("take", "recall", "mute", "kick", "ban", "disable", "dismiss", "add_note")
    list_display = ("number", "made", "cause", "about", "where", "reporter", "state", "handler")
    list_filter = (StateFilter, ReasonFilter, date_range("created_at", _("reported")))
    fields = (
        *("number", "made", "cause", "words", "reporter", "about", "where", "message_shown", "state", "handler"),
        *("closed", "closing_note"),
    )
    readonly_fields = fields

    words = plain("text", _("what they say"))
    closing_note = plain("note", _("note"))

    def gather(self, rows: list[Report]) -> None:
        rooms = Room.objects.in_bulk({r.room_id for r in rows if r.room_id})
        messages = Message.objects.in_bulk({r.message_id for r in rows if r.message_id})
        people = {i for r in rows for i in (r.reporter_id, r.user_id, r.taken_by_id, r.closed_by_id)}
        people |= {i for room in rooms.values() for i in people_of(room)}
        users = User.objects.in_bulk({i for i in people if i is not None})
        members = Membership.objects.current().filter(room_id__in=rooms, user_id__in=[r.user_id for r in rows])
        pairs = set(members.values_list("room_id", "user_id"))
        for row in rows:
            row.users, row.room = users, rooms.get(row.room_id or 0)  # type: ignore[attr-defined]
            row.message = messages.get(row.message_id or 0)  # type: ignore[attr-defined]
            row.is_member = (row.room_id, row.user_id) in pairs  # type: ignore[attr-defined]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """What is open, unless somebody asks for something else."""
        if not request.GET:
            return HttpResponseRedirect("?state=open")
        return super().changelist_view(request, extra_context)

    @display(description=_("report"))
    def number(self, report: Report) -> str:
        return f"#{report.pk}"

    @display(description=_("reported"))
    def made(self, report: Report) -> str:
        return moment(report.created_at)

    @display(description=_("reason"))
    def cause(self, report: Report) -> str:
        return badge(REASONS.get(report.reason, report.reason), "info" if report.reason == "words" else "primary")

    @display(description=_("reported by"))
    def reporter(self, report: Report) -> str:
        return _person(report, report.reporter_id) if report.reporter_id else str(_("the word filter"))

    @display(description=_("about"))
    def about(self, report: Report) -> str:
        return _person(report, report.user_id)

    @display(description=_("room"))
    def where(self, report: Report) -> str:
        room: Room | None = report.room  # type: ignore[attr-defined]
        return room_link(room.pk, room_name(room, report.users)) if room else "–"  # type: ignore[attr-defined]

    @display(description=_("message"))
    def message_shown(self, report: Report) -> str:
        """The one that was reported, also from a direct conversation: one of its two people has shown it."""
        message: Message | None = report.message  # type: ignore[attr-defined]
        if message is None:
            return "–"
        page = reverse("admin:messaging_message_change", args=[message.pk])
        text = str(_("[recalled]")) if message.recalled_at else message.content
        return format_html(
            '<a class="administration-link" href="{}">#{}</a><pre class="administration-text">{}</pre>',
            page,
            message.pk,
            text,
        )

    @display(description=_("state"))
    def state(self, report: Report) -> str:
        if report.closed_at is not None:
            return badge(*OUTCOMES.get(report.outcome, OUTCOMES[""]))
        return badge(_("in work"), "info") if report.taken_by_id else badge(_("not dealt with"), "success")

    @display(description=_("handled by"))
    def handler(self, report: Report) -> str:
        return _person(report, report.closed_by_id or report.taken_by_id)

    @display(description=_("closed at"))
    def closed(self, report: Report) -> str:
        return moment(report.closed_at)

    def related(self, request: HttpRequest, row: Report) -> Iterable[Table]:
        notes = list(ReportNote.objects.filter(report_id=row.pk).order_by("pk"))
        users = User.objects.in_bulk({note.by_id for note in notes})
        cells = [[moment(n.at), person_link(n.by_id, users.get(n.by_id)), n.text] for n in notes]
        yield Table(_("Notes"), [_("when"), _("who"), _("note")], cells)

    @deed(_("Look after it"), asks=_("The others see that you do."), icon="front_hand", when=is_open)
    def take(self, request: HttpRequest, report: Report, data: dict[str, Any]) -> Text:
        report_handling.take(by=by(request), report_id=report.pk)
        return _("You look after this report.")

    @deed(_("Add a note"), icon="note_add", form=NeededNoteForm)
    def add_note(self, request: HttpRequest, report: Report, data: dict[str, Any]) -> Text:
        report_handling.add_note(by=by(request), report_id=report.pk, text=data["text"])
        return _("The note is kept.")

    @deed(_("Dismiss"), asks=_("There is nothing to do about it."), icon="done", form=NoteForm, when=is_open)
    def dismiss(self, request: HttpRequest, report: Report, data: dict[str, Any]) -> Text:
        return self._handle(report_handling.dismiss, request, report, note=data["note"])

    @deed(
        _("Recall the message"),
        asks=_("The message is emptied for everybody, at once and for good."),
        icon="undo",
        form=NoteForm,
        is_dangerous=True,
        when=has_message,
    )
    def recall(self, request: HttpRequest, report: Report, data: dict[str, Any]) -> Text:
        return self._handle(report_handling.recall, request, report, note=data["note"])

    @deed(
        _("Mute in the room"),
        asks=_("Until then this member reads, and does not write."),
        icon="mic_off",
        form=MuteNoteForm,
        when=of_member,
    )
    def mute(self, request: HttpRequest, report: Report, data: dict[str, Any]) -> Text:
        return self._handle(report_handling.mute, request, report, until=end_of(data), note=data["note"])

    @deed(
        _("Take out of the room"),
        asks=_("They may come in again, as the room lets people in. If it is the owner, the oldest admin follows."),
        icon="person_remove",
        form=NoteForm,
        is_dangerous=True,
        when=of_member,
    )
    def kick(self, request: HttpRequest, report: Report, data: dict[str, Any]) -> Text:
        return self._handle(report_handling.kick, request, report, note=data["note"])

    @deed(
        _("Ban from the room"),
        asks=_("They leave the room at once, and stay out of it for this time."),
        icon="block",
        form=BanNoteForm,
        is_dangerous=True,
        when=in_group,
    )
    def ban(self, request: HttpRequest, report: Report, data: dict[str, Any]) -> Text:
        return self._handle(report_handling.ban, request, report, until=end_of(data), note=data["note"])

    @deed(
        _("Disable the account"),
        asks=_("All devices are signed out at once, and nobody signs in to this account until it is enabled again."),
        icon="person_off",
        form=NoteForm,
        is_dangerous=True,
        when=of_person,
    )
    def disable(self, request: HttpRequest, report: Report, data: dict[str, Any]) -> Text:
        return self._handle(report_handling.disable, request, report, note=data["note"])

    def _handle(self, service: Callable[..., None], request: HttpRequest, report: Report, **given: Any) -> Text:
        service(by=by(request), report_id=report.pk, **given)
        return _("Done, and the report is closed.")


def _person(report: Report, user_id: int | None) -> str:
    return person_link(user_id, report.users.get(user_id))  # type: ignore[attr-defined]
