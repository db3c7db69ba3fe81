"""The end of an account."""

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import now

from accounts import slots
from accounts.models import Friendship, Session, User
from accounts.public import stranger_out
from accounts.schemas import UserUpdated
from accounts.services.sessions import revoke_all
from accounts.services.signing_in import require_password
from accounts.slots import Circle
from chatsite.gateway.events import publish, to_circle
from chatsite.transactions import repeated_on_conflict


def delete_account(*, user: User, password: str) -> None:
    """Leaves a nameless user behind the messages: no name, no address, no way in. The username is free again."""
    require_password(user, "password", password)
    circle = slots.circle_of(user.pk)
    slots.before_deletion(user.pk)
    _delete(user.pk, circle)


@repeated_on_conflict
@transaction.atomic
def _delete(user_id: int, circle: Circle) -> None:
    user = User.objects.select_for_update().get(pk=user_id)
    revoke_all(user_id, "account_deleted")
    Session.objects.filter(user_id=user_id).update(name="", user_agent="", ip=None)
    Friendship.objects.filter(Q(low_id=user_id) | Q(high_id=user_id)).delete()
    user.blocks.all().delete()
    user.groups.clear()
    user.user_permissions.clear()
    publish(to_circle(UserUpdated(user=stranger_out(nameless(user))), rooms=circle.rooms, users=circle.users))


def nameless(user: User) -> User:
    """Every field back to its default but what messages and statistics lean on."""
    emptied = User(pk=user.pk, date_joined=user.date_joined, is_bot=user.is_bot, is_active=False, deleted_at=now())
    emptied.set_unusable_password()
    emptied.save(force_update=True)
    return emptied
