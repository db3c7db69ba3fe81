"""Accounts that wait for an administrator: REGISTRATION=approval."""

from django.db import transaction

from accounts.models import User
from accounts.permissions import require_staff
from chatsite.audit.services import record
from chatsite.errors import NotFound


def waiting(*, by: User) -> list[User]:
    """-> who has registered and may not sign in yet, the first one first."""
    require_staff(by)
    return list(User.objects.filter(awaits_approval=True).order_by("pk"))


@transaction.atomic
def approve(*, by: User, user_id: int) -> User:
    """Lets a person in."""
    require_staff(by)
    user = _locked(user_id)
    user.awaits_approval, user.is_active = False, True
    user.save(update_fields=["awaits_approval", "is_active"])
    record(actor=by, action="user.approve", target_type="user", target_id=user.pk, target_name=user.username)
    return user


@transaction.atomic
def turn_away(*, by: User, user_id: int) -> None:
    """Removes an account that was never let in."""
    require_staff(by)
    user = _locked(user_id)
    record(actor=by, action="user.turn_away", target_type="user", target_id=user.pk, target_name=user.username)
    user.delete()


def _locked(user_id: int) -> User:
    user = User.objects.select_for_update().filter(pk=user_id, awaits_approval=True).first()
    if user is None:
        raise NotFound
    return user
