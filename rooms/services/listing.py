"""Many rooms at once: mine, and the directory."""

from django.db.models import Q

from chatsite.api.pagination import from_cursor, page
from rooms.models import Room, RoomCounter
from rooms.rendering import Counters, counters_of, rooms_out
from rooms.schemas import RoomOut, RoomPage

Q_CHARS = 100  # longer than any name; SQLite refuses to look for much longer ones


def my_rooms(*, user_id: int) -> RoomPage:
    """All rooms that I am in, latest activity first."""
    counters = {c.room_id: c for c in RoomCounter.objects.filter(room_id__in=Room.objects.of(user_id).values("id"))}
    rooms = sorted(Room.objects.filter(id__in=counters), key=lambda r: _activity(r, counters), reverse=True)
    return RoomPage(results=rooms_out(rooms, reader_id=user_id, counters=counters))


def _activity(room: Room, counters: Counters) -> tuple[object, int]:
    return counters[room.id].last_message_at or room.created_at, room.id


def directory(*, user_id: int, q: str, cursor: str | None, limit: int) -> RoomPage:
    """Public rooms by name; `q` is a part of the name or the whole code."""
    rows = Room.objects.public().order_by("name", "id")
    if q := q[:Q_CHARS]:
        rows = rows.filter(Q(name__icontains=q) | Q(code=q))
    if key := from_cursor(cursor, tuple[str, int]):
        rows = rows.filter(Q(name__gt=key[0]) | Q(name=key[0], id__gt=key[1]))
    found, following = page(list(rows.values_list("name", "id")[: limit + 1]), limit, tuple)
    return RoomPage(results=_in_order([room_id for _name, room_id in found], user_id), next=following)


def _in_order(room_ids: list[int], user_id: int) -> list[RoomOut]:
    counters = counters_of(room_ids)
    rooms = Room.objects.in_bulk(room_ids)
    return rooms_out([rooms[i] for i in room_ids], reader_id=user_id, counters=counters)
