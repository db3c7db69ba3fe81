"""The one way to change a message: under its room's lock, by a member, at the room's next version."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from django.db import transaction

from chatsite.errors import NotFound
from chatsite.gateway.events import Event
from messaging import recent
from messaging.models import Message
from messaging.permissions import require_in_sight
from messaging.rendering import messages_out, reactions_of
from messaging.schemas import MessageOut, MessageUpdated, RoomSync
from rooms.changes import RoomChange, changing
from rooms.models import Membership, Room
from rooms.rendering import room_out
from rooms.services.rooms import room_for_member


class MessageChange:
    """A message in its locked room."""

    def __init__(self, change: RoomChange, room: Room, message: Message) -> None:
        self.room = room
        self.message = message
        self._change = change

    def save(self) -> MessageOut:
        """Stores the message at the room's next version and tells all -> as they see it now."""
        message = self.message
        message.version = self._change.take_version()
        message.save(force_update=True)
        reactions = reactions_of([message])
        (out,) = messages_out([message], reactions=reactions)
        self._change.add(self._event(out))
        transaction.on_commit(partial(recent.append, [message], reactions))
        return out

    def _event(self, out: MessageOut) -> Event:
        """Where some members may not read the message, all are told to ask again: that shows each what is theirs."""
        if out.seq > self.room.history_after_seq:
            return MessageUpdated(room_id=out.room_id, version=out.version, message=out)
        room = room_out(self.room, self._change.counter)
        return RoomSync.unsaid(room, since=out.version - 1)

    def unchanged(self) -> MessageOut:
        (out,) = messages_out([self.message])
        return out


class MembersChange(MessageChange):
    """By a member of the room."""

    def __init__(self, change: RoomChange, room: Room, message: Message, membership: Membership) -> None:
        super().__init__(change, room, message)
        self.membership = membership


@contextmanager
def changing_message(user_id: int, message_id: int) -> Iterator[MembersChange]:
    """Locks the message's room; strangers to it are refused as the room refuses them."""
    with changing(room_of(message_id)) as change:
        room, membership = room_for_member(user_id, change.room_id)
        message = _message(message_id)
        require_in_sight(message, membership)
        yield MembersChange(change, room, message, membership)


def message_for_member(user_id: int, message_id: int) -> Message:
    """To read it; strangers to its room are refused as the room refuses them."""
    _room, membership = room_for_member(user_id, room_of(message_id))
    message = _message(message_id)
    require_in_sight(message, membership)
    return message


def _message(message_id: int) -> Message:
    """It may have been deleted for its age since its room was asked for."""
    message = Message.objects.filter(pk=message_id).first()
    if message is None:
        raise NotFound
    return message


def room_of(message_id: int) -> int:
    room_id = Message.objects.filter(pk=message_id).values_list("room_id", flat=True).first()
    if room_id is None:
        raise NotFound
    return room_id
