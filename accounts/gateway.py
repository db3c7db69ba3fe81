"""Who is at the gateway's door. Fills chatsite.gateway.pull.read_token."""

from collections.abc import Sequence

from accounts import tokens
from accounts.models import Session, User
from chatsite.gateway.pull import Claims

SHOWN = [f"user__{name}" for name in ("username", "display_name", "avatar", "is_bot", "status", "status_text")]
SHOWN += ["user__last_seen_at", "user__locale"]


def read_token(token: str) -> Claims:
    claims = tokens.read_access(token)
    return Claims(claims.user_id, claims.session_id, claims.expires_at.timestamp())


def standing(claims: Sequence[Claims]) -> list[User | None]:
    """-> for each the user whose session still stands, else None; one query however many."""
    sessions = Session.objects.filter(pk__in={c.session_id for c in claims}, revoked_at=None, user__is_active=True)
    found = {s.pk: s.user for s in sessions.select_related("user").only("user_id", *SHOWN)}
    users = [found.get(c.session_id) for c in claims]
    return [user if user and user.pk == c.user_id else None for user, c in zip(users, claims, strict=True)]


def locale_of(user: User) -> str:
    """-> Django language code of the texts that the user reads."""
    return "zh-hans" if user.locale.lower().startswith("zh") else "en"
