"""ping, set_status, typing and the hooks, as the gateway calls them."""

from types import SimpleNamespace

import msgspec
import pytest
from asgiref.sync import sync_to_async

from accounts.models import User
from chatsite.errors import ChatError, decode
from chatsite.gateway import rate_limit
from chatsite.gateway.frames import Close
from presence import commands, services
from presence.commands import router
from presence.tracker import Tracker
from rooms.models import Membership, Room
from rooms.services.direct import find_or_make
from tests.factories import make_room, make_user
from tests.presence.conftest import befriend, block, talk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ann():
    return make_user()


@pytest.fixture
async def tracker(make_store, monkeypatch):
    tracker = Tracker(make_store(grace_seconds=0), tell_seconds=0)
    monkeypatch.setattr(commands, "tracker", lambda: tracker)
    return tracker


def connection_of(user, name="phone"):
    return SimpleNamespace(id=name, user_id=user.pk, close_code=None)


async def command(connection, name, **data):
    route = router.find(name)
    return await route.handler(connection, decode(msgspec.json.encode(data), route.schema))


async def connect(connection):
    for hook in router.connect_hooks:
        hook(connection)


async def disconnect(connection, code=None):
    connection.close_code = code
    for hook in router.disconnect_hooks:
        hook(connection)


async def test_a_connection_is_online_from_its_first_hook_to_its_last(tracker, reader, ann):
    phone = connection_of(ann)
    await connect(phone)
    await tracker.step()
    assert reader.statuses([ann.pk]) == {ann.pk: "online"}
    await disconnect(phone)
    await tracker.step()
    assert reader.statuses([ann.pk]) == {}


async def test_whom_a_restart_throws_out_stays_online_for_a_while(tracker, reader, ann):
    phone = connection_of(ann)
    await connect(phone)
    await tracker.step()
    await disconnect(phone, Close.RESTART)
    await tracker.step()
    assert reader.statuses([ann.pk]) == {ann.pk: "online"}


async def test_disconnecting_what_never_connected_is_fine(tracker, ann):
    await disconnect(connection_of(ann))


async def test_ping_tells_the_time_and_whether_somebody_is_there(tracker, reader, ann):
    phone = connection_of(ann)
    await connect(phone)
    await tracker.step()
    for data, status in (
        ({"idle": True}, "away"),
        ({"idle": False}, "online"),
        ({"idle": True}, "away"),
        ({}, "online"),
    ):
        pong = await command(phone, "ping", **data)
        assert msgspec.json.decode(msgspec.json.encode(pong))["server_time"].endswith("Z")
        await tracker.step()
        assert reader.statuses([ann.pk]) == {ann.pk: status}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("ping", {"idle": 1}),
        ("ping", {"now": True}),
        ("set_status", {}),
        ("set_status", {"status": "busy"}),
        ("set_status", {"status": "online", "status_text": "x" * 101}),
        ("set_status", {"status": "online", "user_id": 1}),
        ("typing", {}),
        ("typing", {"room_id": "1"}),
        ("typing", {"room_id": 0}),
    ],
)
async def test_bad_data_is_refused(tracker, ann, name, data):
    with pytest.raises(ChatError) as refused:
        await command(connection_of(ann), name, **data)
    assert refused.value.code == "validation_error"


async def test_set_status_is_stored_and_seen_by_others_and_on_my_other_devices(tracker, told, reader, ann):
    friend = await sync_to_async(make_user)()
    await sync_to_async(befriend)(ann, friend)
    phone = connection_of(ann)
    await connect(phone)
    await tracker.step()
    told.forget()
    await command(phone, "set_status", status="dnd", status_text="in a meeting 🙂")
    changed = ("presence_changed", {"user_id": ann.pk, "status": "dnd", "status_text": "in a meeting 🙂"})
    assert told.to(ann) == [changed]
    await tracker.step()
    assert told.to(friend) == [changed]
    assert reader.statuses([ann.pk]) == {ann.pk: "dnd"}
    stored = await sync_to_async(User.objects.get)(pk=ann.pk)
    assert (stored.status, stored.status_text) == ("dnd", "in a meeting 🙂")


async def test_without_a_text_the_old_one_stays_and_an_empty_one_clears_it(tracker, told, ann):
    phone = connection_of(ann)
    for data, text in (({"status_text": "lunch"}, "lunch"), ({}, "lunch"), ({"status_text": ""}, "")):
        await command(phone, "set_status", status="away", **data)
        assert told.to(ann)[-1][1]["status_text"] == text


