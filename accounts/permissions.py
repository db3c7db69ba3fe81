"""Who may do what with accounts."""

from accounts.models import User
from chatsite.errors import PermissionDenied


def require_staff(user: User) -> None:
    if not user.is_staff:
        raise PermissionDenied
