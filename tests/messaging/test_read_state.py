"""How far each has read: one's own mark, the count beside it, and what others see of it."""

import time
from contextlib import suppress
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from chatsite.errors import ChatError
from messaging.models import Mention, Message
from messaging.schemas import SendBody
from messaging.services.edits import edit
from messaging.services.reactions import add_reaction
from messaging.services.read_state import mark_read, mark_unread
from messaging.services.recall import recall
from messaging.services.send import send_one
from rooms.models import Membership, Room, RoomCounter
from rooms.rendering import counters_of, memberships_out
from rooms.services.direct import find_or_make
from rooms.services.joining import join, leave
from rooms.services.rooms import visible_room
from rooms.standing import standings
from tests.factories import make_room, make_user
from tests.people import Json, Listen, Meet, Person, queries_of


def read(person: Person, room: Room, seq: int) -> int:
    found: int = person.ok("POST", f"/api/rooms/{room.id}/read", {"seq": seq})["last_read_seq"]
    return found


def unread(person: Person, room: Room, seq: int) -> None:
    person.ok("POST", f"/api/rooms/{room.id}/unread", {"seq": seq})


def readers(person: Person, message: Json) -> tuple[list[int], list[int]]:
    found = person.ok("GET", f"/api/messages/{message['id']}/readers")
    return [u["id"] for u in found["read"]], [u["id"] for u in found["unread"]]


def counts(person: Person, room: Room) -> tuple[int, int]:
    membership = person.membership(room)
    return membership["last_read_seq"], membership["unread_count"]


# --- the mark


def test_the_mark_only_moves_forward_and_not_past_the_newest(ann: Person, bob: Person, room: Room) -> None:
    first, *_, last = (ann.say(room)["seq"] for _ in range(5))
    assert counts(bob, room)[1] == 5
    assert read(bob, room, first + 1) == first + 1
    assert counts(bob, room) == (first + 1, 3)
    assert read(bob, room, first) == first + 1
    assert read(bob, room, 10**15) == last
    assert counts(bob, room) == (last, 0)


def test_what_one_wrote_oneself_is_never_unread(ann: Person, bob: Person, room: Room) -> None:
    ann.say(room)
    bob.say(room)
    first = ann.say(room)
    bob.say(room)
    assert counts(bob, room)[1] == 2
    read(bob, room, first["seq"] - 1)
    assert counts(bob, room)[1] == 1
    assert counts(ann, room)[1] == 2


def test_system_lines_are_never_unread(ann: Person, bob: Person, meet: Meet) -> None:
    room = make_room(ann.user, members=[bob.user])
    for _ in range(3):
        join(user_id=meet().id, room_id=room.id)
    assert counts(bob, room)[1] == 0
    ann.say(room)
    assert counts(bob, room)[1] == 1


def test_a_newcomer_starts_with_nothing_unread(ann: Person, cat: Person, room: Room) -> None:
    ann.say(room, mention_all=True)
    join(user_id=cat.id, room_id=room.id)
    assert counts(cat, room)[1] == 0
    assert cat.membership(room)["mention_count"] == 0


def test_a_mark_can_be_set_back_but_not_forward(ann: Person, bob: Person, room: Room) -> None:
    first, second, third = (ann.say(room)["seq"] for _ in range(3))
    read(bob, room, third)
    unread(bob, room, second)
    assert counts(bob, room) == (first, 2)
    unread(bob, room, third)
    assert counts(bob, room) == (first, 2)
    unread(bob, room, 10**15)
    assert counts(bob, room) == (first, 2)
    unread(bob, room, 0)
    assert counts(bob, room) == (0, 3)
    assert read(bob, room, third) == third


# --- who hears of it


def test_reading_is_told_to_the_reader_and_to_whoever_has_the_room_open(
    ann: Person, bob: Person, room: Room, published: Listen
) -> None:
    message = ann.say(room)
    version = RoomCounter.objects.get(pk=room.id).version
    with published() as out:
        read(bob, room, message["seq"])
    data = {"room_id": room.id, "user_id": bob.id, "last_read_seq": message["seq"]}
    assert out.to(bob.id) == [("read_updated", data)]
    ((circle, *told),) = out.to_circles()
    assert told == ["read_updated", data]
    assert (circle.rooms, circle.users, circle.except_users, circle.on_screen) == ([room.id], [], [bob.id], True)
    assert out.of_room(room.id) == []
    assert RoomCounter.objects.get(pk=room.id).version == version
    assert bob.membership(room)["last_read_seq"] == data["last_read_seq"]


