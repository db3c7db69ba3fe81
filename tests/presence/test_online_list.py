"""GET /api/users/online: those I share something with, and me."""

import asyncio

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from redis import ConnectionPool, Redis

from presence import services
from presence.store import Beat, PresenceStore, StatusReader
from rooms.models import Membership
from rooms.services.direct import find_or_make
from tests.factories import make_room, make_user
from tests.presence.conftest import LONG, befriend, block, talk

pytestmark = pytest.mark.django_db


@pytest.fixture
def come_online(prefix, reader):
    """These people connect."""

    async def connect(people, status):
        store = PresenceStore(prefix=prefix, ttl_seconds=LONG)
        await store.beat(Beat(person.pk, f"of-{person.pk}") for person in people)
        await store.settle({person.pk: status for person in people})
        await store.close()

    return lambda *people, status="online": asyncio.run(connect(people, status))


@pytest.fixture
def ann():
    return make_user()


def online_for(api, user):
    answer = api.by(user).get("/api/users/online")
    assert answer.status_code == 200
    page = answer.json()
    assert page["count"] == len(page["results"])
    return {person["id"]: person["status"] for person in page["results"]}


def test_friends_room_mates_peers_and_myself_are_in_it(api, ann, come_online):
    friend, mate, peer, stranger = people = [make_user() for _ in range(4)]
    befriend(ann, friend)
    make_room(mate, members=[ann])
    talk(peer, ann)
    come_online(ann, *people)
    assert online_for(api, ann) == {person.pk: "online" for person in (ann, friend, mate, peer)}
    assert online_for(api, stranger) == {stranger.pk: "online"}


def test_it_shows_the_status_and_no_mail_address(api, ann, come_online):
    busy = make_user()
    befriend(ann, busy)
    come_online(busy, status="dnd")
    (person,) = api.by(ann).get("/api/users/online").json()["results"]
    assert person["status"] == "dnd"
    assert person["username"] == busy.username
    assert "email" not in person


def test_who_is_not_connected_is_not_in_it(api, ann, come_online):
    befriend(ann, make_user())
    assert online_for(api, ann) == {}


def test_the_invisible_are_not_in_it_not_even_for_themselves(api, ann, come_online):
    ghost = make_user(status="offline")
    befriend(ann, ghost)
    come_online(ghost, status="offline")
    assert online_for(api, ann) == online_for(api, ghost) == {}


@pytest.mark.parametrize("ann_blocks", [True, False])
def test_a_block_hides_both_from_each_other(api, ann, come_online, ann_blocks):
    other = make_user()
    befriend(ann, other)
    make_room(ann, members=[other])
    block(*((ann, other) if ann_blocks else (other, ann)))
    come_online(ann, other)
    assert online_for(api, ann) == {ann.pk: "online"}
    assert online_for(api, other) == {other.pk: "online"}


def test_opening_a_direct_room_shows_nothing_of_who_has_not_heard_of_it(api, ann, come_online):
    curious = make_user()
    find_or_make(curious.pk, ann.pk)
    come_online(ann, curious)
    assert online_for(api, curious) == {curious.pk: "online"}


def test_former_room_mates_are_strangers(api, ann, come_online):
    former = make_user()
    room = make_room(ann, members=[former])
    Membership.objects.filter(room_id=room.id, user_id=former.pk).update(left_at=ann.date_joined)
    come_online(ann, former)
    assert online_for(api, ann) == {ann.pk: "online"}
    assert online_for(api, former) == {former.pk: "online"}


def test_it_needs_a_sign_in(api):
    answer = api.get("/api/users/online")
    assert answer.status_code == 401
    assert answer.json()["code"] == "authentication_failed"


def test_with_redis_gone_nobody_is_online_and_nothing_fails(api, ann, monkeypatch):
    dead = StatusReader(lambda: Redis(connection_pool=ConnectionPool(host="127.0.0.1", port=1)))
    monkeypatch.setattr("presence.store.reader", dead)
    monkeypatch.setattr("accounts.slots.status_of", dead.statuses)
    assert online_for(api, ann) == {}


def test_a_long_list_is_cut_and_still_counted(api, ann, come_online, monkeypatch):
    monkeypatch.setattr(services, "ONLINE_LIST_MAX", 3)
    friends = [make_user() for _ in range(5)]
    for friend in friends:
        befriend(ann, friend)
    come_online(*friends)
    page = api.by(ann).get("/api/users/online").json()
    assert page["count"] == 5
    assert [person["id"] for person in page["results"]] == sorted(friend.pk for friend in friends)[:3]


def test_the_number_of_queries_is_the_same_for_two_and_for_fifty(api, come_online):
    counts = []
    for number in (2, 50):
        viewer, mates = make_user(), [make_user() for _ in range(number)]
        make_room(viewer, members=mates)
        come_online(*mates)
        door = api.by(viewer)
        with CaptureQueriesContext(connection) as queries:
            page = door.get("/api/users/online").json()
        assert page["count"] == number
        counts.append(len(queries))
    assert counts[0] == counts[1]
