"""What Redis knows of who is online. Times run out at once or never: nothing here depends on how fast it runs."""

import asyncio
import re
import socket

import pytest
from redis import ConnectionPool, Redis, RedisError
from redis.asyncio import Redis as AsyncRedis

from presence import scripts
from presence.store import CHUNK, Beat, Move, PresenceStore, StatusReader
from tests.presence.conftest import PATIENCE_SECONDS, beat_for_the_last_time, eventually

ANN, BOB = 11, 22
AT_ONCE = 0.0
REDIS_6_0 = {"TIME", "ZADD", "ZREM", "ZREMRANGEBYSCORE", "ZRANGEBYSCORE", "ZREVRANGE", "ZCOUNT", "ZSCORE", "PEXPIRE"}
REDIS_6_0 |= {"HGET", "HSET", "HDEL"}


async def arrive(store, *beats, status="online"):
    """These connections come, and what follows is settled. -> the moves"""
    await store.beat(beats)
    moves = await store.settle({beat.user_id: status for beat in beats})
    return [move for move in moves if move.before != move.after]


async def test_the_first_connection_is_news_and_the_second_is_not(make_store, reader):
    store = make_store()
    assert await arrive(store, Beat(ANN, "phone")) == [Move(ANN, "offline", "online")]
    assert await arrive(store, Beat(ANN, "laptop")) == []
    assert await store.statuses([ANN, BOB]) == reader.statuses([ANN, BOB]) == {ANN: "online"}
    assert reader.online_ids() == {ANN}


async def test_with_two_devices_closing_one_keeps_online(make_store, reader):
    store = make_store(grace_seconds=AT_ONCE)
    await arrive(store, Beat(ANN, "phone"), Beat(ANN, "laptop"))
    await store.leave([(ANN, "phone")])
    assert await store.take_gone() == []
    assert reader.statuses([ANN]) == {ANN: "online"}
    await store.leave([(ANN, "laptop")])
    (gone,) = await store.take_gone()
    assert (gone.user_id, gone.before, gone.after) == (ANN, "online", "offline")
    assert gone.seen_at is not None
    assert reader.statuses([ANN]) == {}
    assert reader.online_ids() == set()


async def test_who_is_back_within_the_grace_was_never_gone(make_store, reader):
    store = make_store()
    await arrive(store, Beat(ANN, "page"))
    await store.leave([(ANN, "page")])
    assert await store.take_gone() == []
    assert reader.statuses([ANN]) == {ANN: "online"}
    assert await arrive(store, Beat(ANN, "reloaded")) == []
    assert await store.take_gone() == []


async def test_a_process_that_dies_takes_its_users_offline_by_expiry(make_store, reader):
    store = make_store()
    await arrive(store, Beat(ANN, "phone"))
    await beat_for_the_last_time(make_store, Beat(ANN, "phone"))
    (gone,) = await eventually(store.take_gone)
    assert (gone.user_id, gone.after) == (ANN, "offline")
    assert reader.statuses([ANN]) == {}


async def test_nobody_looks_online_after_expiry_even_if_nobody_sweeps(make_store, reader):
    store = make_store()
    await arrive(store, Beat(ANN, "phone"))
    await beat_for_the_last_time(make_store, Beat(ANN, "phone"))

    async def is_gone():
        return not reader.statuses([ANN]) and not reader.online_ids()

    assert await eventually(is_gone)


async def test_a_dead_process_does_not_hide_that_the_living_one_lost_its_user(make_store):
    store = make_store(grace_seconds=AT_ONCE)
    await arrive(store, Beat(ANN, "old"), Beat(ANN, "new"))
    await beat_for_the_last_time(make_store, Beat(ANN, "old"))
    await store.leave([(ANN, "new")])
    assert [move.user_id for move in await eventually(store.take_gone)] == [ANN]


