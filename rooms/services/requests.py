"""Asking to be let in, where a room's admins decide about that."""

from django.utils.timezone import now

from accounts.models import User
from accounts.public import seen_by, users_by_id
from chatsite.api.pagination import from_cursor, page
from chatsite.errors import NotFound
from chatsite.transactions import repeated_on_conflict
from rooms.changes import RoomChange, changing
from rooms.contacts import person
from rooms.models import JoinRequest, Membership, Room
from rooms.permissions import can_manage, require, require_open
from rooms.schemas import JoinRequested, JoinRequestOut, JoinRequestPage
from rooms.services.memberships import add_small_room_line, admit
from rooms.services.rooms import room_for_member


def ask(change: RoomChange, room: Room, user_id: int, message: str) -> None:
    """Under the room's lock. Asking again replaces the words, and tells nobody again."""
    require_open(room)
    words = {"message": message, "created_at": now()}
    _request, is_new = JoinRequest.objects.update_or_create(room_id=room.id, user_id=user_id, defaults=words)
    if is_new:
        managers = Membership.objects.current().filter(room_id=room.id).exclude(role=Membership.MEMBER)
        seen = seen_by(User.objects.get(pk=user_id), list(managers.values_list("user_id", flat=True)))
        for manager_id, user in seen.items():
            change.tell(manager_id, JoinRequested(room_id=room.id, user=user, message=message))


def withdraw(*, user_id: int, room_id: int) -> None:
    """Takes one's own request back."""
    if not JoinRequest.objects.filter(room_id=room_id, user_id=user_id).delete()[0]:
        raise NotFound


def list_requests(*, user_id: int, room_id: int, cursor: str | None, limit: int) -> JoinRequestPage:
    """Who waits for an answer, the first one first."""
    _room, me = room_for_member(user_id, room_id)
    require(can_manage(me))
    rows = JoinRequest.objects.filter(room_id=room_id).order_by("id")
    if key := from_cursor(cursor, tuple[int]):
        rows = rows.filter(id__gt=key[0])
    found, following = page(list(rows[: limit + 1]), limit, lambda r: (r.id,))
    users = users_by_id([r.user_id for r in found], viewer_id=user_id)
    results = [JoinRequestOut(user=users[r.user_id], message=r.message, created_at=r.created_at) for r in found]
    return JoinRequestPage(results=results, next=following)


@repeated_on_conflict
def accept(*, user_id: int, room_id: int, asker_id: int) -> None:
    """Lets somebody in who has asked."""
    with changing(room_id) as change:
        let_in(change, _manageable(user_id, room_id), asker_id)


def let_in(change: RoomChange, room: Room, asker_id: int) -> None:
    """Under the room's lock, whoever may."""
    if not JoinRequest.objects.filter(room_id=room.id, user_id=asker_id).exists():
        raise NotFound
    admit(change, room, person(asker_id).pk)
    add_small_room_line(change, "member_joined", actor_id=asker_id)


@repeated_on_conflict
def decline(*, user_id: int, room_id: int, asker_id: int) -> None:
    """Takes a request off the queue; they may ask again."""
    with changing(room_id):
        _manageable(user_id, room_id)
        turn_down(room_id, asker_id)


def turn_down(room_id: int, asker_id: int) -> None:
    """Under the room's lock, whoever may."""
    if not JoinRequest.objects.filter(room_id=room_id, user_id=asker_id).delete()[0]:
        raise NotFound


def _manageable(user_id: int, room_id: int) -> Room:
    room, me = room_for_member(user_id, room_id)
    require(can_manage(me))
    require_open(room)
    return room
