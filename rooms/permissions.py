"""Who may do what in a room. Questions first; the `require_…` raise what the contract names."""

from django.utils.timezone import now

from chatsite.errors import ChatError, NotAMember, PermissionDenied
from rooms.models import Membership, Room

RANK = {Membership.MEMBER: 0, Membership.ADMIN: 1, Membership.OWNER: 2}
MENTION_ALL_MEMBERS = 50  # above it, @all is for owner and admins


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


def can_mention_all(membership: Membership | None, member_count: int) -> bool:
    return can_read(membership) and (member_count <= MENTION_ALL_MEMBERS or can_manage(membership))


def can_bring_in(room: Room, membership: Membership | None) -> bool:
    """To add people and make invites: any member of a public room, owner and admins of a private one."""
    return not room.is_direct and can_read(membership) and (room.kind == Room.PUBLIC or can_manage(membership))


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
    return member


def require(answer: bool) -> None:
    if not answer:
        raise PermissionDenied
