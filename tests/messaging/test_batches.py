"""The send transaction: many drafts, one COMMIT, and for each the answer that it would have got alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils.timezone import now
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from chatsite.errors import ChatError
from messaging import recent
from messaging.models import Message
from messaging.schemas import SendBody
from messaging.services.read_state import mark_read
from messaging.services.send import Draft, Result, Sent, announce, draft, send
from rooms.models import Membership, Room, RoomCounter
from rooms.schemas import ChangeMember
from rooms.services.joining import join
from rooms.services.members import change_member, kick
from rooms.services.settings import archive_room
from tests.factories import make_room, make_user
from tests.messaging.test_read_state import recount
from tests.messaging.test_recent import kept_seqs
from tests.people import Meet, Person, queries_of


def say(user_id: int, room: Room, content: str = "hello", **fields: Any) -> Draft:
    return draft(user_id=user_id, room_id=room.id, body=SendBody(content=content, **fields))


def codes(results: Sequence[Result]) -> list[str]:
    return [r.code if isinstance(r, ChatError) else "duplicate" if r.duplicate else "sent" for r in results]


def seqs(results: Sequence[Result]) -> list[int]:
    return [r.message.seq for r in results if isinstance(r, Sent)]


def test_each_draft_is_judged_as_if_it_stood_alone(ann: Person, bob: Person, cat: Person, room: Room) -> None:
    private = make_room(ann.user, kind="private")
    start = RoomCounter.objects.get(pk=room.id).last_seq
    results = send(
        [
            say(ann.id, room, "one", nonce="a"),
            say(cat.id, room, "a stranger's"),
            say(bob.id, room, "two", nonce="a"),
            say(ann.id, room, "one", nonce="a"),
            say(ann.id, room, "other words", nonce="a"),
            say(bob.id, private, "what room?"),
            say(bob.id, room, "to whom?", mentions=[cat.id]),
            say(bob.id, room, "to what?", reply_to=10**9),
            say(ann.id, private, "alone"),
            say(ann.id, room, "three"),
        ]
    )
    assert codes(results) == [
        *("sent", "not_a_member", "sent", "duplicate", "conflict"),
        *("not_found", "validation_error", "not_found", "sent", "sent"),
    ]
    own = [r.message for r in results if isinstance(r, Sent) and r.message.room_id == room.id]
    assert [m.seq for m in own] == [start + 1, start + 2, start + 1, start + 3]
    stored = Message.objects.in_room(room.id).filter(seq__gt=start).order_by("seq")
    assert [(m.id, m.content, m.version) for m in stored] == [
        (m.id, m.content, m.version) for m in (own[0], own[1], own[3])
    ]


def test_a_batch_costs_the_same_statements_however_many(ann: Person) -> None:
    people = [make_user().pk for _ in range(12)]
    rooms = [make_room(ann.user) for _ in range(6)]
    for room in rooms:
        for user_id in people:
            join(user_id=user_id, room_id=room.id)
    few = [say(people[0], rooms[0], nonce="few")]
    many = [say(user_id, room, nonce=f"many{user_id}") for room in rooms for user_id in people]
    send([say(user_id, room) for room in rooms for user_id in people])  # now all are known to be members
    one, all_of_them = queries_of(lambda: announce(send(few))), queries_of(lambda: announce(send(many)))
    assert len(all_of_them) == len(one) <= 9, one


def test_known_members_are_not_read_again(ann: Person, room: Room) -> None:
    send([say(ann.id, room)])
    assert not [sql for sql in queries_of(lambda: send([say(ann.id, room)])) if re.match("SELECT .*membership", sql)]


def test_what_is_remembered_of_members_ends_with_their_right(ann: Person, bob: Person, room: Room) -> None:
    def answer() -> str:
        return codes(send([say(bob.id, room)]))[0]

    def mute(until: datetime | None) -> None:
        change_member(user_id=ann.id, room_id=room.id, member_id=bob.id, wanted=ChangeMember(muted_until=until))

    assert answer() == "sent"
    mute(now() + timedelta(hours=1))
    assert answer() == "muted"
    mute(None)
    assert answer() == "sent"
    kick(user_id=ann.id, room_id=room.id, member_id=bob.id)
    assert answer() == "not_a_member"
    join(user_id=bob.id, room_id=room.id)
    assert answer() == "sent"
    archive_room(user_id=ann.id, room_id=room.id)
    assert answer() == "room_archived"


def test_a_burst_leaves_the_newest_fifty_and_no_older_row_behind(ann: Person, bob: Person, room: Room) -> None:
    send([say(ann.id, room) for _ in range(10)])
    ann.page(room)
    recent.flush()
    announce(send([say(bob.id, room, f"m{n}") for n in range(70)]))
    recent.flush()
    newest = RoomCounter.objects.get(pk=room.id).last_seq
    assert kept_seqs(room) == list(range(newest - 49, newest + 1))
    from_redis = ann.page(room)
    recent.forget([room.id])
    assert ann.page(room) == from_redis


# --- the senders' own marks: a batch leaves what its messages one by one would have left

BATCHES = st.lists(
    st.one_of(
        st.lists(st.integers(0, 2), min_size=1, max_size=9),  # who speaks, in one batch
        st.tuples(st.integers(0, 2), st.integers(0, 12)),  # who reads up to where
    ),
    max_size=6,
)


@pytest.mark.django_db(transaction=True)
@given(batches=BATCHES)
@hypothesis_settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_marks_move_as_if_messages_came_one_by_one(batches: list[Any], meet: Meet) -> None:
    people = [meet() for _ in range(3)]
    at_once, one_by_one = (make_room(people[0].user, members=[p.user for p in people[1:]]) for _ in range(2))
    start = RoomCounter.objects.get(pk=at_once.id).last_seq
    for step in batches:
        if isinstance(step, tuple):
            for room in (at_once, one_by_one):
                mark_read(user_id=people[step[0]].id, room_id=room.id, seq=start + step[1])
            continue
        assert codes(send([say(people[i].id, at_once) for i in step])) == ["sent"] * len(step)
        for i in step:
            send([say(people[i].id, one_by_one)])
    assert _marks(at_once) == _marks(one_by_one)
    count = RoomCounter.objects.get(pk=at_once.id).message_count
    for membership in Membership.objects.filter(room_id=at_once.id):
        assert membership.unread_count(count) == recount(membership)[0]


def _marks(room: Room) -> list[tuple[int, int, int]]:
    rows = Membership.objects.filter(room_id=room.id).order_by("user_id")
    return list(rows.values_list("last_read_seq", "read_number", "own_after_mark"))
