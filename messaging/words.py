"""The word filter: one pass of an automaton over the folded text, however many words there are.

Each process keeps the list in memory and reads it again when its mark in the database is another one. Sending learns
the mark with the lock of its rooms, so a change holds from the next message on, in every process.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

import ahocorasick
from django.utils.translation import gettext_lazy as _

from chatsite.errors import ValidationFailed
from messaging.folding import fold, is_latin
from messaging.models import FilteredWord, WordList

MASK = "*"
NOTHING = 0  # the mark of an empty list


class Hit(NamedTuple):
    first: int
    last: int
    word: str
    action: str


class Verdict(NamedTuple):
    content: str
    flagged: list[str]


class WordFilter:
    def __init__(self, mark: int, words: Iterable[tuple[str, str, str]]) -> None:
        """`words`: (as written, folded, action)"""
        self.mark = mark
        self._automaton = ahocorasick.Automaton()
        for word, folded, action in words:
            self._automaton.add_word(folded, (word, folded, action))
        self._automaton.make_automaton()

    def judge(self, content: str) -> Verdict:
        """Raises ValidationFailed for what is blocked -> the content as it may be sent, and what it is flagged for."""
        if self.mark == NOTHING or not len(self._automaton):
            return Verdict(content, [])
        hits = list(self._hits(content))
        if any(hit.action == FilteredWord.BLOCK for hit in hits):
            raise ValidationFailed({"content": [_("This has words that are not allowed here.")]})
        masked = {place for h in hits if h.action == FilteredWord.MASK for place in range(h.first, h.last + 1)}
        if masked:
            content = "".join(MASK if i in masked and not c.isspace() else c for i, c in enumerate(content))
        return Verdict(content, sorted({hit.word for hit in hits if hit.action == FilteredWord.FLAG}))

    def _hits(self, content: str) -> Iterator[Hit]:
        text, places = fold(content)
        for end, (word, folded, action) in self._automaton.iter(text):
            first, last = places[end - len(folded) + 1], places[end]
            if not (_runs_on(content, first - 1, folded[0]) or _runs_on(content, last + 1, folded[-1])):
                yield Hit(first, last, word, action)


def _runs_on(content: str, beside: int, edge: str) -> bool:
    """Is this the middle of a longer word? `ass` is not meant in `class`; Chinese does not part its words."""
    return is_latin(edge) and 0 <= beside < len(content) and is_latin(content[beside])


_EMPTY = WordFilter(NOTHING, [])
_kept = _EMPTY


def at(mark: int) -> WordFilter:
    """The list under this mark. No query for an empty one, or for the one that this process has."""
    global _kept
    if mark == NOTHING:
        return _EMPTY
    if _kept.mark != mark:
        _kept = WordFilter(mark, FilteredWord.objects.values_list("word", "folded", "action"))
    return _kept


def current() -> WordFilter:
    """For who does not hold a room's lock; one query."""
    return at(WordList.objects.values_list("mark", flat=True).first() or NOTHING)
