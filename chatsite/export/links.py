"""The link to an export: made for who has just shown their password, good while their session stands."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.utils.timezone import now

from accounts.models import Session
from accounts.services.signing_in import require_password
from chatsite.api.rate_limit import limit
from chatsite.errors import NotFound
from chatsite.export.schemas import ExportLinkOut

SALT = "chat.export"
LIFETIME = timedelta(minutes=10)


def ask(*, session: Session, password: str) -> ExportLinkOut:
    """-> where one's own data is fetched."""
    require_password(session.user, "password", password)
    token = signing.dumps({"user": session.user_id, "session": session.pk}, salt=SALT)
    return ExportLinkOut(url=f"{settings.PUBLIC_URL}/api/users/export/{token}", expires_at=now() + LIFETIME)


def open_link(token: str) -> int:
    """-> whose data is to be sent. Making it is work, so it is limited."""
    try:
        claims: dict[str, Any] = signing.loads(token, salt=SALT, max_age=LIFETIME)
    except signing.BadSignature:
        raise NotFound from None
    standing = Session.objects.filter(pk=claims["session"], user_id=claims["user"], revoked_at=None)
    if not standing.filter(user__is_active=True).exists():
        raise NotFound
    limit("export", claims["user"])
    return int(claims["user"])
