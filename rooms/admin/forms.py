"""What administrators fill in about a room."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from rooms.admin.parts import BanForm
from rooms.models import Room
from rooms.rules import SLOW_SECONDS_MAX

WHO = [("everyone", _("Everyone")), ("admins", _("Its admins"))]
WHO_CALLS = [*WHO, ("by_size", _("Everyone in rooms of up to 50, admins in larger ones"))]
WINDOW_MOST = 10 * 365 * 86_400


class TextsForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=80)
    description = forms.CharField(label=_("Description"), max_length=500, required=False, widget=forms.Textarea)
    announcement = forms.CharField(label=_("Announcement"), max_length=2_000, required=False, widget=forms.Textarea)


def _who(label: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=WHO)


class RulesForm(forms.Form):
    """The fields of `rooms.rules.Rules`; slow mode has a form of its own."""

    post = _who(_("Who may write"))
    links = _who(_("Who may post links"))
    upload = _who(_("Who may send files"))
    mention_all = forms.ChoiceField(label=_("Who may call @all"), choices=WHO_CALLS)
    mention_here = forms.ChoiceField(label=_("Who may call @here"), choices=WHO_CALLS)
    react = _who(_("Who may react"))
    pin = _who(_("Who may pin messages"))
    invite = _who(_("Who may make invitations"))
    add = _who(_("Who may add people"))
    rename = _who(_("Who may rename the room"))
    announce = _who(_("Who may change the announcement"))
    join = forms.ChoiceField(
        label=_("Who comes into a public room"),
        choices=[("open", _("Everyone")), ("approval", _("Whom an admin lets in"))],
    )
    history = forms.ChoiceField(
        label=_("What newcomers may read"),
        choices=[("all", _("Everything")), ("since_joining", _("What is said once they are in"))],
    )
    recall_seconds = forms.IntegerField(
        label=_("Time to recall, in seconds"),
        help_text=_("Empty: as the server has it."),
        required=False,
        min_value=0,
        max_value=WINDOW_MOST,
    )
    edit_seconds = forms.IntegerField(
        label=_("Time to edit, in seconds"),
        help_text=_("Empty: as the server has it. 0: at any time."),
        required=False,
        min_value=0,
        max_value=WINDOW_MOST,
    )
    keep_days = forms.IntegerField(
        label=_("Days after which messages are deleted for good"),
        help_text=_("Empty: as the server has it. Never longer than that."),
        required=False,
        min_value=1,
        max_value=36_500,
    )


class SlowForm(forms.Form):
    seconds = forms.IntegerField(
        label=_("Seconds between two messages of a member"),
        help_text=_("0: off. Admins do not wait."),
        min_value=0,
        max_value=SLOW_SECONDS_MAX,
    )


class BanSomebodyForm(BanForm):
    username = forms.CharField(label=_("Username"), max_length=32)
    field_order = ["username", "minutes"]


def texts_of(room: Room) -> dict[str, Any]:
    return {"name": room.name, "description": room.description, "announcement": room.announcement}
