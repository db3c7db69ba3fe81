"""Who may do what in a room. Questions first; the `require_…` raise what the contract names."""

from typing import Literal

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from chatsite.errors import ChatError, NotAMember, PermissionDenied
from rooms.models import Membership, Room

RANK = {Membership.MEMBER: 0, Membership.ADMIN: 1, Membership.OWNER: 2}
Switch = Literal[
    "post", "links", "upload", "mention_all", "mention_here", "react", "pin", "invite", "add", "rename", "announce"
]  # fields of Rules
BANNED = _("You are banned from this room.")
MENTION_ALL_MEMBERS = 50  # above it, @all and @here are for owner and admins


def can_read(membership: Membership | None) -> bool:
    return membership is not None and membership.is_current


def is_muted(membership: Membership) -> bool:
    return membership.muted_until is not None and membership.muted_until > now()


def can_manage(membership: Membership | None) -> bool:
    """Owner and admins: settings, mutes, kicks, bans. Direct rooms have neither."""
    return membership is not None and membership.is_current and RANK[membership.role] >= RANK[Membership.ADMIN]


def is_owner(membership: Membership | None) -> bool:
    return membership is not None and membership.is_current and membership.role == Membership.OWNER


def can_recall_others(membership: Membership | None) -> bool:
    return can_manage(membership)


def may(room: Room, membership: Membership | None, what: Switch) -> bool:
    """What the room's rules leave to everyone or to its admins."""
    return can_read(membership) and (getattr(room.rules, what) == "everyone" or can_manage(membership))


def may_call(
    room: Room, membership: Membership | None, whom: Literal["mention_all", "mention_here"], member_count: int
) -> bool:
    """Everybody at once, or everybody who is there."""
    if getattr(room.rules, whom) == "by_size":
        return can_read(membership) and (member_count <= MENTION_ALL_MEMBERS or can_manage(membership))
    return may(room, membership, whom)


def can_add(room: Room, membership: Membership | None) -> bool:
    return not room.is_direct and may(room, membership, "add")


def can_invite(room: Room, membership: Membership | None) -> bool:
    return not room.is_direct and may(room, membership, "invite")


def outranks(membership: Membership, other: Membership) -> bool:
    return RANK[membership.role] > RANK[other.role]


def require_member(membership: Membership | None) -> Membership:
    if membership is None or not membership.is_current:
        raise NotAMember
    return membership


def require_open(room: Room) -> None:
    if room.archived_at is not None:
        raise ChatError("room_archived")


def require_post(room: Room, membership: Membership | None) -> Membership:
    """To write, edit, react and pin."""
    member = require_member(membership)
    require_open(room)
    if is_muted(member):
        raise ChatError("muted")
    if not may(room, member, "post"):
        raise ChatError("muted", _("Only the room's admins may write here."))
    return member


def require_may(room: Room, membership: Membership | None, what: Switch) -> None:
    """What all members could be allowed; the muted are not, whatever the rule says."""
    require(may(room, membership, what))
    if not can_manage(membership):
        require_post(room, membership)


def require(answer: bool) -> None:
    if not answer:
        raise PermissionDenied
