"""Who is at the gateway's door. Fills chatsite.gateway.pull.read_token."""

from collections.abc import Sequence

from django.db.models import F, Q

from accounts import tokens
from accounts.models import User
from chatsite.gateway.pull import Claims

SHOWN = ("username", "display_name", "avatar", "is_bot", "status", "status_text", "last_seen_at", "locale")


def read_token(token: str) -> Claims:
    claims = tokens.read_access(token)
    return Claims(claims.user_id, claims.session_id, claims.expires_at.timestamp())


def standing(claims: Sequence[Claims]) -> list[User | None]:
    """-> for each the user whose session still stands, else None; one query however many."""
    standing = Q(sessions__pk__in={c.session_id for c in claims}, sessions__revoked_at=None)
    users_of = User.objects.filter(standing, is_active=True).annotate(session_id=F("sessions__pk")).only(*SHOWN)
    found: dict[int, User] = {user.session_id: user for user in users_of}
    users = [found.get(c.session_id) for c in claims]
    return [user if user and user.pk == c.user_id else None for user, c in zip(users, claims, strict=True)]


def locale_of(user: User) -> str:
    """-> Django language code of the texts that the user reads."""
    return "zh-hans" if user.locale.lower().startswith("zh") else "en"