async def test_heartbeats_keep_alive(make_store):
    store = make_store()
    await arrive(store, Beat(ANN, "phone"), Beat(BOB, "laptop"))
    await beat_for_the_last_time(make_store, Beat(ANN, "phone"), Beat(BOB, "laptop"))
    await store.beat([Beat(ANN, "phone")])
    assert [move.user_id for move in await eventually(store.take_gone)] == [BOB]
    assert await store.statuses([ANN, BOB]) == {ANN: "online"}


async def test_each_change_is_told_by_one_process_only(make_store):
    stores = [make_store(grace_seconds=AT_ONCE) for _ in range(4)]
    await stores[0].beat([Beat(ANN, "phone")])
    settled = await asyncio.gather(*(store.settle({ANN: "online"}) for store in stores))
    assert sorted(move.before for moves in settled for move in moves) == ["offline", "online", "online", "online"]
    await stores[1].leave([(ANN, "phone")])
    gone = await asyncio.gather(*(store.take_gone() for store in stores))
    assert sum(len(moves) for moves in gone) == 1


async def test_away_is_whose_devices_are_all_idle(make_store, reader):
    store = make_store()
    await arrive(store, Beat(ANN, "phone"), Beat(ANN, "laptop"))
    assert await arrive(store, Beat(ANN, "phone", active=False)) == []
    assert await arrive(store, Beat(ANN, "laptop", active=False)) == [Move(ANN, "online", "away")]
    assert reader.statuses([ANN]) == {ANN: "away"}
    assert await arrive(store, Beat(ANN, "phone")) == [Move(ANN, "away", "online")]


async def test_closing_the_only_device_in_use_makes_away(make_store):
    store = make_store()
    await arrive(store, Beat(ANN, "phone"), Beat(ANN, "laptop", active=False))
    await store.leave([(ANN, "phone")])
    assert await store.settle({ANN: "online"}) == [Move(ANN, "online", "away")]


@pytest.mark.parametrize("chosen", ["away", "dnd"])
@pytest.mark.parametrize("active", [True, False])
async def test_a_chosen_status_stands_whether_idle_or_not(make_store, chosen, active):
    store = make_store()
    assert await arrive(store, Beat(ANN, "phone", active), status=chosen) == [Move(ANN, "offline", chosen)]


async def test_the_invisible_are_offline_for_all(make_store, reader):
    store = make_store(grace_seconds=AT_ONCE)
    assert await arrive(store, Beat(ANN, "phone"), status="offline") == []
    assert reader.statuses([ANN]) == {}
    assert reader.online_ids() == set()
    await store.leave([(ANN, "phone")])
    assert await store.take_gone() == []


async def test_becoming_invisible_looks_like_going_and_the_real_going_like_nothing(make_store, reader):
    store = make_store(grace_seconds=AT_ONCE)
    await arrive(store, Beat(ANN, "phone"))
    assert await store.settle({ANN: "offline"}) == [Move(ANN, "online", "offline")]
    assert reader.online_ids() == set()
    assert await store.settle({ANN: "dnd"}) == [Move(ANN, "offline", "dnd")]
    await store.settle({ANN: "offline"})
    await store.leave([(ANN, "phone")])
    assert await store.take_gone() == []


async def test_heartbeats_of_the_invisible_show_nothing(make_store, reader):
    store = make_store()
    await arrive(store, Beat(ANN, "phone"), status="offline")
    assert await store.beat([Beat(ANN, "phone")]) == set()
    assert reader.online_ids() == set()


async def test_who_is_not_connected_cannot_be_settled_online(make_store, reader):
    assert await make_store().settle({ANN: "online"}) == []
    assert reader.online_ids() == set()


async def test_after_redis_lost_everything_the_next_heartbeat_says_whom_it_did_not_know(make_store, reader, forget):
    store = make_store()
    await arrive(store, Beat(ANN, "phone"), Beat(BOB, "laptop"))
    forget()
    assert reader.online_ids() == set()
    assert await store.beat([Beat(ANN, "phone"), Beat(BOB, "laptop")]) == {ANN, BOB}
    moves = await store.settle({ANN: "online", BOB: "offline"})
    assert set(moves) == {Move(ANN, "offline", "online"), Move(BOB, "offline", "offline")}


