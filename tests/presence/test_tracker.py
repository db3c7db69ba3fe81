"""From a connection that comes or goes to what others are told. Steps are taken by hand, on a real Redis."""

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import now
from django_redis import get_redis_connection
from redis.asyncio import Redis

from accounts.models import Friendship, User
from chatsite.errors import Unavailable
from presence import services
from presence.every import Every
from presence.store import Beat, Move, PresenceStore
from presence.tracker import Tracker, stop_tracker, tracker
from rooms.models import Membership
from rooms.services.direct import find_or_make
from tests.factories import make_room, make_user
from tests.presence.conftest import beat_for_the_last_time, befriend, block, eventually, talk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ann():
    return make_user("ann")


@pytest.fixture
def friend(ann):
    person = make_user("friend")
    befriend(ann, person)
    return person


@pytest.fixture
def make_tracker(make_store):
    """Trackers as several processes have them."""

    def make(beat_seconds=3600, tell_seconds=0, **times):
        return Tracker(make_store(**times), beat_seconds=beat_seconds, tell_seconds=tell_seconds)

    return make


def online(user, status="online", text=""):
    return [
        ("user_online", {"user_id": user.pk, "username": user.username}),
        ("presence_changed", {"user_id": user.pk, "status": status, "status_text": text}),
    ]


def kinds(frames):
    return [kind for kind, _data in frames]


@sync_to_async
def change(user, **fields):
    User.objects.filter(pk=user.pk).update(**fields)


@sync_to_async
def set_status(user, status, text=None):
    services.set_status(user_id=user.pk, status=status, status_text=text)


async def test_friends_hear_of_the_first_connection_and_of_the_last(make_tracker, told, ann, friend):
    tracker = make_tracker(grace_seconds=0)
    tracker.add("phone", ann.pk)
    await tracker.step()
    assert told.to(friend) == online(ann)
    told.forget()
    tracker.add("laptop", ann.pk)
    await tracker.step()
    tracker.remove("phone")
    await tracker.step()
    assert told.envelopes == []
    tracker.remove("laptop")
    await tracker.step()
    ((kind, data),) = told.to(friend)
    assert (kind, data["user_id"]) == ("user_offline", ann.pk)
    await sync_to_async(ann.refresh_from_db)()
    assert data["last_seen_at"] == ann.last_seen_at.isoformat().replace("+00:00", "Z")


async def test_a_page_reload_is_no_event(make_tracker, told, ann, friend):
    one, other = make_tracker(), make_tracker()
    one.add("page", ann.pk)
    await one.step()
    told.forget()
    one.remove("page")
    await one.step()
    other.add("reloaded", ann.pk)
    for process in (one, other):
        await process.step()
    assert told.envelopes == []


async def test_a_connection_that_came_and_went_between_two_steps_is_no_event(make_tracker, told, ann, friend):
    tracker = make_tracker(grace_seconds=0)
    tracker.add("phone", ann.pk)
    tracker.remove("phone")
    await tracker.step()
    assert told.envelopes == []


async def test_the_end_of_a_dead_process_is_told_by_another(make_tracker, make_store, told, ann, friend):
    dead, alive = make_tracker(), make_tracker()
    dead.add("phone", ann.pk)
    await dead.step()
    told.forget()
    await beat_for_the_last_time(make_store, Beat(ann.pk, "phone"))

    async def told_by_the_living():
        await alive.step()
        return told.to(friend)

    assert kinds(await eventually(told_by_the_living)) == ["user_offline"]


async def test_after_a_clean_end_users_have_time_to_come_back(make_tracker, told, ann, friend, reader):
    stopping, other = make_tracker(grace_seconds=0), make_tracker(grace_seconds=0)
    stopping.add("phone", ann.pk)
    await stopping.step()
    told.forget()
    stopping.remove("phone", restarting=True)
    await stopping.stop()
    await other.step()
    assert told.envelopes == []
    assert reader.online_ids() == {ann.pk}


async def test_a_clean_end_leaves_no_connection_behind(make_tracker, prefix, ann):
    tracker = make_tracker()
    tracker.add("phone", ann.pk)
    await tracker.step()
    assert get_redis_connection().zcard(f"{prefix}connections:{ann.pk}") == 1
    await tracker.stop()
    assert get_redis_connection().zcard(f"{prefix}connections:{ann.pk}") == 0


async def test_members_hear_it_only_with_the_room_on_screen(make_tracker, told, ann):
    member = await sync_to_async(make_user)()
    room = await sync_to_async(make_room)(ann, members=[member])
    elsewhere = await sync_to_async(make_room)(member)
    tracker = make_tracker()
    tracker.add("phone", ann.pk)
    await tracker.step()
    assert told.to(member) == []
    assert told.to(member, screen=(elsewhere,)) == []
    assert told.to(member, screen=(room,)) == online(ann)


