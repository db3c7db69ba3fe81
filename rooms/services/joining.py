"""Coming in by oneself, and going."""

from django.db.models import Case, IntegerField, Value, When
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from chatsite.errors import Conflict, NotFound
from chatsite.transactions import repeated_on_conflict
from rooms.changes import RoomChange, changing
from rooms.models import JoinRequest, Membership, Room
from rooms.permissions import is_owner, require, require_open
from rooms.services.memberships import add_small_room_line, admit, crown, expel
from rooms.services.requests import ask
from rooms.services.rooms import room_for_member, visible_room
from rooms.services.settings import save_room


@repeated_on_conflict
def join(*, user_id: int, room_id: int, message: str = "") -> bool:
    """Enters a public room, or asks its admins to; being in already is fine. -> whether they are in"""
    with changing(room_id) as change:
        room, membership = visible_room(user_id, room_id)
        if membership is not None:
            return True
        if room.rules.join == "approval":
            ask(change, room, user_id, message)
            return False
        enter(change, room, user_id)
    return True


def enter(change: RoomChange, room: Room, user_id: int) -> None:
    """Somebody comes in by themselves."""
    require_open(room)
    admit(change, room, user_id)
    add_small_room_line(change, "member_joined", actor_id=user_id)


def room_by_code(code: str) -> int:
    """-> the room's id"""
    room_id = Room.objects.filter(code=code).values_list("id", flat=True).first()
    if room_id is None:
        raise NotFound
    return room_id


@repeated_on_conflict
def leave(*, user_id: int, room_id: int) -> None:
    """Ends one's own membership. The owner hands the room on before; left by its last member it is archived."""
    with changing(room_id) as change:
        room, me = room_for_member(user_id, room_id)
        require(not room.is_direct)
        if is_owner(me) and change.counter.member_count > 1:
            raise Conflict(_("Hand the room on to somebody before you leave."))
        _go(change, room, me)


def leave_all(user_id: int) -> None:
    """Takes a deleted account out of its rooms; what it owned passes to the oldest admin or member."""
    JoinRequest.objects.filter(user_id=user_id).delete()
    mine = Membership.objects.current().filter(user_id=user_id).values("room_id")
    for room_id in Room.objects.exclude(kind=Room.DIRECT).filter(id__in=mine).values_list("id", flat=True):
        _leave_for_good(user_id=user_id, room_id=room_id)


@repeated_on_conflict
def _leave_for_good(*, user_id: int, room_id: int) -> None:
    with changing(room_id) as change:
        room = Room.objects.get(id=room_id)
        me = Membership.objects.current().filter(room_id=room_id, user_id=user_id).first()
        if me is None:
            return
        crown_heir(change, me)
        _go(change, room, me)


def crown_heir(change: RoomChange, leaving: Membership) -> None:
    """Where the owner leaves, the oldest admin or member becomes it."""
    if is_owner(leaving) and (heir := _heir(leaving.room_id, leaving.user_id)):
        crown(change, heir)


def _heir(room_id: int, owner_id: int) -> Membership | None:
    admins_first = Case(When(role=Membership.ADMIN, then=Value(0)), default=Value(1), output_field=IntegerField())
    others = Membership.objects.current().filter(room_id=room_id).exclude(user_id=owner_id)
    return others.order_by(admins_first, "joined_at", "id").first()


def _go(change: RoomChange, room: Room, me: Membership) -> None:
    expel(change, me, "left")
    if room.archived_at is None and change.counter.member_count > 0:
        add_small_room_line(change, "member_left", actor_id=me.user_id)
    archive_if_empty(change, room)


def archive_if_empty(change: RoomChange, room: Room) -> None:
    if room.archived_at is None and change.counter.member_count == 0:
        room.archived_at = now()
        save_room(change, room, access=True)