class TestTyping:
    async def test_it_reaches_those_who_have_the_room_on_screen_and_not_the_typist(self, tracker, told, ann):
        member, stranger = [await sync_to_async(make_user)() for _ in range(2)]
        room = await sync_to_async(make_room)(ann, members=[member])
        elsewhere = await sync_to_async(make_room)(member)
        assert await command(connection_of(ann), "typing", room_id=room.id) is None
        assert told.to(member, screen=(room,)) == [("typing", {"room_id": room.id, "user_id": ann.pk})]
        assert told.to(member) == told.to(member, screen=(elsewhere,)) == []
        assert told.to(ann, screen=(room,)) == []
        assert told.to(stranger) == []

    async def test_in_direct_rooms_it_always_reaches_the_other_side(self, tracker, told, ann):
        peer = await sync_to_async(make_user)()
        room = await sync_to_async(talk)(ann, peer)
        await command(connection_of(ann), "typing", room_id=room.id)
        assert told.to(peer) == [("typing", {"room_id": room.id, "user_id": ann.pk})]
        assert told.to(ann, screen=(room,)) == []

    async def test_in_a_direct_room_it_is_unheard_by_who_does_not_know_of_it(self, tracker, told, ann):
        peer = await sync_to_async(make_user)()
        room, _new = await sync_to_async(find_or_make)(ann.pk, peer.pk)
        await command(connection_of(ann), "typing", room_id=room.id)
        assert told.to(peer) == told.to(peer, screen=(room,)) == []

    async def test_in_the_note_to_self_nobody_hears_it(self, tracker, told, ann):
        room, _new = await sync_to_async(find_or_make)(ann.pk, ann.pk)
        await command(connection_of(ann), "typing", room_id=room.id)
        assert told.envelopes == []

    @pytest.mark.parametrize("ann_blocks", [True, False])
    async def test_a_block_refuses_it_in_direct_rooms_and_hides_it_in_others(self, tracker, told, ann, ann_blocks):
        other, third = [await sync_to_async(make_user)() for _ in range(2)]
        direct = await sync_to_async(talk)(ann, other)
        room = await sync_to_async(make_room)(ann, members=[other, third])
        await sync_to_async(block)(*((ann, other) if ann_blocks else (other, ann)))
        with pytest.raises(ChatError) as refused:
            await command(connection_of(ann), "typing", room_id=direct.id)
        assert refused.value.code == "blocked"
        assert told.envelopes == []
        await command(connection_of(ann), "typing", room_id=room.id)
        assert told.to(other, screen=(room,)) == []
        assert told.to(third, screen=(room,)) == [("typing", {"room_id": room.id, "user_id": ann.pk})]

    @pytest.mark.parametrize(
        ("kind", "membership", "room", "code"),
        [
            ("public", None, {}, "not_a_member"),
            ("private", None, {}, "not_found"),
            ("public", {"left_at": "2026-01-01T00:00Z"}, {}, "not_a_member"),
            ("public", {"muted_until": "2100-01-01T00:00Z"}, {}, "muted"),
            ("public", {}, {"archived_at": "2026-01-01T00:00Z"}, "room_archived"),
        ],
    )
    async def test_who_may_not_post_may_not_type(self, tracker, told, ann, kind, membership, room, code):
        owner = await sync_to_async(make_user)()
        members = [] if membership is None else [ann]
        found = await sync_to_async(make_room)(owner, kind=kind, members=members)
        memberships = Membership.objects.filter(room_id=found.id, user_id=ann.pk)
        await sync_to_async(memberships.update)(**{"version": 1, **(membership or {})})
        await sync_to_async(Room.objects.filter(id=found.id).update)(**{"version": 1, **room})
        with pytest.raises(ChatError) as refused:
            await command(connection_of(ann), "typing", room_id=found.id)
        assert refused.value.code == code
        assert told.envelopes == []

    async def test_an_unknown_room_is_not_found(self, tracker, told, ann):
        with pytest.raises(ChatError) as refused:
            await command(connection_of(ann), "typing", room_id=999_999_999)
        assert refused.value.code == "not_found"

    def test_it_is_limited_to_one_a_second(self):
        assert router.find("typing").rate is rate_limit.typing


def test_set_status_of_nobody_changes_nobody(ann):
    services.set_status(user_id=ann.pk, status="dnd")
    assert User.objects.filter(status="dnd").count() == 1
