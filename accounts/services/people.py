"""Other people."""

from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.public import users_out
from accounts.schemas import UserOut
from chatsite.errors import NotFound, ValidationFailed


def require_person(user_id: int, other_id: int) -> None:
    """Somebody else, whose account is open."""
    if user_id == other_id:
        raise ValidationFailed(message=_("That is you."))
    if not User.objects.filter(pk=other_id, is_active=True).exists():
        raise NotFound


def lock_pair(one: int, other: int) -> None:
    """What two people are to each other changes one step after the other: friendship and block never cross."""
    list(User.objects.select_for_update().filter(pk__in=(one, other)).order_by("pk").values_list("pk"))


def person(*, viewer_id: int, user_id: int) -> UserOut:
    """-> somebody as this viewer may see them."""
    user = User.objects.filter(pk=user_id, deleted_at=None, awaits_approval=False).first()
    if user is None:
        raise NotFound
    return users_out([user], viewer_id=viewer_id)[0]
