"""The lists of the word filter."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.contrib.admin import display, register
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from chatsite.administration.cells import badge, moment, person_link
from chatsite.administration.deeds import by, deed
from chatsite.administration.filters import Choice
from chatsite.administration.screens import Screen
from chatsite.administration.sections import CONVERSATIONS
from chatsite.errors import Text
from messaging.folding import fold
from messaging.models import FilteredWord
from messaging.services import words

ACTIONS = {
    FilteredWord.BLOCK: (_("block"), "danger"),
    FilteredWord.MASK: (_("mask"), "warning"),
    FilteredWord.FLAG: (_("flag"), "info"),
}
WORDS_AT_ONCE = 5_000
SEPARATORS = re.compile(r"[\n,，、;；]+")


class ActionFilter(Choice):
    title = _("what happens")
    parameter_name = "action"
    options = {
        action: (name, lambda rows, action=action: rows.filter(action=action))
        for action, (name, _kind) in ACTIONS.items()
    }


class ActionForm(forms.Form):
    action = forms.ChoiceField(
        label=_("What happens"),
        choices=[
            (FilteredWord.BLOCK, _("Block: the message is not sent")),
            (FilteredWord.MASK, _("Mask: the word is covered with asterisks")),
            (FilteredWord.FLAG, _("Flag: the message is sent, and reported to the administrators")),
        ],
    )


class WordsForm(forms.Form):
    words = forms.CharField(
        label=_("Words"),
        help_text=_("One in each line, or with commas between them; as many as you like."),
        max_length=WORDS_AT_ONCE * (FilteredWord.CHARS + 1),
        widget=forms.Textarea({"rows": 12}),
    )

    def clean_words(self) -> list[str]:
        found = [word for word in map(str.strip, SEPARATORS.split(self.cleaned_data["words"])) if word]
        if len(found) > WORDS_AT_ONCE:
            raise forms.ValidationError(_("At most %(most)d at once.") % {"most": WORDS_AT_ONCE})
        return found


class AddForm(WordsForm, ActionForm):
    field_order = ["words", "action"]


@register(FilteredWord)
class WordScreen(Screen):
    name = _("word filter")
    section, position, icon = CONVERSATIONS, 7, "filter_alt"
    deeds = ("add", "remove_many", "change", "remove")
    list_display = ("word_shown", "happens", "maker", "made")
    list_filter = (ActionFilter,)
    search_fields = ("folded",)  # shows the field; get_search_results says what it finds
    search_help_text = _("A word or a part of it")
    fields = list_display
    readonly_fields = fields

    def gather(self, rows: list[FilteredWord]) -> None:
        users = User.objects.in_bulk({row.created_by_id for row in rows})
        for row in rows:
            row.users = users  # type: ignore[attr-defined]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[FilteredWord], search_term: str
    ) -> tuple[QuerySet[FilteredWord], bool]:
        folded = fold(search_term).text
        return (queryset.filter(folded__contains=folded) if folded else queryset), False

    @display(description=_("word"))
    def word_shown(self, word: FilteredWord) -> str:
        return word.word

    @display(description=_("what happens"))
    def happens(self, word: FilteredWord) -> str:
        return badge(*ACTIONS[word.action])

    @display(description=_("added by"))
    def maker(self, word: FilteredWord) -> str:
        return person_link(word.created_by_id, word.users.get(word.created_by_id))  # type: ignore[attr-defined]

    @display(description=_("added"))
    def made(self, word: FilteredWord) -> str:
        return moment(word.created_at)

    @deed(
        _("Add words"),
        asks=_(
            "They count from the next message on, also written 繁體, full width, or with fillers between the letters."
        ),
        icon="add",
        form=AddForm,
        of_list=True,
    )
    def add(self, request: HttpRequest, row: None, data: dict[str, Any]) -> Text:
        words.add_words(by=by(request), words=data["words"], action=data["action"])
        return _("The words are on their list.")

    @deed(_("Remove words"), icon="playlist_remove", form=WordsForm, is_dangerous=True, of_list=True)
    def remove_many(self, request: HttpRequest, row: None, data: dict[str, Any]) -> Text:
        count = words.remove_words(by=by(request), words=data["words"])
        return _("Words removed: %(count)d") % {"count": count}

    @deed(_("Change what happens"), icon="edit", form=ActionForm, initial=lambda word: {"action": word.action})
    def change(self, request: HttpRequest, word: FilteredWord, data: dict[str, Any]) -> Text:
        words.change_word(by=by(request), word_id=word.pk, action=data["action"])
        return _("The word is changed.")

    @deed(_("Remove"), asks=_("Nothing happens to this word any more."), icon="delete", is_dangerous=True)
    def remove(self, request: HttpRequest, word: FilteredWord, data: dict[str, Any]) -> Text:
        words.remove_word(by=by(request), word_id=word.pk)
        return _("The word is removed.")
