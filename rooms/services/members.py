"""What members do to each other: bring in, promote, mute, kick, hand the room on."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _
from msgspec import UNSET

from accounts import preferences
from accounts.services.remarks import remarks_about
from accounts.services.search import called
from chatsite.api.pagination import from_cursor, page
from chatsite.errors import NotFound, ValidationFailed
from chatsite.transactions import repeated_on_conflict
from rooms import slots
from rooms.changes import RoomChange, changing
from rooms.contacts import person, require_unblocked, require_welcome
from rooms.models import Membership
from rooms.permissions import can_add, can_manage, is_owner, outranks, require, require_open
from rooms.records import record_about
from rooms.rendering import members_out
from rooms.schemas import ChangeMember, MemberOut, MemberPage
from rooms.services.memberships import add_small_room_line, admit, change_standing, crown, remove
from rooms.services.rooms import is_banned, room_for_member


def member(room_id: int, user_id: int) -> Membership:
    """Somebody who is in the room now."""
    membership = Membership.objects.current().filter(room_id=room_id, user_id=user_id).first()
    if membership is None:
        raise NotFound
    return membership


def list_members(*, user_id: int, room_id: int, cursor: str | None, limit: int, text: str = "") -> MemberPage:
    """Who is in the room, by user id; with a text those who bear it or whom `user_id` calls so."""
    room_for_member(user_id, room_id)
    (after,) = from_cursor(cursor, tuple[int]) or (0,)
    rows = Membership.objects.current().filter(room_id=room_id, user_id__gt=after).order_by("user_id")
    if text:
        rows = rows.filter(user_id__in=called(user_id=user_id, text=text).values("pk"))
    found, following = page(list(rows[: limit + 1]), limit, lambda m: (m.user_id,))
    members = members_out(found, viewer_id=user_id)
    remarks = remarks_about(user_id, [one.user for one in members])
    return MemberPage(results=members, next=following, remarks=remarks)


@repeated_on_conflict
def add_member(*, user_id: int, room_id: int, new_id: int) -> None:
    """Brings somebody in who lets `user_id` do that; being in already is fine."""
    with changing(room_id) as change:
        room, me = room_for_member(user_id, room_id)
        require(can_add(room, me))
        require_open(room)
        newcomer = person(new_id)
        if Membership.objects.current().filter(room_id=room_id, user_id=new_id).exists():
            return
        require(not is_banned(new_id, room_id))
        require_unblocked(user_id, new_id)
        require_welcome(preferences.read(newcomer.preferences).add_to_rooms, new_id, user_id)
        admit(change, room, new_id)
        add_small_room_line(change, "member_added", actor_id=user_id, target_id=new_id)


@repeated_on_conflict
def change_member(*, user_id: int, room_id: int, member_id: int, wanted: ChangeMember) -> MemberOut:
    """Gives or takes the admin role (the owner), mutes and unmutes (owner and admins), lower roles only."""
    with changing(room_id) as change:
        room, me = room_for_member(user_id, room_id)
        require(can_manage(me) and (wanted.role is UNSET or is_owner(me)))
        require_open(room)
        other = member(room_id, member_id)
        require(outranks(me, other))
        apply(change, other, wanted, by_id=user_id)
    (out,) = members_out([other], viewer_id=user_id)
    return out


def apply(change: RoomChange, membership: Membership, wanted: ChangeMember, *, by_id: int) -> None:
    """Under the room's lock, whoever may; what is so already is no change."""
    before = membership.role, membership.muted_until
    if wanted.role is not UNSET:
        membership.role = wanted.role
    if wanted.muted_until is not UNSET:
        membership.muted_until = wanted.muted_until
    if (membership.role, membership.muted_until) != before:
        change_standing(change, membership)
        _record(membership, before, by=by_id)


def _record(membership: Membership, before: tuple[str, datetime | None], *, by: int) -> None:
    member_id, room_id = membership.user_id, membership.room_id
    if membership.role != before[0]:
        record_about(member_id, "member.role", by=by, room_id=room_id, role=membership.role)
    if membership.muted_until != before[1]:
        action = "member.mute" if membership.muted_until else "member.unmute"
        record_about(member_id, action, by=by, room_id=room_id, until=membership.muted_until)


@repeated_on_conflict
def kick(*, user_id: int, room_id: int, member_id: int) -> None:
    """Takes a member of lower role out of the room."""
    with changing(room_id) as change:
        room, me = room_for_member(user_id, room_id)
        require(can_manage(me))
        require_open(room)
        other = member(room_id, member_id)
        require(outranks(me, other))
        remove(change, other, "kicked", actor_id=user_id)
        record_about(member_id, "member.kick", by=user_id, room_id=room_id)


@repeated_on_conflict
def transfer(*, user_id: int, room_id: int, heir_id: int) -> None:
    """Makes another member the owner; the former one stays as admin."""
    with changing(room_id) as change:
        room, me = room_for_member(user_id, room_id)
        require(is_owner(me))
        require_open(room)
        if heir_id == user_id:
            raise ValidationFailed({"user_id": [_("You own this room already.")]})
        heir = member(room_id, heir_id)
        hand_on(change, me, heir, by_id=user_id)


def hand_on(change: RoomChange, owner: Membership | None, heir: Membership, *, by_id: int) -> None:
    """Under the room's lock, whoever may; the former owner, if there is one, stays as admin."""
    if owner is not None:
        owner.role = Membership.ADMIN
        change_standing(change, owner)
    crown(change, heir)
    slots.timeline.add_line(change, "ownership_transferred", actor_id=by_id, target_id=heir.user_id)
    record_about(heir.user_id, "room.transfer", by=by_id, room_id=heir.room_id)
