"""Many readers who catch up at once get what each of them would have got alone, and nobody gets another's rooms."""

from __future__ import annotations

import random

import pytest

from chatsite.gateway.pull import Changes, Wanted
from messaging.services import shared_pull
from messaging.services.pull import changes
from messaging.services.shared_pull import changes_for
from rooms.models import Room, RoomCounter
from rooms.services.joining import join, leave
from tests.factories import make_message, make_room, make_user
from tests.people import Meet, Person, queries_of


def head_of(room: Room) -> int:
    return RoomCounter.objects.get(pk=room.id).version


def alone(one: Wanted) -> dict[int, Changes]:
    return changes(one.since, reader_id=one.reader_id, same_epoch=one.same_epoch)


def assert_same(wanted: list[Wanted]) -> None:
    assert changes_for(wanted) == [alone(one) for one in wanted]


@pytest.fixture
def rooms(ann: Person, bob: Person) -> list[Room]:
    """Three rooms in which Ann and Bob have talked."""
    made = [make_room(ann.user, members=[bob.user]) for _ in range(3)]
    for room in made:
        for number in range(6):
            make_message(room, [ann.user, bob.user][number % 2], f"m{number}")
    return made


@pytest.mark.parametrize("seed", range(20))
def test_each_gets_what_they_would_get_alone(
    seed: int, ann: Person, bob: Person, cat: Person, rooms: list[Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    pick = random.Random(seed)
    join(user_id=cat.id, room_id=rooms[0].id)
    leave(user_id=bob.id, room_id=rooms[1].id)
    monkeypatch.setattr(shared_pull, "PORTION_ROWS_MAX", pick.choice([1, 7, 5000]))
    monkeypatch.setattr(shared_pull, "ROOM_ROWS_MAX", pick.choice([4, 500]))
    heads = {room.id: head_of(room) for room in rooms}
    wanted = [
        Wanted(
            {room_id: pick.randint(0, head + 1) for room_id, head in heads.items() if pick.random() < 0.8},
            pick.choice([ann.id, bob.id, cat.id]),
            pick.random() < 0.8,
        )
        for _ in range(12)
    ]
    assert_same(wanted)


def test_a_room_that_one_is_not_in_is_missing_though_others_of_the_batch_are(
    ann: Person, bob: Person, cat: Person, room: Room
) -> None:
    ann.say(room)
    since = {room.id: 0}
    found = changes_for([Wanted(since, ann.id, True), Wanted(since, cat.id, True), Wanted(since, bob.id, True)])
    assert [set(changes) for changes in found] == [{room.id}, set(), {room.id}]  # type: ignore[arg-type]


def test_a_room_that_does_not_exist_is_missing(ann: Person) -> None:
    assert changes_for([Wanted({10**9: 3}, ann.id, True)]) == [{}]


def test_readers_of_the_same_share_the_frames_themselves(ann: Person, bob: Person, room: Room) -> None:
    ann.say(room)
    mine, yours = changes_for([Wanted({room.id: 1}, ann.id, True), Wanted({room.id: 1}, bob.id, True)])
    assert mine[room.id].frames[0] is yours[room.id].frames[0]  # type: ignore[index]


@pytest.mark.parametrize("people", [1, 12])
@pytest.mark.parametrize("places", [1, 12])
def test_a_batch_costs_the_same_however_many_readers_and_rooms(people: int, places: int, meet: Meet) -> None:
    owner, users = meet(), [make_user() for _ in range(people)]
    rooms = [make_room(owner.user) for _ in range(places)]
    for room in rooms:
        for user in users:
            join(user_id=user.pk, room_id=room.id)
        make_message(room, owner.user)
    since = {room.id: head_of(room) - 2 for room in rooms}
    wanted = [Wanted(since, user.pk, True) for user in users]
    costs = len(queries_of(lambda: changes_for(wanted)))
    assert costs == len(queries_of(lambda: changes_for([Wanted({rooms[0].id: since[rooms[0].id]}, users[0].pk, True)])))


def test_many_rows_of_many_readers_are_read_in_portions(
    ann: Person, bob: Person, rooms: list[Room], monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    read = shared_pull.rows_of

    def counted(spans: dict[int, tuple[int, int]]) -> object:
        found = read(spans)
        sizes.append(sum(map(len, found.values())))
        return found

    monkeypatch.setattr(shared_pull, "rows_of", counted)
    monkeypatch.setattr(shared_pull, "PORTION_ROWS_MAX", 8)
    wanted = [Wanted({room.id: 0}, person.id, True) for room in rooms for person in (ann, bob)]
    assert_same(wanted)
    assert len(sizes) >= 3
    assert max(sizes) <= 8 + max(head_of(room) for room in rooms)
