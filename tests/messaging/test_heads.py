"""What `ready` is made of: for one person or fifty, with one room or fifty, the same few statements."""

from __future__ import annotations

import json

import pytest
from django.utils.timezone import now

from accounts.models import Session
from accounts.services.sessions import revoke
from chatsite.errors import ChatError
from chatsite.gateway.pull import Claims, Ready
from messaging.models import Mention
from messaging.schemas import SendBody
from messaging.services.heads import admit, recent, welcome
from messaging.services.send import draft, send
from rooms.models import Membership, Room, RoomCounter
from rooms.schemas import ChangeMember
from rooms.services.bans import ban
from rooms.services.direct import find_or_make
from rooms.services.joining import join, leave
from rooms.services.members import change_member
from tests.factories import make_room, make_user
from tests.people import Person, queries_of

STATEMENTS = 4  # sessions and users, standings, mentions, the epoch


def session_of(person: Person) -> Claims:
    return Claims(person.id, Session.objects.get(user_id=person.id).pk, 0.0)


def one(claims: Claims) -> Ready:
    (ready,) = admit([claims])
    assert isinstance(ready, Ready)
    return ready


def population(people: int, rooms: int) -> list[Claims]:
    """So many people in each of so many rooms, where somebody else has called all of them since they looked."""
    users = [make_user() for _ in range(people)]
    places = Room.objects.bulk_create(Room(name=f"r{n}") for n in range(rooms))
    places = list(Room.objects.order_by("-pk")[:rooms])
    RoomCounter.objects.bulk_create(
        RoomCounter(room_id=r.id, last_seq=1, message_count=1, version=people + 1) for r in places
    )
    Membership.objects.bulk_create(Membership(room_id=r.id, user_id=u.pk) for r in places for u in users)
    Mention.objects.bulk_create(
        Mention(room_id=r.id, user_id=Mention.ALL, seq=1, message_id=r.id, sender_id=0) for r in places
    )
    sessions = [Session.objects.create(user=user) for user in users]
    return [Claims(s.user_id, s.pk, 0.0) for s in sessions]


@pytest.mark.parametrize("people", [1, 50])
@pytest.mark.parametrize("rooms", [1, 50])
def test_a_batch_costs_the_same_however_many_people_and_rooms(people: int, rooms: int) -> None:
    claims = population(people, rooms)
    one(claims[0])  # the epoch is made at the first question
    found: list[Ready | ChatError] = []
    assert len(queries_of(lambda: found.extend(admit(claims)))) == STATEMENTS
    for ready in found:
        assert isinstance(ready, Ready)
        assert [(h.unread_count, h.mention_count) for h in ready.heads] == [(1, 1)] * rooms


def test_everybody_gets_their_own_rooms_and_marks(ann: Person, bob: Person, cat: Person, room: Room) -> None:
    other = make_room(cat.user)
    ann.say(room, mentions=[bob.id])
    ann.say(room, mention_all=True)
    found = admit([session_of(p) for p in (ann, bob, cat)])
    rows = [[(h.room_id, h.unread_count, h.mention_count) for h in f.heads] for f in found]  # type: ignore[union-attr]
    assert rows == [[(room.id, 0, 0)], [(room.id, 2, 2)], [(other.id, 0, 0)]]
    assert [f.user.id for f in found] == [ann.id, bob.id, cat.id]  # type: ignore[union-attr]


def test_ready_says_what_the_room_itself_says(ann: Person, bob: Person, room: Room) -> None:
    ann.say(room)
    (head,) = one(session_of(bob)).heads
    shown = bob.ok("GET", f"/api/rooms/{room.id}")
    mine = shown["membership"]
    assert (head.room_id, head.version) == (shown["id"], shown["version"])
    assert (head.last_seq, head.last_read_seq) == (shown["last_seq"], mine["last_read_seq"])
    assert (head.unread_count, head.mention_count) == (mine["unread_count"], mine["mention_count"])


