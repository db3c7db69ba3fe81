"""E-mail addresses, confirmed by a link; EMAIL_VERIFICATION=required keeps the account shut until then."""

from datetime import timedelta

from django.db import transaction
from django.utils.timezone import now

from accounts import mail, one_time
from accounts.models import User
from accounts.names import fold
from chatsite.api.rate_limit import limit
from chatsite.live import setting

PURPOSE = "confirm_email"
LIFETIME = timedelta(days=2)


def is_required(user: User) -> bool:
    return setting("EMAIL_VERIFICATION") == "required" and user.email_verified_at is None and not user.is_superuser


def send(user: User) -> None:
    """Mails the link."""
    limit("mail", f"confirm:{user.pk}")
    token = one_time.make(PURPOSE, user, _bound_to(user), LIFETIME)
    mail.send_later(user, "confirm_email", link=one_time.link("/confirm-email", token))


@transaction.atomic
def confirm(*, token: str) -> None:
    """Opens the account whose address the link proves; once."""
    user_id = one_time.user_id(PURPOSE, token)
    user = User.objects.select_for_update().filter(pk=user_id, is_active=True).first()
    if user is None or not one_time.is_unused(PURPOSE, token, _bound_to(user)):
        raise one_time.refusal()
    user.email_verified_at = now()
    user.save(update_fields=["email_verified_at"])


def _bound_to(user: User) -> str:
    return f"{fold(user.email)} {user.email_verified_at}"
