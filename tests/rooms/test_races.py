"""Many at once: nothing twice, nobody too many, no error that a client would not understand."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connections

from chatsite.errors import ChatError
from rooms.models import Ban, Invite, Membership, Room, RoomCounter
from rooms.services import rooms as room_services
from rooms.services.bans import ban
from rooms.services.direct import find_or_make
from rooms.services.invites import accept_invite, create_invite
from rooms.services.joining import join, leave
from rooms.services.members import transfer
from rooms.services.rooms import create_room
from tests.factories import make_room, make_user

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """-> what each call returned, or its ChatError; any other exception fails the test."""
    start = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        try:
            start.wait()
            return call()
        except ChatError as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(run, calls))


def refusals(results: list[Any]) -> list[str]:
    return [r.code for r in results if isinstance(r, ChatError)]


def versions_are_whole(room_id: int) -> bool:
    """Every membership row has a version of its own, none beyond the counter's."""
    counter = RoomCounter.objects.get(room_id=room_id)
    versions = list(Membership.objects.filter(room_id=room_id).values_list("version", flat=True))
    current = Membership.objects.current().filter(room_id=room_id).count()
    return len(set(versions)) == len(versions) and max(versions) <= counter.version and current == counter.member_count


def test_rooms_made_at_once_have_codes_of_their_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room_services, "new_code", lambda: random.choice(["1", "2", "3", "4", "5", "6", "7", "8", "9"]))
    people = [make_user() for _ in range(6)]
    results = at_once(*(lambda p=p: create_room(user_id=p.pk, name="x") for p in people))
    assert refusals(results) == []
    assert len(set(Room.objects.values_list("code", flat=True))) == RoomCounter.objects.count() == 6


def test_a_link_for_three_lets_exactly_three_in() -> None:
    room = make_room(make_user(), kind="private")
    invite = create_invite(user_id=room.created_by_id, room_id=room.id, max_uses=3)
    people = [make_user() for _ in range(6)]
    results = at_once(*(lambda p=p: accept_invite(user_id=p.pk, token=invite.token) for p in people))
    assert refusals(results) == ["not_found"] * 3
    assert Invite.objects.get().uses == 3
    assert RoomCounter.objects.get().member_count == 4
    assert versions_are_whole(room.id)


def test_one_person_accepting_on_two_devices_uses_the_link_up_once() -> None:
    room = make_room(make_user(), kind="private")
    invite = create_invite(user_id=room.created_by_id, room_id=room.id, max_uses=2)
    person = make_user()
    results = at_once(*[lambda: accept_invite(user_id=person.pk, token=invite.token)] * 4)
    assert results == [room.id] * 4
    assert Invite.objects.get().uses == 1


def test_one_person_joining_many_times_at_once_is_one_member() -> None:
    room, person = make_room(make_user()), make_user()
    assert refusals(at_once(*[lambda: join(user_id=person.pk, room_id=room.id)] * 5)) == []
    assert Membership.objects.filter(room_id=room.id, user_id=person.pk).count() == 1
    assert RoomCounter.objects.get().member_count == 2
    assert versions_are_whole(room.id)


def test_people_coming_and_going_at_once_are_counted_right() -> None:
    leavers, joiners = [make_user() for _ in range(4)], [make_user() for _ in range(4)]
    room = make_room(make_user(), members=leavers)
    results = at_once(
        *(lambda p=p: leave(user_id=p.pk, room_id=room.id) for p in leavers),
        *(lambda p=p: join(user_id=p.pk, room_id=room.id) for p in joiners),
    )
    assert refusals(results) == []
    assert RoomCounter.objects.get().member_count == 5
    assert versions_are_whole(room.id)


@pytest.mark.parametrize("round_", range(3))
def test_both_sides_and_all_devices_make_one_direct_room(round_: int) -> None:
    ann, bob = make_user(), make_user()
    calls = [lambda: find_or_make(ann.pk, bob.pk), lambda: find_or_make(bob.pk, ann.pk)] * 3
    results = at_once(*calls)
    assert refusals(results) == []
    assert len({room.id for room, _ in results}) == Room.objects.count() == 1
    assert [created for _, created in results].count(True) == 1
    assert RoomCounter.objects.get().member_count == Membership.objects.count() == 2
    hidden = set(Membership.objects.filter(is_hidden=True).values_list("user_id", flat=True))
    assert hidden == set()


def test_all_devices_make_one_note_to_self() -> None:
    ann = make_user()
    results = at_once(*[lambda: find_or_make(ann.pk, ann.pk)] * 4)
    assert len({room.id for room, _ in results}) == Membership.objects.count() == 1


def test_a_room_handed_on_to_two_at_once_has_one_owner() -> None:
    owner, one, other = make_user(), make_user(), make_user()
    room = make_room(owner, members=[one, other])
    results = at_once(*(lambda h=h: transfer(user_id=owner.pk, room_id=room.id, heir_id=h.pk) for h in (one, other)))
    assert refusals(results) == ["permission_denied"]
    assert Membership.objects.filter(room_id=room.id, role="owner").count() == 1


def test_who_joins_while_being_banned_is_out_afterwards() -> None:
    owner = make_user()
    room = make_room(owner)
    for person in [make_user() for _ in range(4)]:
        at_once(
            lambda p=person: ban(user_id=owner.pk, room_id=room.id, banned_id=p.pk),
            lambda p=person: join(user_id=p.pk, room_id=room.id),
        )
        assert not Membership.objects.current().filter(room_id=room.id, user_id=person.pk).exists()
    assert Ban.objects.count() == 4


def test_two_managers_banning_one_person_make_one_ban() -> None:
    owner, target = make_user(), make_user()
    room = make_room(owner, members=[target])
    assert refusals(at_once(*[lambda: ban(user_id=owner.pk, room_id=room.id, banned_id=target.pk)] * 4)) == []
    assert Ban.objects.count() == RoomCounter.objects.get().member_count == 1
