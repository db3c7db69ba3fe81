"""The settings as a form: a field for each, of the kind that the registry says."""

from __future__ import annotations

from typing import Any

from django import forms
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from chatsite.live.kinds import Choice, Live, Switch, Whole, Words
from chatsite.live.services import Standing

UNITS = {
    "seconds": gettext_lazy("seconds"),
    "days": gettext_lazy("days"),
    "bytes": gettext_lazy("bytes"),
    "characters": gettext_lazy("characters"),
    "people": gettext_lazy("number of people"),
    "rooms": gettext_lazy("number of rooms"),
}


def form_of(standings: list[Standing], data: Any = None) -> forms.Form:
    """Each field remembers with what it was shown: what somebody else changed meanwhile is not set back."""
    fields = {standing.live.name: _field(standing) for standing in standings}
    form: forms.Form = type("SettingsForm", (forms.Form,), fields)(data)
    return form


def _field(standing: Standing) -> forms.Field:
    live = standing.live
    known: dict[str, Any] = {
        "label": live.title,
        "help_text": live.help,
        "initial": standing.value,
        "show_hidden_initial": True,
    }
    if isinstance(live, Choice):
        return forms.ChoiceField(choices=list(live.options.items()), **known)
    if isinstance(live, Switch):
        return forms.BooleanField(required=False, **known)
    if isinstance(live, Whole):
        return forms.IntegerField(
            min_value=0 if live.zero else live.least, max_value=live.most, **_measured(live, known)
        )
    assert isinstance(live, Words)
    widget = forms.Textarea({"rows": 3}) if live.has_lines else forms.TextInput()
    return forms.CharField(max_length=live.chars, required=live.is_needed, widget=widget, **known)


def _measured(live: Whole, known: dict[str, Any]) -> dict[str, Any]:
    """Nobody guesses in what a number is given, or what 0 means."""
    label = f"{live.title} ({UNITS[live.unit]})" if live.unit else live.title
    zero = _("0: %(meaning)s.") % {"meaning": live.zero} if live.zero else ""
    return known | {"label": label, "help_text": f"{live.help} {zero}".rstrip()}


def in_words(live: Live, value: Any) -> str:
    """A value as people say it: 25 MB, 2 minutes, Everyone."""
    if isinstance(live, Choice):
        return str(live.options[value])
    if isinstance(live, Switch):
        return _("on") if value else _("off")
    if isinstance(live, Whole):
        return str(live.zero) if value == 0 and live.zero else _quantity(live, value)
    return str(value) or "–"


def _quantity(live: Whole, value: int) -> str:
    if live.unit == "bytes":
        return filesizeformat(value)
    if live.unit == "seconds":
        return _duration(value)
    if live.unit == "days":
        return ngettext("%(n)d day", "%(n)d days", value) % {"n": value}
    return f"{value:,}"


def _duration(seconds: int) -> str:
    if seconds and seconds % 86_400 == 0:
        return ngettext("%(n)d day", "%(n)d days", seconds // 86_400) % {"n": seconds // 86_400}
    if seconds and seconds % 3_600 == 0:
        return ngettext("%(n)d hour", "%(n)d hours", seconds // 3_600) % {"n": seconds // 3_600}
    if seconds and seconds % 60 == 0:
        return ngettext("%(n)d minute", "%(n)d minutes", seconds // 60) % {"n": seconds // 60}
    return ngettext("%(n)d second", "%(n)d seconds", seconds) % {"n": seconds}
