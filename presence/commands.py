"""Presence over the gateway."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.timezone import now

from chatsite.gateway import rate_limit
from chatsite.gateway.frames import Close
from chatsite.gateway.router import CommandRouter
from chatsite.pool import in_pool
from presence import services
from presence.schemas import Ping, Pong, SetStatus, ShowTyping
from presence.tracker import tracker

if TYPE_CHECKING:
    from chatsite.gateway.connection import Connection

router = CommandRouter()


@router.on_connect
def arrive(connection: Connection) -> None:
    tracker().add(connection.id, connection.user_id)


@router.on_disconnect
def depart(connection: Connection) -> None:
    tracker().remove(connection.id, restarting=connection.close_code == Close.RESTART)


@router.command("ping", Ping)
async def ping(connection: Connection, command: Ping) -> Pong:
    tracker().set_idle(connection.id, command.idle)
    return Pong(server_time=now())


@router.command("set_status", SetStatus)
async def set_status(connection: Connection, command: SetStatus) -> None:
    await in_pool(
        services.set_status,
        user_id=connection.user_id,
        status=command.status,
        status_text=command.status_text,
    )
    tracker().restate(connection.user_id)


@router.command("typing", ShowTyping, rate=rate_limit.typing)
async def typing(connection: Connection, command: ShowTyping) -> None:
    await in_pool(services.show_typing, user_id=connection.user_id, room_id=command.room_id)
