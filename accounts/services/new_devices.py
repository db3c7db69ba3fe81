"""A mail about a device that was never seen before. The devices that are signed in hear of every sign-in at once."""

from contextlib import suppress

from accounts import mail
from accounts.models import Session, User
from chatsite.api.rate_limit import limit
from chatsite.errors import RateLimited


def tell_by_mail(*, user: User, session: Session) -> None:
    """To a confirmed address only: it shows that mail arrives, and with whom."""
    if user.email_verified_at is None or _is_known(session):
        return
    with suppress(RateLimited):  # nobody is kept from signing in
        limit("mail", f"new_device:{user.pk}")
        mail.send_later(
            user, "new_device", device=session.name or session.user_agent, ip=session.ip or "", at=session.created_at
        )


def _is_known(session: Session) -> bool:
    others = Session.objects.filter(user_id=session.user_id, user_agent=session.user_agent).exclude(pk=session.pk)
    return others.exists()
