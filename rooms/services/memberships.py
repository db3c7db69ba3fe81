"""What a membership goes through, under the lock of its room: every step takes a version and has its event."""

from django.utils.timezone import now

from rooms import slots
from rooms.changes import RoomChange
from rooms.models import Invite, JoinRequest, Membership, Room
from rooms.rendering import members_out, membership_updated, room_added
from rooms.schemas import MemberJoined, MemberLeft, MemberUpdated, RoomRemoved
from rooms.services.quotas import require_place

LINE_MEMBERS = 200  # in larger rooms joins and leaves leave no line in the conversation
STANDING = ["role", "left_at", "left_reason", "muted_until", "version", "changed_at"]


def admit(
    change: RoomChange, room: Room, user_id: int, *, role: str = Membership.MEMBER, hidden: bool = False
) -> Membership:
    """Makes the user a member with nothing unread. A former member's row lives again, and stays muted."""
    counter = change.counter
    require_place(room, counter)
    membership = Membership.objects.filter(room_id=room.id, user_id=user_id).first()
    membership = membership or Membership(room_id=room.id, user_id=user_id)
    membership.role = role
    membership.joined_at, membership.left_at, membership.left_reason = now(), None, ""
    membership.last_read_seq, membership.read_number = counter.last_seq, counter.message_count
    membership.own_after_mark = 0
    hide_history(room, membership, counter.last_seq)
    membership.is_hidden = hidden
    counter.member_count += 1
    JoinRequest.objects.filter(room_id=room.id, user_id=user_id).delete()
    stamp(change, membership, fields=None)
    (member,) = members_out([membership])
    change.add(MemberJoined(room_id=room.id, version=membership.version, member=member))
    if not hidden:
        change.attach(user_id, room_added(room, counter, user_id))
    return membership


def hide_history(room: Room, membership: Membership, last_seq: int) -> None:
    """From a newcomer, where that is the rule. The room remembers how far it goes: it concerns what is sent to all."""
    membership.history_after_seq = last_seq if room.rules.history == "since_joining" else 0
    if membership.history_after_seq > room.history_after_seq:
        room.history_after_seq = membership.history_after_seq
        room.save(update_fields=["history_after_seq"])


def expel(change: RoomChange, membership: Membership, reason: str) -> None:
    """Ends a membership; its person hears why, and nothing of the room after it."""
    membership.left_at, membership.left_reason, membership.role = now(), reason, Membership.MEMBER
    change.counter.member_count -= 1
    stamp(change, membership)
    (member,) = members_out([membership])
    change.add(MemberLeft(room_id=change.room_id, version=membership.version, member=member))
    change.detach(membership.user_id, RoomRemoved(room_id=change.room_id, reason=reason))  # type: ignore[arg-type]


def remove(change: RoomChange, membership: Membership, reason: str, *, actor_id: int) -> None:
    """Somebody else ends it: the invites that the removed has made end too."""
    expel(change, membership, reason)
    own = Invite.objects.filter(room_id=change.room_id, created_by_id=membership.user_id, revoked_at=None)
    own.update(revoked_at=now())
    slots.timeline.add_line(change, f"member_{reason}", actor_id=actor_id, target_id=membership.user_id)


def change_standing(change: RoomChange, membership: Membership) -> None:
    """Tells all of a new role or mute, and its person's own connections what they may now."""
    stamp(change, membership)
    (member,) = members_out([membership])
    change.add(MemberUpdated(room_id=change.room_id, version=membership.version, member=member))
    membership.refresh_from_db()  # marks move without the lock: one that moved meanwhile is not to be put back
    change.tell(membership.user_id, membership_updated(membership, change.counter))


def crown(change: RoomChange, heir: Membership) -> None:
    """Makes a member the owner; nobody else could unmute them, so that ends too."""
    heir.role, heir.muted_until = Membership.OWNER, None
    change_standing(change, heir)


def stamp(change: RoomChange, membership: Membership, fields: list[str] | None = STANDING) -> None:
    """Saves the membership at the room's next version. Read marks move without the lock: not ours to write."""
    membership.version = change.take_version(access=True)
    membership.changed_at = change.counter.changed_at
    membership.save(update_fields=fields)


def add_small_room_line(change: RoomChange, event: str, *, actor_id: int, target_id: int | None = None) -> None:
    if change.counter.member_count <= LINE_MEMBERS:
        slots.timeline.add_line(change, event, actor_id=actor_id, target_id=target_id)
