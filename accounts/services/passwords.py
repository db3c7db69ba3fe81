"""Changing a password, or setting a new one without the old."""

from datetime import timedelta

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts import mail, one_time, passwords
from accounts.models import Session, User
from accounts.names import fold
from accounts.permissions import require_rank_over, require_staff
from accounts.services.sessions import revoke_all
from accounts.services.signing_in import require_password
from chatsite.api.client_address import rate_key
from chatsite.api.rate_limit import limit
from chatsite.audit.services import record
from chatsite.errors import Conflict, NotFound, ValidationFailed
from chatsite.transactions import repeated_on_conflict

PURPOSE = "password_reset"
MAIL_LIFETIME = timedelta(hours=1)
HANDED_OVER_LIFETIME = timedelta(days=1)  # of a link that an administrator passes on
PATH = "/reset-password"


def change_password(*, session: Session, old: str, new: str) -> None:
    """Sets a new password and signs every other device out."""
    require_password(session.user, "old_password", old)
    _require_good("new_password", new, session.user)
    if not _replace_password(session.user, new, "password_changed", but=session.pk):
        raise Conflict


def request_reset(*, email: str, ip: str | None) -> None:
    """Mails a link that sets a new password. Whether there is such an account shows in no way."""
    key = fold(email.strip())
    limit("password_reset", rate_key(ip))
    limit("mail", f"reset:{key}")
    user = User.objects.filter(email_key=key, is_active=True).first()
    if user is not None:
        mail.send_later(user, "password_reset", link=_link(user, MAIL_LIFETIME))


def reset_link(*, by: User, user_id: int) -> str:
    """-> a link that lets a person set a new password once, for an administrator to hand over."""
    require_staff(by)
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        raise NotFound
    if by.pk != user.pk:
        require_rank_over(by, user)
    return _handed_over(by, user)


def link_for(user: User) -> str:
    """-> the same, for the operator at the server's own console."""
    return _handed_over(None, user)


def _handed_over(by: User | None, user: User) -> str:
    record(actor=by, action="user.reset_link", target_type="user", target_id=user.pk, target_name=user.username)
    return _link(user, HANDED_OVER_LIFETIME)


def confirm_reset(*, token: str, new: str) -> None:
    """Sets the password with a link's token, once, and signs every device out."""
    user = User.objects.filter(pk=one_time.user_id(PURPOSE, token), is_active=True).first()
    if user is None or not one_time.is_unused(PURPOSE, token, user.password):
        raise one_time.refusal()
    _require_good("new_password", new, user)
    if not _replace_password(user, new, "password_reset"):
        raise one_time.refusal()


def _link(user: User, lifetime: timedelta) -> str:
    return one_time.link(PATH, one_time.make(PURPOSE, user, user.password, lifetime))


def _require_good(field: str, password: str, user: User) -> None:
    if fields := passwords.complaint(field, password, user.username, user.email):
        raise ValidationFailed(fields)


def _replace_password(user: User, new: str, reason: str, *, but: int | None = None) -> bool:
    """-> done? Not if it is another one by now: a link opens once, and of two changes one wins."""
    return _write(user, make_password(new), reason, but)  # hashed before anything is locked: it takes its time


@repeated_on_conflict
@transaction.atomic
def _write(user: User, encoded: str, reason: str, but: int | None) -> bool:
    current = User.objects.select_for_update().filter(pk=user.pk, is_active=True).first()
    if current is None or current.password != user.password:
        return False
    current.password = encoded
    current.save(update_fields=["password"])
    revoke_all(current.pk, reason, but=but)
    return True
