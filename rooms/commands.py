"""join_room and leave_room: what is on screen. Who is a member is decided elsewhere."""

from typing import TYPE_CHECKING

from chatsite.gateway.router import CommandRouter
from chatsite.pool import in_pool
from rooms.schemas import JoinedRoom, JoinRoom, LeaveRoom, LeftRoom
from rooms.services.rooms import room_for_member, room_of_member

if TYPE_CHECKING:
    from chatsite.gateway.connection import Connection

router = CommandRouter()


@router.command("join_room", JoinRoom)
async def join_room(connection: "Connection", command: JoinRoom) -> JoinedRoom:
    await in_pool(room_for_member, connection.user_id, command.room_id)
    await connection.hub.open_room(connection, command.room_id)
    if command.version is not None:
        await connection.hub.catch_up(connection, command.room_id, command.version)
    room = await in_pool(room_of_member, user_id=connection.user_id, room_id=command.room_id)
    return JoinedRoom(room_id=room.id, room=room, version=room.version)


@router.command("leave_room", LeaveRoom)
async def leave_room(connection: "Connection", command: LeaveRoom) -> LeftRoom:
    connection.hub.close_room(connection, command.room_id)
    return LeftRoom(room_id=command.room_id)