async def test_leaving_twice_or_unknown_changes_nothing(make_store, reader):
    store = make_store(grace_seconds=AT_ONCE)
    await arrive(store, Beat(ANN, "phone"), Beat(ANN, "laptop"))
    await store.leave([(ANN, "phone"), (ANN, "phone"), (ANN, "never"), (BOB, "never")])
    assert await store.take_gone() == []
    assert reader.online_ids() == {ANN}


async def test_a_restart_may_have_a_longer_grace_than_a_closed_page(make_store):
    store = make_store(grace_seconds=AT_ONCE)
    await arrive(store, Beat(ANN, "phone"), Beat(BOB, "laptop"))
    await store.leave([(ANN, "phone")], grace_seconds=3600)
    await store.leave([(BOB, "laptop")])
    assert [move.user_id for move in await store.take_gone()] == [BOB]


async def test_many_users_at_once(make_store, reader):
    store = make_store(grace_seconds=AT_ONCE)
    users = range(1, 2 * CHUNK + 100)
    assert len(await arrive(store, *(Beat(user, f"of-{user}") for user in users))) == len(users)
    assert set(reader.statuses(users)) == reader.online_ids() == set(users)
    await store.leave((user, f"of-{user}") for user in users)
    gone = [move.user_id for _ in range(3) for move in await store.take_gone()]
    assert sorted(gone) == list(users)


def test_scripts_keep_to_commands_of_redis_6_0():
    texts = [value for name, value in vars(scripts).items() if name.isupper()]
    assert len(texts) == 8  # the preamble counts
    used = {command for text in texts for command in re.findall(r"call\('(\w+)'", text)}
    assert used == REDIS_6_0
    assert not any(option in text for text in texts for option in ("'GT'", "'LT'", "'BYSCORE'"))


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def reader_on(port, clock):
    """A reader of a Redis at this port, and the list of its tries to reach it."""
    tries = []

    def connect():
        tries.append(clock.now)
        return Redis(connection_pool=ConnectionPool(host="127.0.0.1", port=port, socket_timeout=0.05))

    return StatusReader(connect, clock=clock), tries


def test_with_redis_gone_everybody_is_offline_and_few_ask_in_vain():
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        clock = Clock()
        reader, tries = reader_on(closed.getsockname()[1], clock)
        assert reader.statuses([ANN]) == {}
        assert reader.online_ids() == set()
        assert reader.statuses(range(10 * CHUNK)) == {}
        assert len(tries) == 1
        clock.now += 2.0
        assert reader.statuses([ANN]) == {}
        assert len(tries) == 2


def test_a_redis_that_does_not_answer_is_as_good_as_gone():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        reader, tries = reader_on(silent.getsockname()[1], Clock())
        assert reader.statuses([ANN]) == {}
        assert reader.online_ids() == set()
        assert len(tries) == 1


async def test_the_gateway_waits_for_a_silent_redis_only_so_long(monkeypatch):
    monkeypatch.setattr("presence.store.REDIS_TIMEOUT_SECONDS", 0.05)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        client = AsyncRedis.from_url(f"redis://127.0.0.1:{silent.getsockname()[1]}/0", socket_timeout=None)
        store = PresenceStore(client, prefix="silent:")
        with pytest.raises(RedisError):
            await store.beat([Beat(ANN, "phone")])
        await store.close()


async def test_after_the_break_the_truth_is_back(make_store, prefix, settings):
    await arrive(make_store(), Beat(ANN, "phone"))
    clock = Clock()
    dead = Redis(connection_pool=ConnectionPool(host="127.0.0.1", port=1))
    with Redis.from_url(settings.REDIS_URL, socket_timeout=PATIENCE_SECONDS) as alive:
        clients = [dead, alive]
        reader = StatusReader(lambda: clients.pop(0), prefix=prefix, clock=clock)
        assert reader.statuses([ANN]) == {}
        assert reader.statuses([ANN]) == {}
        clock.now += 2.0
        assert reader.statuses([ANN]) == {ANN: "online"}
