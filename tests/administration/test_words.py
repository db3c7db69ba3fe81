"""The lists of the word filter."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import User
from chatsite.audit.models import AuditEntry
from messaging.models import FilteredWord
from rooms.models import Room
from tests.administration.conversations import WORDS, do
from tests.conftest import Api

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("unlimited")]


def test_words_are_pasted_changed_and_removed(as_staff: Client, room: Room, bob: User) -> None:
    pasted = "heroin\n 海洛因，大麻\n\nmeth, speed；ice"
    assert as_staff.post(f"{WORDS}do/add/", {"words": pasted, "action": "block"}).status_code == 302
    assert FilteredWord.objects.filter(action="block").count() == 6
    door = Api().by(bob)
    path = f"/api/rooms/{room.pk}/messages"
    assert door.post(path, {"content": "有海洛因吗"}).status_code == 400
    word = FilteredWord.objects.get(word="海洛因")
    assert do(as_staff, WORDS, word, "change", action="mask") == 302
    assert door.post(path, {"content": "有海洛因吗"}).json()["content"] == "有***吗"
    word.refresh_from_db()
    assert do(as_staff, WORDS, word, "remove") == 302
    assert door.post(path, {"content": "有海洛因吗"}).json()["content"] == "有海洛因吗"
    assert as_staff.post(f"{WORDS}do/remove_many/", {"words": "METH\nspeed\nunknown"}).status_code == 302
    assert set(FilteredWord.objects.values_list("word", flat=True)) == {"heroin", "大麻", "ice"}
    assert {"word.add", "word.remove"} <= set(AuditEntry.objects.values_list("action", flat=True))


def test_words_that_are_none_are_refused_together(as_staff: Client) -> None:
    for pasted in ("good\n***", f"good\n{'x' * 51}", "", "\n".join(f"w{n}" for n in range(5_001))):
        assert as_staff.post(f"{WORDS}do/add/", {"words": pasted, "action": "block"}).status_code == 400
    assert not FilteredWord.objects.exists()


def test_a_list_of_thousands_is_pasted_at_once(as_staff: Client) -> None:
    pasted = "\n".join(f"word{n}" for n in range(3_000))
    assert as_staff.post(f"{WORDS}do/add/", {"words": pasted, "action": "flag"}).status_code == 302
    assert FilteredWord.objects.count() == 3_000
