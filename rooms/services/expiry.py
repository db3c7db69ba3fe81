"""Bans, invitations and pictures that are over are deleted, mutes that are over end for everybody to see."""

import re
import time
from datetime import timedelta
from pathlib import Path

from django.db.models import F, Q
from django.utils.timezone import now

from accounts import avatars
from accounts.models import User
from chatsite.transactions import repeated_on_conflict
from rooms.changes import changing
from rooms.models import Ban, Invite, Membership, Room
from rooms.services.memberships import change_standing

ROOMS_A_RUN = 500  # in which mutes end; the others have their turn in the next one
KEPT_INVITES = timedelta(days=30)  # whoever made one sees for a while what became of it

KEPT_PICTURES = timedelta(hours=1)  # a picture is stored before the row that names it
_PICTURE = re.compile(r"[0-9a-f]{64}\.webp")


def forget_bans() -> int:
    """Those that have ended; they have kept nobody out since."""
    gone, _by_table = Ban.objects.filter(until__lt=now()).delete()
    return gone


def forget_invites() -> int:
    """Those that were revoked, ran out or are used up."""
    before = now() - KEPT_INVITES
    is_over = Q(revoked_at__lt=before) | Q(expires_at__lt=before) | Q(uses__gte=F("max_uses"), created_at__lt=before)
    gone, _by_table = Invite.objects.filter(is_over).delete()
    return gone


def forget_pictures() -> int:
    """Those that no person and no room shows: replaced ones, and those of deleted accounts."""
    old = [path for path in avatars.directory().glob("*.webp") if _PICTURE.fullmatch(path.name) and _is_old(path)]
    shown = set(User.objects.exclude(avatar="").values_list("avatar", flat=True)) if old else set()
    shown |= set(Room.objects.exclude(avatar="").values_list("avatar", flat=True)) if old else set()
    forgotten = [path for path in old if path.name not in shown and _is_old(path)]  # not taken up again meanwhile
    for path in forgotten:
        path.unlink(missing_ok=True)
    return len(forgotten)


def _is_old(path: Path) -> bool:
    try:
        return path.stat().st_mtime < time.time() - KEPT_PICTURES.total_seconds()
    except FileNotFoundError:
        return False


def end_mutes() -> int:
    """They have kept nobody silent since their end; now clients stop showing them. -> how many"""
    over = Membership.objects.current().filter(muted_until__lt=now())
    room_ids = over.order_by("room_id").values_list("room_id", flat=True).distinct()
    return sum(map(_end_mutes_of, list(room_ids[:ROOMS_A_RUN])))


@repeated_on_conflict
def _end_mutes_of(room_id: int) -> int:
    with changing(room_id) as change:
        over = list(Membership.objects.current().filter(room_id=room_id, muted_until__lt=now()).order_by("id"))
        for membership in over:
            membership.muted_until = None
            change_standing(change, membership)
    return len(over)
