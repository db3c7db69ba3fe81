from typing import TYPE_CHECKING

from chatsite.gateway import rate_limit
from chatsite.gateway.router import CommandRouter
from chatsite.pool import in_pool
from messaging.schemas import (
    EditMessage,
    MarkRead,
    MessageOut,
    React,
    ReadOut,
    RecallMessage,
    SendMessage,
    SyncRoom,
    VersionAck,
)
from messaging.sending import send_message
from messaging.services.edits import edit
from messaging.services.reactions import add_reaction, remove_reaction
from messaging.services.read_state import mark_read
from messaging.services.recall import recall
from rooms.services.rooms import room_for_member

if TYPE_CHECKING:
    from chatsite.gateway.connection import Connection

router = CommandRouter()
router.pipeline("send_message", SendMessage, send_message, rate=rate_limit.sends)


def done(message: MessageOut) -> VersionAck:
    return VersionAck(version=message.version)


@router.command("edit_message", EditMessage)
async def edit_message(connection: "Connection", command: EditMessage) -> VersionAck:
    return done(await in_pool(edit, user_id=connection.user_id, message_id=command.message_id, content=command.content))


@router.command("recall_message", RecallMessage)
async def recall_message(connection: "Connection", command: RecallMessage) -> VersionAck:
    return done(await in_pool(recall, user_id=connection.user_id, message_id=command.message_id))


@router.command("add_reaction", React)
async def react(connection: "Connection", command: React) -> VersionAck:
    user_id, message_id, emoji = connection.user_id, command.message_id, command.emoji
    return done(await in_pool(add_reaction, user_id=user_id, message_id=message_id, emoji=emoji))


@router.command("remove_reaction", React)
async def take_back(connection: "Connection", command: React) -> VersionAck:
    user_id, message_id, emoji = connection.user_id, command.message_id, command.emoji
    return done(await in_pool(remove_reaction, user_id=user_id, message_id=message_id, emoji=emoji))


@router.command("mark_read", MarkRead)
async def read(connection: "Connection", command: MarkRead) -> ReadOut:
    return await in_pool(mark_read, user_id=connection.user_id, room_id=command.room_id, seq=command.seq)


@router.command("sync_room", SyncRoom)
async def sync_room(connection: "Connection", command: SyncRoom) -> None:
    await in_pool(room_for_member, connection.user_id, command.room_id)
    await connection.hub.sync(connection, command.room_id, command.version)
