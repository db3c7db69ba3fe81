"""The word filter: what it sees, what it leaves alone, what it does, and that it costs nothing where there is none."""

from __future__ import annotations

from typing import Any

import pytest

from messaging import words
from messaging.models import FilteredWord, Message, Report, WordList
from messaging.services.send import send
from messaging.services.words import add_words
from messaging.words import WordFilter
from rooms.models import Room
from tests.factories import make_message, make_room
from tests.messaging.test_batches import codes, say
from tests.people import Listen, Meet, Person, queries_of

REFUSED = (400, "validation_error")


@pytest.fixture
def staff(meet: Meet) -> Person:
    return meet("staff", is_staff=True)


def put(staff: Person, action: str, *found: str) -> None:
    staff.ok("POST", "/api/words", {"words": list(found), "action": action})


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("发票", "代开发票"),
        ("发票", "代開發票"),
        ("發票", "代开发票"),
        ("发票", "发 票、发\u200b票"),
        ("发票", "发*票"),
        ("发票", "发\n票"),
        ("发票", "发\u3164票、发\uffa0票"),
        ("casino", "c\u115fa\u2800sino"),
        ("微信", "加威信？加 微－信"),
        ("vip8", "ＶＩＰ８"),
        ("casino", "online CaSiNo!"),
        ("casino", "c a s i n o"),
        ("casino", "在casino玩"),
        ("café", "CAFE\u0301"),
        ("straße", "STRASSE"),
    ],
)
def test_words_are_seen_through_their_disguises(staff: Person, word: str, text: str) -> None:
    add_words(by=staff.user, words=[word], action="mask")
    assert words.current().judge(text).content != text


@pytest.mark.parametrize(
    ("word", "text"),
    [("ass", "a class assembles"), ("ass", "was saved"), ("发票", "发了一张票"), ("8", "18"), ("发票", "发。票")],
)
def test_other_words_are_left_alone(staff: Person, word: str, text: str) -> None:
    add_words(by=staff.user, words=[word], action="block")
    assert words.current().judge(text) == (text, [])


def test_a_mask_covers_the_word_where_it_stands_and_nothing_else(staff: Person) -> None:
    put(staff, "mask", "发票", "票据", "ﬁne")
    judge = words.current().judge
    assert judge("😀代開 發 票！").content == "😀代開 * *！"
    assert judge("发票据为己有").content == "***为己有"
    assert judge("ﬁne, fine.").content == "***, ****."


def test_blocked_words_are_refused_at_both_doors_and_in_edits(
    ann: Person, bob: Person, staff: Person, room: Room
) -> None:
    message = bob.say(room, "harmless")
    put(staff, "block", "發票")
    at = f"/api/rooms/{room.id}/messages"
    assert bob.refused("POST", at, {"content": "卖发票"}) == REFUSED
    assert bob.refused("PATCH", f"/api/messages/{message['id']}", {"content": "卖 发 票"}) == REFUSED
    assert codes(send([say(bob.id, room, "发票"), say(ann.id, room, "发现")])) == ["validation_error", "sent"]
    assert not Message.objects.filter(content__contains="票").exists()


def test_a_masked_message_is_stored_and_sent_masked_and_retried_honestly(
    bob: Person, staff: Person, room: Room, published: Listen
) -> None:
    put(staff, "mask", "发票")
    with published() as out:
        sent = bob.say(room, "卖发票", nonce="n")
    assert sent["content"] == "卖**"
    assert out.of_room(room.id)[0][2]["message"]["content"] == "卖**"
    assert codes(send([say(bob.id, room, "卖发票", nonce="n"), say(bob.id, room, "卖**", nonce="n")])) == [
        "duplicate",
        "conflict",
    ]
    edited = bob.ok("PATCH", f"/api/messages/{sent['id']}", {"content": "发票来了"})
    assert edited["content"] == "**来了"