def test_rooms_left_and_direct_rooms_not_yet_known_are_not_among_them(ann: Person, bob: Person, room: Room) -> None:
    leave(user_id=bob.id, room_id=room.id)
    direct, _ = find_or_make(ann.id, bob.id)
    assert one(session_of(bob)).heads == []
    assert {h.room_id for h in one(session_of(ann)).heads} == {room.id, direct.id}
    send([draft(user_id=ann.id, body=SendBody(content="hello"), room_id=direct.id)])
    assert [h.room_id for h in one(session_of(bob)).heads] == [direct.id]


def test_the_tailer_is_not_told_of_those_who_know_nothing_of_their_room(ann: Person, bob: Person) -> None:
    """Each of them would be a question to the database, every second for a minute."""
    since = now()
    direct, _ = find_or_make(ann.id, bob.id)
    assert {m.user_id for m in recent(since).members} == {ann.id}
    ann.say(direct)
    assert {m.user_id for m in recent(since).members} == {ann.id, bob.id}


def test_a_session_that_ended_or_is_somebody_elses_is_refused_alone(ann: Person, bob: Person, cat: Person) -> None:
    revoke(ann.id, [session_of(ann).session_id], "signed_out")
    bob.user.is_active = False
    bob.user.save()
    stolen = session_of(cat)._replace(user_id=ann.id)
    found = admit([session_of(ann), session_of(bob), stolen, session_of(cat)])
    assert [getattr(f, "code", "ok") for f in found] == ["authentication_failed"] * 3 + ["ok"]


def test_a_welcome_shows_the_room_as_it_was_entered_and_what_was_said_since_follows(ann: Person, cat: Person) -> None:
    room = make_room(ann.user, members=[])
    ann.say(room, "before")
    join(user_id=cat.id, room_id=room.id)
    ann.say(room, "since")
    entered = Membership.objects.get(user_id=cat.id).version
    assert welcomed(cat, room) == (entered, "before", 0)
    assert entered < RoomCounter.objects.get(pk=room.id).version


def test_a_welcome_after_more_changes_leaves_out_nothing_that_was_said(ann: Person, cat: Person) -> None:
    room = make_room(ann.user, members=[])
    join(user_id=cat.id, room_id=room.id)
    ann.say(room, "since")
    change_member(user_id=ann.id, room_id=room.id, member_id=cat.id, wanted=ChangeMember(role="admin"))
    assert welcomed(cat, room) == (RoomCounter.objects.get(pk=room.id).version, "since", 1)


def welcomed(person: Person, room: Room) -> tuple[int, str, int]:
    """-> version, newest message and unread count of the welcome"""
    version, frame = welcome(person.id, room.id) or (0, b"")
    added = json.loads(frame)["data"]["room"]
    assert added["version"] == version
    return version, added["last_message"]["content"], added["membership"]["unread_count"]


def test_each_client_is_told_how_what_it_had_has_ended(ann: Person, bob: Person, room: Room) -> None:
    banned, unknown = make_room(ann.user, members=[bob.user]), make_room(ann.user)
    ban(user_id=ann.id, room_id=banned.id, banned_id=bob.id)
    with_three = session_of(bob)._replace(rooms=frozenset({room.id, banned.id, unknown.id}))
    told = one(with_three).farewells
    assert {(data["room_id"], data["reason"]) for data in (json.loads(frame)["data"] for frame in told)} == {
        (banned.id, "banned"),
        (unknown.id, "left"),
    }
    of_two: list[Ready | ChatError] = []
    assert len(queries_of(lambda: of_two.extend(admit([session_of(bob), with_three])))) == STATEMENTS + 1
    assert [len(ready.farewells) for ready in of_two if isinstance(ready, Ready)] == [0, 2]


def test_one_who_names_more_rooms_than_a_statement_takes_keeps_nobody_out(ann: Person, bob: Person, room: Room) -> None:
    greedy = session_of(bob)._replace(rooms=frozenset(range(room.id, room.id + 300_000)))
    told, quiet = admit([greedy, session_of(ann)])
    assert isinstance(told, Ready)
    assert isinstance(quiet, Ready)
    assert len(told.farewells) == 299_999
    assert quiet.farewells == []
