"""Coming in by oneself, and going."""

from chatsite.errors import NotFound
from chatsite.transactions import repeated_on_conflict
from rooms.changes import changing
from rooms.models import Room
from rooms.permissions import require_open
from rooms.services.memberships import add_small_room_line, admit
from rooms.services.rooms import visible_room


@repeated_on_conflict
def join(*, user_id: int, room_id: int) -> None:
    """Enters a public room; being in already is fine."""
    with changing(room_id) as change:
        room, membership = visible_room(user_id, room_id)
        if membership is None:
            require_open(room)
            admit(change, room, user_id)
            add_small_room_line(change, "member_joined", actor_id=user_id)


def join_by_code(*, user_id: int, code: str) -> int:
    """-> the id of the room entered."""
    room_id = Room.objects.filter(code=code).values_list("id", flat=True).first()
    if room_id is None:
        raise NotFound
    join(user_id=user_id, room_id=room_id)
    return room_id
