"""Invites to register, for servers that take new accounts by invite only. Administrators make them."""

import secrets
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts import one_time
from accounts.models import RegistrationInvite, User
from accounts.permissions import require_staff
from chatsite.audit.services import record
from chatsite.errors import NotFound, PermissionDenied, ValidationFailed

TOKEN_BYTES = 16


@transaction.atomic
def invite(*, by: User, max_uses: int | None = 1, expires_at: datetime | None = None) -> RegistrationInvite:
    """Makes a link with which `max_uses` people (None: any number) may register."""
    require_staff(by)
    token = secrets.token_urlsafe(TOKEN_BYTES)
    made = RegistrationInvite.objects.create(created_by=by, token=token, max_uses=max_uses, expires_at=expires_at)
    record(
        actor=by,
        action="registration_invite.make",
        target_type="registration_invite",
        target_id=made.pk,
        details={"max_uses": max_uses, "expires_at": expires_at.isoformat() if expires_at else None},
    )
    return made


def invites(*, by: User) -> list[RegistrationInvite]:
    """Those that can still be used, the newest first."""
    require_staff(by)
    return list(good().order_by("-pk"))


@transaction.atomic
def withdraw(*, by: User, invite_id: int) -> None:
    """Nobody registers with this link any more."""
    require_staff(by)
    if not RegistrationInvite.objects.filter(pk=invite_id, revoked_at=None).update(revoked_at=now()):
        raise NotFound
    record(actor=by, action="registration_invite.revoke", target_type="registration_invite", target_id=invite_id)


def require_good(token: str | None) -> None:
    """Refuses before any work is done; `use` decides."""
    if token is None:
        raise PermissionDenied(_("Ask an administrator for an invitation to this server."))
    if not good().filter(token=token).exists():
        raise _refusal()


def use(token: str) -> None:
    """Takes one use, inside the transaction that makes the account: of two who race for the last one, one gets it."""
    if not good().filter(token=token).update(uses=F("uses") + 1):
        raise _refusal()


def good() -> QuerySet[RegistrationInvite]:
    """Those that let somebody in."""
    return RegistrationInvite.objects.filter(
        Q(expires_at=None) | Q(expires_at__gt=now()),
        Q(max_uses=None) | Q(uses__lt=F("max_uses")),
        revoked_at=None,
    )


def _refusal() -> ValidationFailed:
    return ValidationFailed({"invite": [_("This invitation is not valid any more.")]})


def link(invite: RegistrationInvite) -> str:
    return one_time.link("/register", invite.token)