def test_in_a_conversation_of_two_the_other_hears_of_it_anyway(ann: Person, bob: Person, published: Listen) -> None:
    direct, _ = find_or_make(ann.id, bob.id)
    seq = ann.say(direct)["seq"]
    with published() as out:
        read(bob, direct, seq)
    ((circle, kind, _),) = out.to_circles()
    assert (circle.rooms, circle.users, circle.except_users) == ([direct.id], [ann.id], [bob.id])
    assert kind == "read_updated"


def test_reading_what_is_read_says_nothing(ann: Person, bob: Person, room: Room, published: Listen) -> None:
    seq = ann.say(room)["seq"]
    read(bob, room, seq)
    with published() as out:
        read(bob, room, seq)
        read(bob, room, seq - 1)
    assert out.envelopes == []


def test_others_hear_at_once_and_then_the_last_of_each_second(
    ann: Person, bob: Person, room: Room, published: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = [ann.say(room)["seq"] for _ in range(5)]
    monkeypatch.setattr("messaging.read_news.INTERVAL_SECONDS", 0.3)
    with published() as out:
        for seq in marks:
            mark_read(user_id=bob.id, room_id=room.id, seq=seq)
    assert [data["last_read_seq"] for _, data in out.to(bob.id)] == marks
    assert [data["last_read_seq"] for *_, data in out.to_circles()] == [marks[0]]
    deadline = time.monotonic() + 15
    while len(out.to_circles()) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    time.sleep(0.7)  # what would come after it has had the time
    assert [data["last_read_seq"] for *_, data in out.to_circles()] == [marks[0], marks[-1]]


def test_who_keeps_receipts_to_themselves_is_told_to_nobody_else(
    ann: Person, bob: Person, room: Room, published: Listen
) -> None:
    bob.ok("PATCH", "/api/users/me", {"preferences": {"read_receipts": False}})
    message = ann.say(room)
    with published() as out:
        read(bob, room, message["seq"])
    assert [kind for kind, _ in out.to(bob.id)] == ["read_updated"]
    assert out.to_circles() == []
    assert readers(ann, message) == ([], [])


def test_setting_the_mark_back_is_for_oneself_only(ann: Person, bob: Person, room: Room, published: Listen) -> None:
    first, second = ann.say(room), ann.say(room)
    read(bob, room, second["seq"])
    with published() as out:
        unread(bob, room, first["seq"])
    assert out.to(bob.id) == [
        ("membership_updated", {"room_id": room.id, "membership": bob.membership(room), "last_seq": second["seq"]})
    ]
    assert len(out.envelopes) == 1
    assert counts(bob, room)[1] == 2
    assert readers(ann, second) == ([bob.id], [])
    with published() as out:
        read(bob, room, first["seq"])
    assert [data["last_read_seq"] for _, data in out.to(bob.id)] == [first["seq"]]
    assert out.to_circles() == []
    assert readers(ann, second) == ([bob.id], [])


# --- readers


def test_readers_are_the_others_by_where_their_mark_stands(
    ann: Person, bob: Person, cat: Person, room: Room, meet: Meet
) -> None:
    dan = meet("dan")
    for person in (cat, dan):
        join(user_id=person.id, room_id=room.id)
    message = ann.say(room)
    later = ann.say(room)
    read(bob, room, message["seq"])
    read(dan, room, later["seq"])
    assert readers(ann, message) == ([bob.id, dan.id], [cat.id])
    assert readers(cat, later) == ([dan.id], [bob.id, cat.id])
    leave(user_id=dan.id, room_id=room.id)
    assert readers(ann, message) == ([bob.id], [cat.id])


def test_readers_are_public_users(ann: Person, bob: Person, room: Room) -> None:
    found = ann.ok("GET", f"/api/messages/{ann.say(room)['id']}/readers")
    assert found["unread"] == [ann.ok("GET", f"/api/users/{bob.id}")]


def test_asking_for_readers_costs_the_same_for_fifty_as_for_two(ann: Person, bob: Person, room: Room) -> None:
    message = ann.say(room)
    of_two = queries_of(lambda: readers(ann, message))
    for _ in range(48):
        join(user_id=make_user().pk, room_id=room.id)
    assert len(queries_of(lambda: readers(ann, message))) == len(of_two)
    assert sum(map(len, readers(ann, message))) == 49


def test_marking_costs_the_same_for_fifty_messages_as_for_two(ann: Person, bob: Person, room: Room) -> None:
    def cost(messages: int) -> list[int]:
        seq = [ann.say(room, mentions=[bob.id])["seq"] for _ in range(messages)][-1]
        return [len(queries_of(lambda: read(bob, room, seq))), len(queries_of(lambda: unread(bob, room, 1)))]

    assert cost(2) == cost(50)


# --- the count never drifts

ACTIONS = st.lists(
    st.tuples(
        st.sampled_from(["send", "send", "mention", "read", "unread", "recall", "edit", "react", "leave", "join"]),
        st.integers(0, 2),
        st.integers(0, 12),
    ),
    min_size=12,
    max_size=30,
)


def recount(membership: Membership) -> tuple[int, int]:
    """Unread messages and mentions, counted one by one."""
    after = {"room_id": membership.room_id, "seq__gt": membership.last_read_seq}
    others = Message.objects.filter(**after, kind="text").exclude(sender_id=membership.user_id)
    mentions = Mention.objects.filter(**after, user_id__in=[membership.user_id, 0]).exclude(
        sender_id=membership.user_id
    )
    return others.count(), mentions.values("seq").distinct().count()


@given(actions=ACTIONS)
@hypothesis_settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_unread_is_what_a_recount_says_whatever_happened(actions: list[tuple[str, int, int]]) -> None:
    standings.forget()  # ids of an example that was rolled back come again
    with suppress(_Undo), transaction.atomic():
        _live_through(actions)
        raise _Undo


class _Undo(Exception):
    pass


def _live_through(actions: list[tuple[str, int, int]]) -> None:
    people = [make_user() for _ in range(3)]
    room = make_room(people[0], members=people[1:])
    for kind, who, number in actions:
        with suppress(ChatError):  # refused: all the same the counts must be right
            _do(kind, room, people[who].pk, number, called=people[number % 3].pk)
        for membership in Membership.objects.current().filter(room_id=room.id):
            out = memberships_out([membership], counters_of([room.id]))[room.id]
            assert (out.unread_count, out.mention_count) == recount(membership), (kind, who, number)
    assert RoomCounter.objects.get(pk=room.id).last_seq == Message.objects.in_room(room.id).count()


def _do(kind: str, room: Room, user_id: int, number: int, *, called: int) -> None:
    in_room = {"user_id": user_id, "room_id": room.id}
    message = Message.objects.in_room(room.id).filter(seq=number).first()
    to_message = {"user_id": user_id, "message_id": message.id if message else 0}
    if kind == "send":
        send_one(**in_room, body=SendBody(content="x"))
    elif kind == "mention":
        send_one(**in_room, body=SendBody(content="x", mentions=[called], mention_all=number % 5 == 0))
    elif kind in ("read", "unread"):
        {"read": mark_read, "unread": mark_unread}[kind](**in_room, seq=number)
    elif kind in ("leave", "join"):
        {"leave": leave, "join": join}[kind](**in_room)
    elif kind == "recall":
        recall(**to_message)
    elif kind == "edit":
        edit(**to_message, content=f"edit {number}")
    else:
        add_reaction(**to_message, emoji="👍")


def test_a_word_of_ones_own_between_two_reads_leaves_no_unread_message_out(
    ann: Person, bob: Person, room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The room's counter and one's own place in it are two rows: they are counted in one moment."""
    ann.say(room)
    ann.say(room)

    def after(*arguments: Any) -> Any:
        rooms = visible_room(*arguments)
        bob.say(room)
        return rooms

    monkeypatch.setattr("rooms.services.rooms.visible_room", after)
    out = bob.api.get(f"/api/rooms/{room.id}").json()
    monkeypatch.undo()
    newest = bob.ok("GET", f"/api/rooms/{room.id}/messages")["results"][-1]
    assert (out["membership"]["unread_count"], out["last_seq"]) == (2, newest["seq"])
