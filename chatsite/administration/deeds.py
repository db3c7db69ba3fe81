"""What a screen lets administrators do: a button, a page that asks, and one service.

    class UserScreen(Screen):
        deeds = ("disable",)

        @deed(_("Disable"), asks=_("…"), is_dangerous=True, when=lambda user: user.is_active)
        def disable(self, request, user, data):
            administration.disable(by=by(request), user_id=user.pk)
            return _("The account is disabled.")

The method gets the row (None for a deed of the list) and the checked values of its form; it calls a service, which
checks the rights once more, writes, publishes and records, and returns what to tell (or an HttpResponse of its own).
A ChatError is shown above the form. Nothing is done by GET.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest
from unfold.widgets import CHECKBOX_CLASSES, INPUT_CLASSES, SELECT_CLASSES, TEXTAREA_CLASSES

from chatsite.errors import Text

Method = Callable[..., Any]
CLASSES: tuple[tuple[type[forms.Widget], list[str]], ...] = (
    (forms.CheckboxSelectMultiple, []),
    (forms.CheckboxInput, CHECKBOX_CLASSES),
    (forms.Select, SELECT_CLASSES),
    (forms.Textarea, TEXTAREA_CLASSES),
    (forms.Widget, INPUT_CLASSES),
)


@dataclass(frozen=True)
class Deed:
    name: str
    label: Text
    asks: Text  # on the page that asks
    icon: str  # of Material Symbols
    form: type[forms.Form]
    is_dangerous: bool
    superusers_only: bool
    of_list: bool
    when: Callable[[Any], bool]  # row -> is there anything to do?
    initial: Callable[[Any], dict[str, Any]]  # row -> what the form holds at first


class NoQuestions(forms.Form):
    """Nothing but yes."""


def deed(
    label: Text,
    *,
    asks: Text = "",
    icon: str = "play_arrow",
    form: type[forms.Form] = NoQuestions,
    is_dangerous: bool = False,
    superusers_only: bool = False,
    of_list: bool = False,
    when: Callable[[Any], bool] = lambda row: True,
    initial: Callable[[Any], dict[str, Any]] = lambda row: {},
) -> Callable[[Method], Method]:
    """Marks a method of a Screen; `of_list`: it concerns no single row, and its button stands above the list."""

    def mark(method: Method) -> Method:
        method.deed = Deed(  # type: ignore[attr-defined]  # what the screen finds it by
            method.__name__, label, asks, icon, form, is_dangerous, superusers_only, of_list, when, initial
        )
        return method

    return mark


def dressed(form: forms.Form) -> forms.Form:
    """Plain widgets look like the rest of the admin."""
    for field in form.fields.values():
        classes = next(classes for kind, classes in CLASSES if isinstance(field.widget, kind))
        field.widget.attrs.setdefault("class", " ".join(classes))
    return form


def by(request: HttpRequest) -> Any:
    """-> the user who acts: the admin lets in nobody else."""
    return request.user
