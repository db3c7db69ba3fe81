"""The lists of the word filter, as administrators change them: in force from the next message on."""

import secrets
from collections.abc import Sequence

from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.names import clean_line
from accounts.permissions import require_staff
from chatsite.api.pagination import from_cursor, page
from chatsite.audit.services import record
from chatsite.errors import NotFound, ValidationFailed
from chatsite.transactions import repeated_on_conflict
from messaging.folding import fold
from messaging.models import FilteredWord, WordList
from messaging.schemas import WordOut, WordPage
from messaging.words import NOTHING

WORDS_RECORDED = 50  # of one order


def list_words(*, by: User, cursor: str | None, limit: int) -> WordPage:
    """All words, the newest first."""
    require_staff(by)
    rows = FilteredWord.objects.order_by("-id")
    if key := from_cursor(cursor, tuple[int]):
        rows = rows.filter(id__lt=key[0])
    found, following = page(list(rows[: limit + 1]), limit, lambda w: (w.id,))
    results = [WordOut(id=w.pk, word=w.word, action=w.action, created_at=w.created_at) for w in found]  # type: ignore[arg-type]
    return WordPage(results=results, next=following)


@repeated_on_conflict
@transaction.atomic
def add_words(*, by: User, words: Sequence[str], action: str) -> None:
    """Adds words; those that are on a list already move to this one."""
    require_staff(by)
    wanted = {fold(word).text: word for word in map(clean_line, words)}
    if "" in wanted:
        raise ValidationFailed({"words": [_("A word needs letters or digits.")]})
    if any(len(word) > FilteredWord.CHARS for word in wanted.values()):
        raise ValidationFailed({"words": [_("This is too long.")]})
    _lock_list()
    FilteredWord.objects.filter(folded__in=wanted).delete()
    made = [FilteredWord(word=w, folded=f, action=action, created_by_id=by.pk) for f, w in wanted.items()]
    FilteredWord.objects.bulk_create(made)
    _mark_list()
    record(actor=by, action="word.add", details={"words": list(wanted.values())[:WORDS_RECORDED], "list": action})


@repeated_on_conflict
@transaction.atomic
def change_word(*, by: User, word_id: int, action: str) -> None:
    """Moves a word to another list."""
    require_staff(by)
    _lock_list()
    word = FilteredWord.objects.filter(pk=word_id).first()
    if word is None:
        raise NotFound
    if word.action != action:
        FilteredWord.objects.filter(pk=word_id).update(action=action)
        _mark_list()
        record(actor=by, action="word.add", details={"words": [word.word], "list": action})


@repeated_on_conflict
@transaction.atomic
def remove_words(*, by: User, words: Sequence[str]) -> int:
    """Takes these off their lists, however they are written -> how many there were."""
    require_staff(by)
    _lock_list()
    found = FilteredWord.objects.filter(folded__in={fold(word).text for word in words})
    names = list(found.values_list("word", flat=True))
    if names:
        found.delete()
        _mark_list()
        record(actor=by, action="word.remove", details={"words": names[:WORDS_RECORDED], "count": len(names)})
    return len(names)


@repeated_on_conflict
@transaction.atomic
def remove_word(*, by: User, word_id: int) -> None:
    """Takes a word off its list."""
    require_staff(by)
    _lock_list()
    word = FilteredWord.objects.filter(pk=word_id).first()
    if word is None:
        raise NotFound
    word.delete()
    _mark_list()
    record(actor=by, action="word.remove", target_type="word", target_id=word_id, target_name=word.word)


def _lock_list() -> None:
    WordList.objects.get_or_create(pk=WordList.ONLY)
    WordList.objects.select_for_update().get(pk=WordList.ONLY)


def _mark_list() -> None:
    """A random mark: a restored backup never has one that a process knows with other words."""
    mark = 1 + secrets.randbelow(2**53 - 1) if FilteredWord.objects.exists() else NOTHING
    WordList.objects.filter(pk=WordList.ONLY).update(mark=mark, changed_at=now())
