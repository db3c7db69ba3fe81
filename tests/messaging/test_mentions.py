"""Being called by name: the count beside each room, and the inbox over all rooms."""

from typing import Any

import pytest

from messaging.models import Mention, Message
from messaging.schemas import SendBody
from messaging.services.heads import heads_of
from messaging.services.mentions import unread_mentions
from messaging.services.send import fingerprint
from presence import store as presence_store
from rooms import slots
from rooms.models import Membership, Room
from rooms.services.joining import join, leave
from rooms.services.members import kick
from rooms.slots import Mark
from tests.factories import make_room
from tests.messaging.conftest import crowd
from tests.people import Listen, Meet, Person, queries_of


def inbox(person: Person, **query: Any) -> list[str]:
    return [m["content"] for m in person.ok("GET", "/api/users/me/mentions", **query)["results"]]


def called(person: Person, room: Room) -> tuple[int, int | None]:
    membership = person.membership(room)
    return membership["mention_count"], membership["first_mention_seq"]


def test_mentions_after_the_mark_are_counted_from_the_first(ann: Person, bob: Person, room: Room) -> None:
    assert called(bob, room) == (0, None)
    first = ann.say(room, mentions=[bob.id])["seq"]
    ann.say(room)
    second = ann.say(room, mention_all=True)["seq"]
    assert called(bob, room) == (2, first)
    bob.ok("POST", f"/api/rooms/{room.id}/read", {"seq": first})
    assert called(bob, room) == (1, second)
    bob.ok("POST", f"/api/rooms/{room.id}/unread", {"seq": first})
    assert called(bob, room) == (2, first)


def test_who_is_named_and_meant_with_all_is_called_once(ann: Person, bob: Person, room: Room) -> None:
    message = ann.say(room, "both", mentions=[bob.id], mention_all=True)
    assert called(bob, room) == (1, message["seq"])
    assert inbox(bob) == ["both"]


def test_nobody_calls_themselves(ann: Person, bob: Person, room: Room) -> None:
    ann.say(room)  # unread, so that Bob's own message does not move his mark
    bob.say(room, mentions=[bob.id], mention_all=True)
    assert called(bob, room) == (0, None)
    assert inbox(bob) == []


def test_others_mentions_are_none_of_mine(ann: Person, bob: Person, cat: Person, room: Room) -> None:
    join(user_id=cat.id, room_id=room.id)
    ann.say(room, mentions=[cat.id])
    assert called(bob, room) == (0, None)
    assert inbox(bob) == []


