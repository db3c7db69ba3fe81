"""Bans and invitations that are over are deleted."""

from datetime import timedelta

from django.db.models import F, Q
from django.utils.timezone import now

from rooms.models import Ban, Invite

KEPT_INVITES = timedelta(days=30)  # whoever made one sees for a while what became of it


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
