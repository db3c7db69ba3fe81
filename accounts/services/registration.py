"""New accounts."""

from typing import NamedTuple

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts import passwords
from accounts.models import User
from accounts.names import clean_line, fold, is_username, normalize
from accounts.services import administrators, confirmation, invites
from accounts.services.sessions import Device, TokenPair, begin_session
from chatsite.api.client_address import rate_key
from chatsite.api.rate_limit import limit
from chatsite.errors import Conflict, Fields, PermissionDenied, Text, ValidationFailed
from chatsite.live import setting
from chatsite.transactions import repeated_on_conflict


class Application(NamedTuple):
    """What somebody fills in to register."""

    username: str
    email: str
    password: str
    display_name: str = ""
    locale: str = "en"
    invite: str | None = None
    admin_code: str | None = None


class Registered(NamedTuple):
    """`tokens` is None while the account may not sign in yet."""

    user: User
    tokens: TokenPair | None


def register(*, application: Application, device: Device, from_this_machine: bool = False) -> Registered:
    """Makes an account and signs it in, as far as the registration mode lets it."""
    limit("register", rate_key(device.ip))
    as_administrator = administrators.is_claimed(application.admin_code, from_this_machine=from_this_machine)
    mode = "open" if as_administrator else setting("REGISTRATION")
    _require_open(mode, application.invite)
    checked = _checked(application)
    user = _create(checked, mode)
    if as_administrator:
        administrators.promote_first(user)
    if user.awaits_approval:
        return Registered(user, None)
    if confirmation.is_required(user):
        confirmation.send(user)
        return Registered(user, None)
    return Registered(user, begin_session(user=user, device=device))


def _require_open(mode: str, invite: str | None) -> None:
    if mode == "closed":
        raise PermissionDenied(_("This server does not take new accounts."))
    if mode == "invite":
        invites.require_good(invite)


def _checked(application: Application) -> Application:
    checked = application._replace(
        username=normalize(application.username),
        email=application.email.strip(),
        display_name=clean_line(application.display_name)[:64],
    )
    fields: dict[str, list[Text]] = {}
    if not is_username(checked.username):
        fields["username"] = [_("2 to 32 letters, digits, “_”, “.” or “-”.")]
    fields |= passwords.email_complaint(checked.email)
    fields |= passwords.complaint("password", checked.password, checked.username, checked.email)
    if fields:
        raise ValidationFailed(fields)
    return checked


@repeated_on_conflict
def _create(application: Application, mode: str) -> User:
    user = User(
        username=application.username,
        email=application.email,
        password=make_password(application.password),
        display_name=application.display_name,
        locale=application.locale,
        awaits_approval=mode == "approval",
        is_active=mode != "approval",
    )
    _require_free(user)
    try:
        with transaction.atomic():
            if mode == "invite" and application.invite:
                invites.use(application.invite)
            user.save(force_insert=True)
    except IntegrityError:
        _require_free(user)  # taken since we looked
        raise
    return user


def _require_free(user: User) -> None:
    fields: Fields = {
        field: [text]
        for field, key, value, text in (
            ("username", "username_key", fold(user.username), _("This username is taken.")),
            ("email", "email_key", fold(user.email), _("This address has an account already.")),
        )
        if value and User.objects.filter(**{key: value}).exists()
    }
    if fields:
        raise Conflict(fields=fields)
