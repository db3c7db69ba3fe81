"""What is over and names nobody any more is deleted: devices signed out, invitations that let nobody in."""

from datetime import timedelta

from django.contrib.sessions.backends.db import SessionStore
from django.db.models import F, Q
from django.utils.timezone import now
from rest_framework_simplejwt.settings import api_settings

from accounts.models import RegistrationInvite, Session

KEPT_SIGNED_OUT = timedelta(days=1)  # every process must have heard of it, and tokens of it have run out
KEPT_INVITES = timedelta(days=30)  # whoever made one sees for a while what became of it


def forget_sessions() -> int:
    """Devices that were signed out, or have not come back for as long as their token was good."""
    unused = Q(last_used_at__lt=now() - api_settings.REFRESH_TOKEN_LIFETIME)
    gone, _by_table = Session.objects.filter(Q(revoked_at__lt=now() - KEPT_SIGNED_OUT) | unused).delete()
    SessionStore.clear_expired()
    return gone


def forget_registration_invites() -> int:
    """Those that were revoked, ran out or are used up."""
    before = now() - KEPT_INVITES
    is_over = Q(revoked_at__lt=before) | Q(expires_at__lt=before) | Q(uses__gte=F("max_uses"), created_at__lt=before)
    gone, _by_table = RegistrationInvite.objects.filter(is_over).delete()
    return gone
