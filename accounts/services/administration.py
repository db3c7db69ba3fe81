"""What staff does with accounts: close and open them, sign people out, give and take rights, delete."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import slots
from accounts.models import Session, User
from accounts.permissions import require_rank_over, require_staff, require_superuser
from accounts.services.deletion import erase
from accounts.services.sessions import leave_administration, revoke, revoke_all
from chatsite.audit.services import record
from chatsite.errors import Conflict, NotFound, PermissionDenied
from chatsite.transactions import repeated_on_conflict


@repeated_on_conflict
@transaction.atomic
def disable(*, by: User, user_id: int, reason: str = "") -> None:
    """Closes an account: its devices are signed out, its sockets close within two seconds, nobody signs in again."""
    user = _locked(by, user_id)
    if not user.is_active:
        raise Conflict(_("This account is not open."))
    user.is_active = False
    user.save(update_fields=["is_active"])
    revoke_all(user.pk, "disabled")
    leave_administration(user.pk)
    _record(by, "user.disable", user, **({"reason": reason} if reason else {}))


@repeated_on_conflict
@transaction.atomic
def enable(*, by: User, user_id: int) -> None:
    """Opens an account that was disabled; its owner signs in again."""
    user = _locked(by, user_id)
    if user.is_active or user.awaits_approval:
        raise Conflict(_("This account is not disabled."))
    user.is_active = True
    user.save(update_fields=["is_active"])
    _record(by, "user.enable", user)


@repeated_on_conflict
@transaction.atomic
def sign_out_everywhere(*, by: User, user_id: int) -> None:
    """Ends all sessions of a person, those of the admin too."""
    user = _locked(by, user_id)
    revoke_all(user.pk, "signed_out")
    leave_administration(user.pk)
    _record(by, "user.sign_out", user)


@repeated_on_conflict
@transaction.atomic
def sign_out_session(*, by: User, session_id: int) -> None:
    """Ends one session of a person."""
    require_staff(by)
    session = Session.objects.filter(pk=session_id, revoked_at=None).first()
    if session is None:
        raise NotFound
    user = _locked(by, session.user_id)
    revoke(user.pk, [session_id], "signed_out")
    _record(by, "user.sign_out", user, session=session_id)


@repeated_on_conflict
@transaction.atomic
def make_staff(*, by: User, user_id: int) -> None:
    """Lets a person into the administration."""
    require_superuser(by)
    user = _locked(by, user_id)
    if user.is_staff or not user.is_active or user.is_bot:
        raise Conflict(_("Only people with an open account become staff."))
    _set_staff(by, user, is_staff=True)


@repeated_on_conflict
@transaction.atomic
def unmake_staff(*, by: User, user_id: int) -> None:
    """Takes that right back, and an administrator's too."""
    require_superuser(by)
    user = _locked(by, user_id)
    if not user.is_staff:
        raise Conflict(_("This person is not staff."))
    user.is_superuser = False
    _set_staff(by, user, is_staff=False)


def delete_account_of(*, by: User, user_id: int) -> None:
    """Deletes a person's account as if they had done it themselves: a nameless user stays behind the messages."""
    require_superuser(by)
    user = User.objects.filter(pk=user_id, deleted_at=None).first()
    if user is None:
        raise NotFound
    require_rank_over(by, user)
    circle = slots.circle_of(user.pk)
    slots.before_deletion(user.pk)
    _erase(by, user.pk, circle)


@repeated_on_conflict
@transaction.atomic
def _erase(by: User, user_id: int, circle: slots.Circle) -> None:
    _locked(by, user_id)
    erase(user_id, circle)
    # Under the number alone: the name is what they have a right to be rid of.
    record(actor=by, action="user.delete", target_type="user", target_id=user_id)


def _set_staff(by: User, user: User, *, is_staff: bool) -> None:
    user.is_staff = is_staff
    user.save(update_fields=["is_staff", "is_superuser"])
    _record(by, "user.make_staff" if is_staff else "user.unmake_staff", user)


def _locked(by: User, user_id: int) -> User:
    """The account, which stays as it is until the end of the transaction: nobody signs in meanwhile.

    Whoever acts is locked, too: of two administrators who disable each other, one does.
    """
    both = {user.pk: user for user in User.objects.select_for_update().filter(pk__in=[by.pk, user_id]).order_by("pk")}
    if by.pk not in both:
        raise PermissionDenied
    require_staff(both[by.pk])
    user = both.get(user_id)
    if user is None or user.deleted_at is not None:
        raise NotFound
    require_rank_over(both[by.pk], user)
    return user


def _record(by: User, action: str, user: User, **details: object) -> None:
    record(actor=by, action=action, target_type="user", target_id=user.pk, target_name=user.username, details=details)
