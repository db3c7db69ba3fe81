"""What a connection has on screen: only rooms it follows, and those as soon as it does."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import User
from accounts.services import Device, begin_session
from chatsite.gateway.hub import Hub
from chatsite.gateway.publisher import Publisher
from chatsite.pool import in_pool
from rooms import commands
from rooms.models import Membership, Room
from rooms.services.members import kick
from rooms.services.rooms import room_for_member
from tests.factories import make_room, make_user
from tests.gateway.test_consumer import Wire, ann, ended, enter, own_hub, token

__all__ = ["ann", "own_hub", "token"]
pytestmark = pytest.mark.django_db(transaction=True)


async def enter_as(user: User) -> tuple[Wire, Any]:
    return await enter((await in_pool(begin_session, user=user, device=Device())).access)


def types_of(wire: Wire, room: Room) -> list[str]:
    return [frame["type"] for frame in wire.frames if frame["data"].get("room_id") == room.id]


async def test_who_is_thrown_out_while_opening_a_room_hears_nothing_of_it(
    own_hub: Hub, ann: User, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = await in_pool(make_user)
    room = await in_pool(make_room, owner, members=[ann])
    wire, task = await enter(token)
    owners, owners_task = await enter_as(owner)

    def checked_and_kicked(user_id: int, room_id: int) -> tuple[Room, Membership]:
        found = room_for_member(user_id, room_id)
        kick(user_id=owner.pk, room_id=room_id, member_id=user_id)
        return found

    monkeypatch.setattr(commands, "room_for_member", checked_and_kicked)
    wire.say("join_room", {"room_id": room.id}, id="2")
    await wire.until(lambda: wire.frames[-1].get("id") == "2")
    owners.say("typing", {"room_id": room.id}, id="3")
    await owners.until(lambda: owners.frames[-1].get("id") == "3")
    wire.say("ping", {}, id="4")
    await wire.until(lambda: wire.frames[-1].get("id") == "4")
    assert types_of(wire, room) == ["room_removed"]
    for one, its_task in ((wire, task), (owners, owners_task)):
        one.hang_up()
        await ended(its_task)


async def test_a_room_opened_before_one_hears_of_it_is_on_screen_once_one_does(
    own_hub: Hub, ann: User, token: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made or entered by way of another process, whose word is late."""
    owner = await in_pool(make_user)
    wire, task = await enter(token)
    owners, owners_task = await enter_as(owner)
    with monkeypatch.context() as deaf:
        deaf.setattr(Publisher, "put", lambda self, envelopes: None)
        room = await in_pool(make_room, owner, members=[ann])
        wire.say("join_room", {"room_id": room.id}, id="2")
        await wire.until(lambda: wire.frames[-1].get("id") == "2")
    await wire.until(lambda: "room_added" in wire.types())
    owners.say("typing", {"room_id": room.id}, id="3")
    await owners.until(lambda: owners.frames[-1].get("id") == "3")
    wire.say("ping", {}, id="4")
    await wire.until(lambda: wire.frames[-1].get("id") == "4")
    assert "typing" in types_of(wire, room)
    for one, its_task in ((wire, task), (owners, owners_task)):
        one.hang_up()
        await ended(its_task)
