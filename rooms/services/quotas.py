"""What administrators bound for the whole server: how many rooms one person owns, and how many people are in one."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from chatsite.errors import Conflict
from chatsite.live import setting
from rooms.models import Membership, Room, RoomCounter


def require_place(room: Room, counter: RoomCounter, newcomers: int = 1) -> None:
    """Under the room's lock. Direct rooms have their two places."""
    most = setting("ROOM_MEMBERS_MAX")
    if most and not room.is_direct and counter.member_count + newcomers > most:
        raise Conflict(_("This room is full."))


def require_another_room(user_id: int) -> None:
    """Before a room is made or brought back, in its transaction: of two at once, one sees what the other has made."""
    most = setting("ROOMS_PER_PERSON")
    if not most:
        return
    User.objects.select_for_update().get(pk=user_id)
    owned = Membership.objects.current().filter(user_id=user_id, role=Membership.OWNER)
    if Room.objects.filter(archived_at=None, id__in=owned.values("room_id")).count() >= most:
        raise Conflict(_("You own as many rooms as this server allows."))
