"""Who shares what with whom, as accounts asks."""

from typing import Any

import pytest

from accounts.slots import Ties, before_deletion, circle_of, ties_of
from rooms import contacts
from rooms.services.joining import leave_all
from tests.factories import make_room
from tests.people import Meet, Person


def test_the_slots_of_accounts_are_filled() -> None:
    assert (circle_of, ties_of, before_deletion) == (contacts.circle_of, contacts.ties_of, leave_all)


@pytest.mark.parametrize("kind", ["public", "private"])
def test_people_in_a_common_room_are_fellows(
    ann: Person, bob: Person, cat: Person, kind: str, django_assert_num_queries: Any
) -> None:
    make_room(ann.user, kind=kind, members=[bob.user])
    make_room(cat.user, kind=kind)
    with django_assert_num_queries(1):
        assert ties_of(ann.id, [bob.id, cat.id]) == Ties(fellows={bob.id}, peers=set())


def test_people_who_talk_to_each_other_are_peers_once_both_know_of_it(ann: Person, bob: Person, cat: Person) -> None:
    ann.api.post("/api/direct", {"user_id": bob.id})
    ann.api.post("/api/direct", {"user_id": cat.id})
    assert ties_of(ann.id, [bob.id, cat.id]) == Ties(set(), set())
    bob.api.post("/api/direct", {"user_id": ann.id})
    assert ties_of(ann.id, [bob.id, cat.id]) == ties_of(ann.id, [bob.id]) == Ties(set(), {bob.id})
    assert ties_of(bob.id, [ann.id]) == Ties(set(), {ann.id})


def test_a_tie_ends_with_the_membership_on_either_side(ann: Person, meet: Meet) -> None:
    left, kicked, fellow = meet(), meet(), meet()
    room = make_room(fellow.user, members=[ann.user, left.user, kicked.user])
    left.api.post(f"/api/rooms/{room.id}/leave")
    fellow.api.delete(f"/api/rooms/{room.id}/members/{kicked.id}")
    others = [left.id, kicked.id, fellow.id]
    assert ties_of(ann.id, others) == Ties({fellow.id}, set())
    ann.api.post(f"/api/rooms/{room.id}/leave")
    assert ties_of(ann.id, others) == Ties(set(), set())
