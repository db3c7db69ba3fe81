"""What a membership goes through, under the lock of its room: every step takes a version and has its event."""

from django.utils.timezone import now

from rooms import slots
from rooms.changes import RoomChange
from rooms.models import Membership, Room
from rooms.rendering import members_out, room_added
from rooms.schemas import MemberJoined, MemberLeft, RoomRemoved

STANDING = ["role", "left_at", "left_reason", "muted_until", "version", "changed_at"]
LINE_MEMBERS = 200  # in larger rooms joins and leaves leave no line in the conversation


def admit(
    change: RoomChange, room: Room, user_id: int, *, role: str = Membership.MEMBER, attach: bool = True
) -> Membership:
    """Makes the user a member with nothing unread. A former member's row lives again, and stays muted."""
    counter = change.counter
    membership = Membership.objects.filter(room_id=room.id, user_id=user_id).first()
    membership = membership or Membership(room_id=room.id, user_id=user_id)
    membership.role = role
    membership.joined_at, membership.left_at, membership.left_reason = now(), None, ""
    membership.last_read_seq, membership.read_number = counter.last_seq, counter.message_count
    membership.own_after_mark = 0
    counter.member_count += 1
    stamp(change, membership, fields=None)
    (member,) = members_out([membership])
    change.add(MemberJoined(room_id=room.id, version=membership.version, member=member))
    if attach:
        change.attach(user_id, room_added(room, counter, user_id))
    return membership


def expel(change: RoomChange, membership: Membership, reason: str) -> None:
    """Ends a membership; its person hears why, and nothing of the room after it."""
    membership.left_at, membership.left_reason, membership.role = now(), reason, Membership.MEMBER
    change.counter.member_count -= 1
    stamp(change, membership)
    (member,) = members_out([membership])
    change.add(MemberLeft(room_id=change.room_id, version=membership.version, member=member))
    change.detach(membership.user_id, RoomRemoved(room_id=change.room_id, reason=reason))  # type: ignore[arg-type]


def stamp(change: RoomChange, membership: Membership, fields: list[str] | None = STANDING) -> None:
    """Saves the membership at the room's next version. Read marks move without the lock: not ours to write."""
    membership.version = change.take_version(access=True)
    membership.changed_at = change.counter.changed_at
    membership.save(update_fields=fields)


def add_small_room_line(change: RoomChange, event: str, *, actor_id: int, target_id: int | None = None) -> None:
    if change.counter.member_count <= LINE_MEMBERS:
        slots.timeline.add_line(change, event, actor_id=actor_id, target_id=target_id)