async def test_peers_of_a_direct_room_hear_it_always_and_strangers_never(make_tracker, told, ann):
    peer, stranger = [await sync_to_async(make_user)() for _ in range(2)]
    await sync_to_async(talk)(ann, peer)
    tracker = make_tracker()
    tracker.add("phone", ann.pk)
    await tracker.step()
    assert told.to(peer) == online(ann)
    assert told.to(stranger) == []


async def test_opening_a_direct_room_shows_nothing_of_who_has_not_heard_of_it(make_tracker, told, ann):
    curious = await sync_to_async(make_user)()
    room, _new = await sync_to_async(find_or_make)(curious.pk, ann.pk)
    tracker = make_tracker()
    tracker.add("phone", ann.pk)
    tracker.add("laptop", curious.pk)
    await tracker.step()
    assert [data["user_id"] for _, data in told.to(curious, screen=(room,))] == [curious.pk] * 2
    assert [data["user_id"] for _, data in told.to(ann)] == [ann.pk] * 2


async def test_former_members_and_pending_friends_hear_nothing(make_tracker, told, ann):
    former, asker = [await sync_to_async(make_user)() for _ in range(2)]
    room = await sync_to_async(make_room)(ann, members=[former])
    await sync_to_async(Membership.objects.filter(user_id=ann.pk).update)(left_at=ann.date_joined)
    await sync_to_async(Friendship.objects.create)(low=ann, high=asker, requested_by=asker)
    tracker = make_tracker()
    tracker.add("phone", ann.pk)
    await tracker.step()
    assert told.to(former, screen=(room,)) == []
    assert told.to(asker) == []


@pytest.mark.parametrize("ann_blocks", [True, False])
async def test_a_block_hides_both_from_each_other(make_tracker, told, ann, friend, ann_blocks):
    room = await sync_to_async(make_room)(ann, members=[friend])
    await sync_to_async(block)(*((ann, friend) if ann_blocks else (friend, ann)))
    tracker = make_tracker(grace_seconds=0)
    tracker.add("phone", ann.pk)
    tracker.add("laptop", friend.pk)
    await tracker.step()
    tracker.remove("phone")
    tracker.remove("laptop")
    await tracker.step()
    for one, other in ((ann, friend), (friend, ann)):
        assert {data["user_id"] for _, data in told.to(one, screen=(room,))} == {one.pk}
        assert other.pk not in {data["user_id"] for _, data in told.to(one, screen=(room,))}


async def test_the_invisible_come_and_go_unheard(make_tracker, told, ann, friend):
    await change(ann, status="offline")
    tracker = make_tracker(grace_seconds=0)
    tracker.add("phone", ann.pk)
    await tracker.step()
    tracker.set_idle("phone", idle=True)
    await tracker.step()
    tracker.remove("phone")
    await tracker.step()
    assert told.envelopes == []
    await sync_to_async(ann.refresh_from_db)()
    assert ann.last_seen_at is None


async def test_going_invisible_looks_like_going(make_tracker, told, ann, friend):
    tracker = make_tracker(grace_seconds=0)
    tracker.add("phone", ann.pk)
    await tracker.step()
    told.forget()
    await set_status(ann, "offline", "secret")
    tracker.restate(ann.pk)
    await tracker.step()
    assert kinds(told.to(friend)) == ["user_offline"]
    assert ("presence_changed", {"user_id": ann.pk, "status": "offline", "status_text": "secret"}) in told.to(ann)
    told.forget()
    await set_status(ann, "offline", "another secret")
    tracker.restate(ann.pk)
    await tracker.step()
    assert told.to(friend) == []
    await set_status(ann, "online", "back")
    tracker.restate(ann.pk)
    await tracker.step()
    assert told.to(friend) == online(ann, text="back")


async def test_a_new_status_or_text_is_told_once(make_tracker, told, ann, friend):
    tracker = make_tracker()
    tracker.add("phone", ann.pk)
    await tracker.step()
    told.forget()
    for status, text in (("dnd", None), ("dnd", "at lunch")):
        await set_status(ann, status, text)
        tracker.restate(ann.pk)
        await tracker.step()
    await tracker.step()
    assert told.to(friend) == [
        ("presence_changed", {"user_id": ann.pk, "status": "dnd", "status_text": ""}),
        ("presence_changed", {"user_id": ann.pk, "status": "dnd", "status_text": "at lunch"}),
    ]


