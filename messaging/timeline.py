"""Fills rooms.slots.timeline: what the floor of rooms shows of messages."""

from collections.abc import Collection
from functools import partial

from django.db import transaction

from chatsite.gateway.events import encode
from messaging import recent
from messaging.models import Message
from messaging.rendering import messages_out
from messaging.schemas import NewMessage
from messaging.services.mentions import unread_mentions
from rooms.changes import RoomChange
from rooms.models import RoomCounter


class Timeline:
    unread_mentions = staticmethod(unread_mentions)

    def last_messages(self, counters: Collection[RoomCounter]) -> dict[int, bytes]:
        """-> {room id: its newest message, encoded}"""
        ids = [c.last_message_id for c in counters if c.last_message_id]
        messages = list(Message.objects.filter(pk__in=ids)) if ids else []
        return {out.room_id: encode(out) for out in messages_out(messages)}

    def has_spoken(self, room_id: int, user_id: int) -> bool:
        return Message.objects.filter(room_id=room_id, sender_id=user_id).exists()

    def add_line(
        self, change: RoomChange, event: str, *, actor_id: int, target_id: int | None = None, value: str | None = None
    ) -> None:
        """Writes a system line under the lock: a seq and a version of its own, and nothing to count as unread."""
        counter = change.counter
        counter.last_seq += 1
        line = Message(
            room_id=counter.room_id,
            seq=counter.last_seq,
            version=change.take_version(),
            number=counter.message_count,
            kind=Message.SYSTEM,
            nonce=f"line-{counter.last_seq}",
            fingerprint=bytes(8),
            system={"event": event, "actor": actor_id, "target": target_id, "value": value},
            created_at=counter.changed_at,
        )
        line.save(force_insert=True)
        counter.last_message_id, counter.last_message_at = line.id, line.created_at
        (out,) = messages_out([line])
        change.add(NewMessage(room_id=counter.room_id, version=line.version, message=out))
        transaction.on_commit(partial(recent.append, [line]))
