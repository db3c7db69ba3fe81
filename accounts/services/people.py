"""Other people."""

from accounts.models import User
from accounts.public import users_out
from accounts.schemas import UserOut
from chatsite.errors import NotFound


def person(*, viewer_id: int, user_id: int) -> UserOut:
    """-> somebody as this viewer may see them."""
    user = User.objects.filter(pk=user_id, deleted_at=None, awaits_approval=False).first()
    if user is None:
        raise NotFound
    return users_out([user], viewer_id=viewer_id)[0]