async def test_away_comes_with_the_last_device_that_falls_idle(make_tracker, told, ann, friend):
    tracker = make_tracker()
    tracker.add("phone", ann.pk)
    tracker.add("laptop", ann.pk)
    await tracker.step()
    told.forget()
    for device, idle in (("phone", True), ("laptop", True), ("laptop", True), ("phone", False)):
        tracker.set_idle(device, idle)
        await tracker.step()
    assert [data["status"] for _, data in told.to(friend)] == ["away", "online"]


async def test_the_store_knows_at_once_what_is_told_a_second_later(make_tracker, told, ann, friend, reader):
    tracker = make_tracker(tell_seconds=3600)
    tracker.add("phone", ann.pk)
    await tracker.step()
    assert told.to(friend) == online(ann)
    tracker.add("laptop", friend.pk)
    await tracker.step()
    await tracker.step()
    assert reader.online_ids() == {ann.pk, friend.pk}
    assert told.to(friend) == online(ann)
    tracker._tell = Every(0)
    await tracker.step()
    assert told.to(friend) == [*online(ann), *online(friend)]


async def test_what_happens_in_one_second_goes_out_together(make_tracker, told, friend, monkeypatch):
    people = [await sync_to_async(make_user)() for _ in range(50)]
    for person in people:
        await sync_to_async(befriend)(person, friend)
    tracker = make_tracker()
    for person in people:
        tracker.add(f"of-{person.pk}", person.pk)
    publishes = []
    monkeypatch.setattr(services, "publish", lambda *envelopes: (publishes.append(1), told(*envelopes)))
    await tracker.step()
    assert len(publishes) == 1
    assert kinds(told.to(friend)).count("user_online") == 50


def test_the_number_of_queries_does_not_grow_with_the_moves(told):
    people = [make_user() for _ in range(50)]
    for one, other in pairwise(people):
        befriend(one, other)
        make_room(one, members=[other])
    gone = [Move(person.pk, "online", "offline") for person in people]
    counts = []
    for moves in (gone[:2], gone[2:]):
        with CaptureQueriesContext(connection) as queries:
            services.announce(moves)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 8
    assert kinds(told.to(people[10])).count("user_offline") == 3


@pytest.mark.parametrize(
    ("preference", "friend_sees", "peer_sees"),
    [("everyone", True, True), ("contacts", True, False), ("nobody", False, False)],
)
async def test_when_i_was_last_here_is_told_to_whom_i_let_know(
    make_tracker, told, ann, friend, preference, friend_sees, peer_sees
):
    peer, member = [await sync_to_async(make_user)() for _ in range(2)]
    await sync_to_async(talk)(ann, peer)
    room = await sync_to_async(make_room)(ann, members=[member])
    await change(ann, preferences={"last_seen": preference})
    tracker = make_tracker(grace_seconds=0)
    tracker.add("phone", ann.pk)
    await tracker.step()
    told.forget()
    tracker.remove("phone")
    await tracker.step()
    for person, screen, sees in ((friend, (), friend_sees), (peer, (), peer_sees), (member, (room,), friend_sees)):
        ((kind, data),) = told.to(person, screen=screen)
        assert kind == "user_offline"
        assert (data["last_seen_at"] is not None) is sees


def test_when_somebody_was_last_here_is_written_every_five_minutes_at_most(ann):
    start = now()
    services.note_seen([ann.pk], start)
    services.note_seen([ann.pk], start + timedelta(seconds=299))
    ann.refresh_from_db()
    assert ann.last_seen_at == start
    services.note_seen([ann.pk], start + timedelta(seconds=300))
    ann.refresh_from_db()
    assert ann.last_seen_at == start + timedelta(seconds=300)


async def test_who_is_there_is_noted_and_the_invisible_are_not(make_tracker, ann):
    ghost = await sync_to_async(make_user)(status="offline")
    tracker = make_tracker()
    tracker.add("phone", ann.pk)
    tracker.add("laptop", ghost.pk)
    await tracker.step()
    for person in (ann, ghost):
        await sync_to_async(person.refresh_from_db)()
    assert ann.last_seen_at is not None
    assert ghost.last_seen_at is None


async def test_the_last_time_never_goes_backwards(ann):
    later = now()
    await change(ann, last_seen_at=later)
    await sync_to_async(services.announce)([Move(ann.pk, "online", "offline", later - timedelta(seconds=30))])
    await sync_to_async(ann.refresh_from_db)()
    assert ann.last_seen_at == later


