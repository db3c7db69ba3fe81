"""Who may do what with accounts."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from chatsite.errors import PermissionDenied


def require_staff(user: User) -> None:
    if not (user.is_active and user.is_staff):
        raise PermissionDenied


def require_superuser(user: User) -> None:
    require_staff(user)
    if not user.is_superuser:
        raise PermissionDenied


def require_rank_over(by: User, user: User) -> None:
    """Staff act on people, administrators on everybody; nobody on themselves, so that one administrator remains."""
    if by.pk == user.pk:
        raise PermissionDenied(_("This cannot be done to one’s own account."))
    if (user.is_staff or user.is_superuser) and not by.is_superuser:
        raise PermissionDenied(_("This person has as many rights as you."))
