"""The one way to change a room: lock its counter, take versions, publish one event a version after COMMIT."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from chatsite.errors import NotFound
from chatsite.gateway.events import Attach, Detach, Envelope, Event, publish, to_user
from rooms.models import Room, RoomCounter


class RoomChange:
    """A locked room. Every version that is taken must get exactly one event, in order."""

    def __init__(self, counter: RoomCounter) -> None:
        self.counter = counter
        self.room_id = counter.room_id
        self._first = counter.version + 1
        self._frames: list[bytes] = []
        self._detach: list[Detach] = []
        self._to_users: list[Envelope] = []

    def take_version(self, *, access: bool = False) -> int:
        return self.counter.next_version(access=access)

    def add(self, event: Event) -> None:
        """The event of the version taken last."""
        self._frames.append(event.frame())
        assert self._first + len(self._frames) - 1 == self.counter.version, "one event per version, in order"

    def detach(self, user_id: int, farewell: Event) -> None:
        """From the version taken last on, this user hears no more of the room: `farewell` instead."""
        self._detach.append(Detach(user_id, self.counter.version, farewell.frame()))

    def attach(self, user_id: int, welcome: Event, *, version: int | None = None) -> None:
        """After `version` (default: the one taken last) this user's connections follow the room."""
        start = self.counter.version if version is None else version
        self._to_users.append(to_user(user_id, attach=Attach(self.room_id, start, welcome.frame())))

    def tell(self, user_id: int, *events: Event) -> None:
        """Events for one user's own connections."""
        self._to_users.append(to_user(user_id, *events))

    def finish(self) -> None:
        if self._frames:
            self.counter.save()
            publish(
                *self._to_users,
                Envelope(room_id=self.room_id, first=self._first, frames=self._frames, detach=self._detach),
            )
        elif self._to_users:
            publish(*self._to_users)


@contextmanager
def changing(room_id: int) -> Iterator[RoomChange]:
    """Locks the room. The counter comes first, before any other row: the other order deadlocks."""
    with transaction.atomic():
        counter = RoomCounter.objects.select_for_update().filter(room_id=room_id).first()
        if counter is None:
            raise NotFound
        change = RoomChange(counter)
        yield change
        change.finish()


def start_room(room: Room) -> RoomChange:
    """A new room's counter, inside the caller's transaction; call finish() at its end."""
    return RoomChange(RoomCounter.objects.create(room_id=room.id))
