"""Keeping people out."""

from datetime import datetime

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.public import users_by_id
from chatsite.api.pagination import from_cursor, page
from chatsite.errors import NotFound, ValidationFailed
from chatsite.transactions import repeated_on_conflict
from rooms.changes import changing
from rooms.models import Ban, JoinRequest, Membership
from rooms.permissions import can_manage, outranks, require, require_open
from rooms.records import record_about
from rooms.schemas import BanOut, BanPage
from rooms.services.memberships import remove
from rooms.services.rooms import room_for_member


def list_bans(*, user_id: int, room_id: int, cursor: str | None, limit: int) -> BanPage:
    """Who is kept out, the newest first."""
    _room, me = room_for_member(user_id, room_id)
    require(can_manage(me))
    rows = Ban.objects.in_force().filter(room_id=room_id).order_by("-id")
    if key := from_cursor(cursor, tuple[int]):
        rows = rows.filter(id__lt=key[0])
    found, following = page(list(rows[: limit + 1]), limit, lambda b: (b.id,))
    users = users_by_id([b.user_id for b in found], viewer_id=user_id)
    return BanPage(
        results=[
            BanOut(user=users[b.user_id], until=b.until, created_by=b.created_by_id, created_at=b.created_at)
            for b in found
        ],
        next=following,
    )


@repeated_on_conflict
def ban(*, user_id: int, room_id: int, banned_id: int, until: datetime | None = None) -> None:
    """Keeps a person of lower role, or not in the room, out of it until then, or for good."""
    require_future(until)
    with changing(room_id) as change:
        room, me = room_for_member(user_id, room_id)
        require(can_manage(me))
        require_open(room)
        other = Membership.objects.current().filter(room_id=room_id, user_id=banned_id).first()
        if other is not None:
            require(outranks(me, other))
        elif not User.objects.filter(pk=banned_id).exists():
            raise NotFound
        store_ban(room_id, banned_id, until, by_id=user_id)
        if other is not None:
            remove(change, other, "banned", actor_id=user_id)


def require_future(until: datetime | None) -> None:
    if until is not None and until <= now():
        raise ValidationFailed({"until": [_("This time has passed.")]})


def store_ban(room_id: int, banned_id: int, until: datetime | None, *, by_id: int) -> None:
    """Under the room's lock, whoever may. Who waited to be let in waits no more."""
    wanted = {"until": until, "created_by_id": by_id, "created_at": now()}
    Ban.objects.update_or_create(room_id=room_id, user_id=banned_id, defaults=wanted)
    JoinRequest.objects.filter(room_id=room_id, user_id=banned_id).delete()
    record_about(banned_id, "member.ban", by=by_id, room_id=room_id, until=until)


@repeated_on_conflict
def unban(*, user_id: int, room_id: int, banned_id: int) -> None:
    """Lets them in again."""
    with changing(room_id):
        room, me = room_for_member(user_id, room_id)
        require(can_manage(me))
        require_open(room)
        lift_ban(room_id, banned_id, by_id=user_id)


def lift_ban(room_id: int, banned_id: int, *, by_id: int) -> None:
    """Under the room's lock, whoever may."""
    deleted, _rows = Ban.objects.filter(room_id=room_id, user_id=banned_id).delete()
    if not deleted:
        raise NotFound
    record_about(banned_id, "member.unban", by=by_id, room_id=room_id)
