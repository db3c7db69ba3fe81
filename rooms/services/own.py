"""One's own settings of a room: they concern nobody else and take no version."""

from django.utils.timezone import now
from msgspec import UNSET

from chatsite.gateway.events import publish, to_user
from rooms.models import Membership
from rooms.rendering import membership_updated
from rooms.schemas import ChangeMembership, MembershipOut
from rooms.services.rooms import room_for_member


def change_membership(*, user_id: int, room_id: int, wanted: ChangeMembership) -> MembershipOut:
    """Sets how loud the room is for me, and whether it stands on top."""
    _room, me = room_for_member(user_id, room_id)
    changed = _apply(me, wanted)
    if changed:
        me.save(update_fields=changed)
    news = membership_updated(me)
    if changed:
        publish(to_user(user_id, news))
    return news.membership


def _apply(me: Membership, wanted: ChangeMembership) -> list[str]:
    """-> the fields that changed: others may be set by another device at this moment.

    A new `notify` holds for good unless `notify_until` comes with it.
    """
    fields = ("notify", "notify_until", "pinned_at")
    before = [getattr(me, field) for field in fields]
    if me.is_loud_again:
        me.notify, me.notify_until = "all", None
    if wanted.notify is not UNSET:
        me.notify, me.notify_until = wanted.notify, None
    if wanted.notify_until is not UNSET:
        me.notify_until = wanted.notify_until
    if wanted.pinned is not UNSET:
        me.pinned_at = (me.pinned_at or now()) if wanted.pinned else None
    return [field for field, value in zip(fields, before, strict=True) if getattr(me, field) != value]