def test_the_inbox_is_of_all_my_rooms_the_newest_first(ann: Person, bob: Person, room: Room) -> None:
    other = make_room(ann.user, members=[bob.user])
    for number, where in enumerate([room, other, room, other]):
        ann.say(where, f"m{number}", mentions=[bob.id] if number % 3 else [], mention_all=number % 3 == 0)
    assert inbox(bob) == ["m3", "m2", "m1", "m0"]
    found: list[str] = []
    query: dict[str, Any] = {"limit": 3}
    while True:
        page = bob.ok("GET", "/api/users/me/mentions", **query)
        found += [m["content"] for m in page["results"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert found == ["m3", "m2", "m1", "m0"]


def test_the_inbox_shows_nothing_of_rooms_that_one_is_no_longer_in(ann: Person, bob: Person, room: Room) -> None:
    other = make_room(ann.user, members=[bob.user])
    ann.say(room, "kicked", mentions=[bob.id])
    ann.say(other, "left", mention_all=True)
    kick(user_id=ann.id, room_id=room.id, member_id=bob.id)
    leave(user_id=bob.id, room_id=other.id)
    assert inbox(bob) == []


def test_the_inbox_needs_a_sign_in(api: Any) -> None:
    assert api.get("/api/users/me/mentions").status_code == 401


def test_a_call_that_came_after_the_room_was_counted_is_not_in_the_count(
    ann: Person, bob: Person, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who hears of it adds it to the count; both ways to a device's numbers, a room's and `ready`'s."""
    ann.say(room, mentions=[bob.id])

    def late(marks: Any) -> Any:
        ann.say(room, mentions=[bob.id])
        return unread_mentions(marks)

    monkeypatch.setattr(slots.timeline, "unread_mentions", late)
    out = bob.api.get(f"/api/rooms/{room.id}").json()
    assert (out["membership"]["mention_count"], out["membership"]["unread_count"]) == (1, 1)
    (head,) = heads_of([bob.id])[bob.id]
    assert (head.mention_count, head.unread_count) == (2, 2)


def test_counting_is_one_query_for_any_number_of_rooms(ann: Person, bob: Person) -> None:
    rooms = [make_room(ann.user, members=[bob.user]) for _ in range(50)]
    for room in rooms:
        ann.say(room, mentions=[bob.id])
    mine = [Mark(m.room_id, m.user_id, m.last_read_seq, 10) for m in Membership.objects.filter(user_id=bob.id)]
    assert len(queries_of(lambda: unread_mentions(mine[:2]))) == len(queries_of(lambda: unread_mentions(mine))) == 1
    assert set(unread_mentions(mine)) == {(room.id, bob.id) for room in rooms}


def test_the_inbox_costs_the_same_for_fifty_as_for_two(ann: Person, bob: Person, room: Room, meet: Meet) -> None:
    people = [ann, *(meet() for _ in range(10))]
    for person in people[1:]:
        join(user_id=person.id, room_id=room.id)
    for number in range(50):
        people[number % 11].say(room, f"m{number}", mentions=[bob.id])
    two = queries_of(lambda: inbox(bob, limit=2))
    fifty = queries_of(lambda: inbox(bob, limit=50))
    assert len(two) == len(fifty)
    assert len(inbox(bob)) == 50


# ---- those who are here


def online(monkeypatch: pytest.MonkeyPatch, *people: Person) -> None:
    monkeypatch.setattr(presence_store.reader, "online_ids", lambda: {p.id for p in people})


def test_a_call_to_all_who_are_here_is_for_those_who_were_online(
    ann: Person, bob: Person, cat: Person, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    join(user_id=cat.id, room_id=room.id)
    online(monkeypatch, ann, bob)
    message = ann.say(room, "lunch?", mention_here=True)
    assert (message["mention_here"], message["mention_all"], message["mentions"]) == (True, False, [])
    assert (called(ann, room), called(bob, room), called(cat, room)) == ((0, None), (1, message["seq"]), (0, None))
    assert (inbox(ann), inbox(bob), inbox(cat)) == ([], ["lunch?"], [])
    online(monkeypatch, cat)  # who comes later was not there
    assert called(cat, room) == (0, None)
    again = ann.say(room, "dinner?", mention_here=True)
    assert (called(bob, room), called(cat, room)) == ((1, message["seq"]), (1, again["seq"]))
    bob.ok("POST", f"/api/rooms/{room.id}/read", {"seq": again["seq"]})
    assert called(bob, room) == (0, None)


def test_who_is_online_elsewhere_is_not_here(
    ann: Person, bob: Person, cat: Person, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    online(monkeypatch, ann, bob, cat)
    ann.say(room, mention_here=True)
    join(user_id=cat.id, room_id=room.id)
    assert (called(bob, room)[0], called(cat, room)[0]) == (1, 0)
    assert Mention.objects.get().here == sorted([ann.id, bob.id])


def test_while_nobody_knows_who_is_online_nobody_is_called(ann: Person, bob: Person, room: Room) -> None:
    message = ann.say(room, mention_here=True)
    assert message["mention_here"]
    assert called(bob, room) == (0, None)


def test_who_was_here_is_told_to_nobody(
    ann: Person, bob: Person, room: Room, monkeypatch: pytest.MonkeyPatch, published: Listen
) -> None:
    online(monkeypatch, bob)
    with published() as out:
        message = ann.say(room, mention_here=True)
    ((_, kind, data),) = out.of_room(room.id)
    assert (kind, data["message"]) == ("new_message", message)
    assert "here" not in message
    assert bob.page(room)["results"][-1] == message


def test_a_recalled_call_calls_nobody(ann: Person, bob: Person, room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    online(monkeypatch, bob)
    message = ann.say(room, mention_here=True)
    ann.ok("POST", f"/api/messages/{message['id']}/recall")
    assert (called(bob, room), inbox(bob)) == ((0, None), [])
    assert bob.see(message)["mention_here"] is False


def test_the_inbox_pages_past_calls_that_were_not_for_me(
    ann: Person, bob: Person, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann.say(room, "old", mentions=[bob.id])
    for _ in range(3):
        ann.say(room, "not you", mention_here=True)
    online(monkeypatch, bob)
    ann.say(room, "you", mention_here=True)
    seen, query = [], {"limit": 2}
    while True:
        page = bob.ok("GET", "/api/users/me/mentions", **query)
        seen += [m["content"] for m in page["results"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert seen == ["you", "old"]


def test_a_call_costs_a_batch_the_same_however_many_are_here(
    ann: Person, bob: Person, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob.say(room)  # now the process knows him
    usual = len(queries_of(lambda: bob.say(room)))
    all_of_us = queries_of(lambda: bob.say(room, mention_all=True))
    few = queries_of(lambda: bob.say(room, mention_here=True))
    crowd(room, 10)
    monkeypatch.setattr(presence_store.reader, "online_ids", lambda: set(range(10**5)))
    ann.say(room)
    many = queries_of(lambda: ann.say(room, mention_here=True))
    assert len(queries_of(lambda: ann.say(room))) == usual
    assert len(many) == len(few) == len(all_of_us) + 1  # who is in the room
    assert Mention.objects.filter(user_id=Mention.HERE).count() == 2


def test_the_same_words_with_and_without_a_call_are_two_sends(ann: Person, room: Room) -> None:
    at = f"/api/rooms/{room.id}/messages"
    ann.say(room, "x", nonce="n", mention_here=True)
    assert ann.refused("POST", at, {"content": "x", "nonce": "n"}) == (409, "conflict")
    assert ann.ok("POST", at, {"content": "x", "nonce": "n", "mention_here": True})["content"] == "x"
    assert Message.objects.filter(kind="text").count() == 1


def test_what_was_sent_before_there_were_such_calls_keeps_its_fingerprint() -> None:
    plain = SendBody(content="x")
    assert fingerprint(plain) == fingerprint(SendBody(content="x", mention_here=False))
    assert fingerprint(plain) != fingerprint(SendBody(content="x", mention_here=True))