async def test_while_redis_is_away_nothing_fails_and_afterwards_all_is_told(
    make_tracker, told, ann, friend, caplog, monkeypatch
):
    monkeypatch.setattr("presence.tracker.RECOVERY_SECONDS", 0)
    tracker = make_tracker(grace_seconds=0)
    alive, dead = tracker.store, PresenceStore(Redis.from_url("redis://127.0.0.1:1/0"), prefix="dead:")
    tracker.store = dead
    tracker.add("phone", ann.pk)
    for _ in range(3):
        await tracker.step()
    tracker.add("laptop", friend.pk)
    assert told.envelopes == []
    assert [record.message for record in caplog.records] == ["presence_behind"]
    tracker.store = alive
    await tracker.step()
    assert told.to(friend) == [*online(ann), *online(friend)]
    await dead.close()


async def test_after_redis_lost_everything_the_next_heartbeat_brings_all_back(make_tracker, told, ann, forget, reader):
    tracker = make_tracker(beat_seconds=0)
    tracker.add("phone", ann.pk)
    await tracker.step()
    forget()
    assert reader.online_ids() == set()
    await tracker.step()
    assert reader.statuses([ann.pk]) == {ann.pk: "online"}


async def test_a_redis_that_was_away_is_told_of_everybody_at_once(make_tracker, told, ann, friend, forget, reader):
    tracker = make_tracker(beat_seconds=3600)
    tracker.add("phone", ann.pk)
    await tracker.step()
    told.forget()
    alive, dead = tracker.store, PresenceStore(Redis.from_url("redis://127.0.0.1:1/0"), prefix="dead:")
    tracker.store = dead
    await tracker.step()
    forget()
    tracker.store = alive
    await tracker.step()
    assert reader.statuses([ann.pk]) == {ann.pk: "online"}
    assert told.envelopes == []  # not before the hubs can hear it
    await dead.close()


async def test_with_the_database_away_the_news_waits(make_tracker, told, ann, friend, monkeypatch):
    announce = services.announce

    def unavailable(moves):
        raise Unavailable

    tracker = make_tracker()
    monkeypatch.setattr(services, "announce", unavailable)
    tracker.add("phone", ann.pk)
    await tracker.step()
    monkeypatch.setattr(services, "announce", announce)
    assert told.envelopes == []
    await tracker.step()
    assert told.to(friend) == online(ann)


async def test_a_bug_in_one_step_does_not_end_presence(make_tracker, told, ann, friend, monkeypatch, caplog):
    tracker = make_tracker()
    announce = services.announce
    monkeypatch.setattr(services, "announce", lambda moves: 1 / 0)
    tracker.add("phone", ann.pk)
    await tracker.step()
    assert [record.message for record in caplog.records] == ["presence_failed"]
    monkeypatch.setattr(services, "announce", announce)
    tracker.add("laptop", friend.pk)
    await tracker.step()
    assert told.to(friend) == online(friend)


async def test_by_itself_it_tells_at_once_and_stops_when_told(make_tracker, told, ann, friend, reader):
    tracker = make_tracker(grace_seconds=0)
    tracker.start()
    tracker.add("phone", ann.pk)

    async def announced():
        return told.to(friend)

    assert await eventually(announced) == online(ann)
    tracker.add("laptop", friend.pk)
    await tracker.stop()
    assert reader.online_ids() == {ann.pk}  # for the grace of a restart


async def test_it_can_be_stopped_at_any_moment(make_tracker, told, ann):
    for moment in range(40):
        tracker = make_tracker()
        tracker.start()
        tracker.add(f"phone{moment}", ann.pk)
        for _ in range(moment):
            await asyncio.sleep(0)
        await tracker.stop()


async def test_a_process_has_one_tracker_until_it_stops(ann):
    own = tracker()
    assert tracker() is own
    own.add("phone", ann.pk)
    await stop_tracker()
    await stop_tracker()
    assert tracker() is not own
    await stop_tracker()


async def test_stopping_without_redis_is_no_error(told, ann, caplog):
    dead = Tracker(PresenceStore(Redis.from_url("redis://127.0.0.1:1/0"), prefix="dead:"))
    dead.start()
    dead.add("phone", ann.pk)
    await dead.stop()
    assert {record.message for record in caplog.records} == {"presence_behind"}


async def test_without_any_news_of_its_own_a_process_notices_who_has_gone(
    make_tracker, make_store, told, ann, friend, monkeypatch
):
    monkeypatch.setattr("presence.tracker.LOOK_SECONDS", 0.01)
    dying, watching = make_tracker(), make_tracker()
    dying.add("phone", ann.pk)
    await dying.step()
    await beat_for_the_last_time(make_store, Beat(ann.pk, "phone"))
    watching.start()

    async def offline():
        return kinds(told.to(friend))[-1] == "user_offline"

    assert await eventually(offline)
    await watching.stop()
