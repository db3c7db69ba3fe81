"""Through plain ASGI frames may still come in behind the close frame: nobody does what they say."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from accounts.models import User
from accounts.services.sessions import revoke_all
from chatsite.gateway.connection import SendWire
from chatsite.gateway.consumer import GatewayConsumer
from chatsite.gateway.hub import Hub
from chatsite.pool import in_pool
from messaging.models import Message
from rooms.models import Room
from tests.gateway.test_consumer import PATIENCE_SECONDS, ann, ended, own_hub, room, token

__all__ = ["ann", "own_hub", "room", "token"]
pytestmark = pytest.mark.django_db(transaction=True)


def text(kind: str, data: dict[str, Any]) -> dict[str, Any]:
    return {"type": "websocket.receive", "text": json.dumps({"type": kind, "id": "1", "data": data})}


async def test_what_comes_behind_the_close_frame_is_not_done(own_hub: Hub, ann: User, token: str, room: Room) -> None:
    incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    sent: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
    task = asyncio.create_task(GatewayConsumer().serve(SendWire(incoming.get, sent.put), "en"))
    async with asyncio.timeout(PATIENCE_SECONDS):
        incoming.put_nowait(text("authenticate", {"token": token}))
        assert json.loads((await sent.get())["text"])["type"] == "ready"
        await in_pool(revoke_all, ann.pk, "signed_out")
        while (await sent.get())["type"] != "websocket.close":
            pass
    incoming.put_nowait(text("send_message", {"room_id": room.id, "content": "still here"}))
    incoming.put_nowait(text("set_status", {"status": "dnd"}))
    incoming.put_nowait({"type": "websocket.disconnect"})
    await ended(task)
    await in_pool(ann.refresh_from_db)
    assert ann.status != "dnd"
    assert not await in_pool(Message.objects.filter(content="still here").exists)
