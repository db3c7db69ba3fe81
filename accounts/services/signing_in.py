"""Getting in with a password."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import passwords
from accounts.models import User
from accounts.names import fold
from accounts.services import confirmation, new_devices
from accounts.services.sessions import Device, TokenPair, begin_session
from chatsite.api.client_address import rate_key
from chatsite.api.rate_limit import give_back, limit
from chatsite.errors import ChatError, PermissionDenied


def login(*, name: str, password: str, device: Device) -> TokenPair:
    """Signs in by username or e-mail address."""
    user = identify(name=name, password=password, ip=device.ip)
    pair = begin_session(user=user, device=device)
    new_devices.tell_by_mail(user=user, session=pair.session)
    return pair


def identify(*, name: str, password: str, ip: str | None) -> User:
    """-> whom to let in. Unknown, wrong and closed are one answer and the same work, and are counted."""
    key, address = fold(name), rate_key(ip)
    limit("sign_in", key)
    limit("sign_in_address", address)
    user = _named(key)
    if not passwords.is_right(password, user) or user is None or not (user.is_active or user.awaits_approval):
        raise ChatError("authentication_failed", _("Wrong name or password."))
    give_back("sign_in", key)
    give_back("sign_in_address", address)
    _require_open(user)
    return user


def require_password(user: User, field: str, password: str) -> None:
    """For what only the owner of a signed-in account may do; guesses count as failed sign-ins."""
    limit("sign_in", user.username_key)
    if not passwords.is_right(password, user):
        raise ChatError("validation_error", fields={field: [_("This is not your password.")]})
    give_back("sign_in", user.username_key)


def _named(key: str) -> User | None:
    """No username holds an @, so no name can stand for somebody else's address."""
    return User.objects.filter(Q(email_key=key) if "@" in key else Q(username_key=key)).first()


def _require_open(user: User) -> None:
    """Only who knows the password learns why."""
    if user.awaits_approval:
        raise PermissionDenied(_("Your account waits for an administrator to approve it."))
    if confirmation.is_required(user):
        confirmation.send(user)
        raise PermissionDenied(_("Confirm your e-mail address first: we have sent you a new link."))
