"""Who has read what the room announces."""

from django.utils.timezone import now

from accounts import preferences
from accounts.models import User
from accounts.public import users_out
from accounts.relations import blocked_among
from chatsite.gateway.events import publish, to_user
from rooms.models import Membership, Room
from rooms.rendering import membership_updated
from rooms.schemas import AnnouncementOut
from rooms.services.rooms import room_for_member


def mark_announcement_read(*, user_id: int, room_id: int) -> None:
    """For me, and for the list; again changes nothing."""
    room, me = room_for_member(user_id, room_id)
    if room.announced_at is None or _has_read(me, room):
        return
    me.announcement_read_at = now()
    me.save(update_fields=["announcement_read_at"])
    publish(to_user(user_id, membership_updated(me)))


def announcement(*, user_id: int, room_id: int) -> AnnouncementOut:
    """What is announced, and who has read it; without its author, the blocked, and who keeps that to themselves."""
    room, _me = room_for_member(user_id, room_id)
    if room.announced_at is None:
        return AnnouncementOut(announcement=room.announcement, announced_at=None, announced_by=None, read=[], unread=[])
    members = {m.user_id: m for m in Membership.objects.current().filter(room_id=room_id)}
    others = members.keys() - {room.announced_by_id}
    others -= blocked_among(user_id, others)
    users = [u for u in User.objects.filter(pk__in=others).order_by("pk") if _shows_receipts(u)]
    people = users_out(users, viewer_id=user_id)
    return AnnouncementOut(
        announcement=room.announcement,
        announced_at=room.announced_at,
        announced_by=room.announced_by_id,
        read=[p for p in people if _has_read(members[p.id], room)],
        unread=[p for p in people if not _has_read(members[p.id], room)],
    )


def _has_read(membership: Membership, room: Room) -> bool:
    at = membership.announcement_read_at
    return at is not None and room.announced_at is not None and at >= room.announced_at


def _shows_receipts(user: User) -> bool:
    return preferences.read(user.preferences).read_receipts