def test_a_flagged_message_is_sent_and_stands_in_the_queue(ann: Person, bob: Person, staff: Person, room: Room) -> None:
    put(staff, "flag", "发票", "现金")
    first = bob.say(room, "现金换發票")
    second = ann.say(room, "fine")
    ann.ok("PATCH", f"/api/messages/{second['id']}", {"content": "发票"})
    rows = staff.ok("GET", "/api/reports")["results"]
    assert [(r["reporter"], r["user"]["id"], r["reason"], r["text"]) for r in rows] == [
        (None, ann.id, "words", "发票"),
        (None, bob.id, "words", "发票, 现金"),
    ]
    assert [r["message"]["id"] for r in rows] == [second["id"], first["id"]]


def test_what_two_people_say_to_each_other_is_flagged_to_nobody(ann: Person, bob: Person, staff: Person) -> None:
    put(staff, "flag", "发票")
    direct = make_room(ann.user, kind="direct", members=[bob.user])
    message = make_message(direct, ann.user, "发票")
    ann.ok("PATCH", f"/api/messages/{message.id}", {"content": "发票！"})
    assert not Report.objects.exists()


def test_lists_change_while_people_write(bob: Person, staff: Person, room: Room) -> None:
    put(staff, "block", "发票", "现金")
    assert codes(send([say(bob.id, room, "发票"), say(bob.id, room, "现金")])) == ["validation_error"] * 2
    rows = {row["word"]: row for row in staff.ok("GET", "/api/words")["results"]}
    assert rows["发票"]["action"] == "block"
    staff.ok("DELETE", f"/api/words/{rows['发票']['id']}")
    put(staff, "mask", "現金")  # the same word: it moves
    assert codes(send([say(bob.id, room, "发票"), say(bob.id, room, "现金")])) == ["sent"] * 2
    assert bob.page(room)["results"][-1]["content"] == "**"
    assert FilteredWord.objects.count() == 1
    staff.ok("DELETE", f"/api/words/{FilteredWord.objects.get().pk}")
    assert WordList.objects.get().mark == words.NOTHING
    assert bob.say(room, "现金")["content"] == "现金"


def test_an_empty_list_costs_nothing_and_a_known_one_no_statement(bob: Person, staff: Person, room: Room) -> None:
    bob.say(room)
    none = queries_of(lambda: send([say(bob.id, room)]))
    put(staff, "mask", *(f"word{n}" for n in range(500)))
    send([say(bob.id, room)])
    known = queries_of(lambda: send([say(bob.id, room, "a word7 b")]))
    assert len(known) == len(none)
    assert words.at(words.NOTHING).judge("word7").content == "word7"


def test_a_mark_that_the_process_does_not_know_is_read_anew(staff: Person) -> None:
    put(staff, "mask", "发票")
    words._kept = WordFilter(1, [])  # as another process left it
    assert words.current().judge("发票").content == "**"


def test_only_administrators_see_and_change_the_lists(ann: Person, staff: Person) -> None:
    put(staff, "mask", "发票")
    word = FilteredWord.objects.get()
    assert ann.refused("GET", "/api/words") == (403, "permission_denied")
    assert ann.refused("POST", "/api/words", {"words": ["x"], "action": "mask"}) == (403, "permission_denied")
    assert ann.refused("DELETE", f"/api/words/{word.pk}") == (403, "permission_denied")
    assert FilteredWord.objects.get() == word


@pytest.mark.parametrize(
    "body",
    [
        {"words": [], "action": "mask"},
        {"words": ["  "], "action": "mask"},
        {"words": ["**"], "action": "mask"},
        {"words": ["x" * 51], "action": "mask"},
        {"words": ["x"], "action": "shout"},
        {"words": "x", "action": "mask"},
    ],
)
def test_lists_that_make_no_sense_are_refused(staff: Person, body: Any) -> None:
    assert staff.refused("POST", "/api/words", body) == REFUSED
