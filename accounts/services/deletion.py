"""The end of an account."""

from django.db import transaction
from django.db.models import Q
from django.utils.timezone import now

from accounts import slots
from accounts.models import Block, Friendship, RegistrationInvite, Remark, Session, User
from accounts.public import stranger_out
from accounts.schemas import FriendRemoved, RemarkUpdated, UserOut, UserUpdated
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
    erase(user.pk, circle)


@repeated_on_conflict
@transaction.atomic
def erase(user_id: int, circle: Circle) -> None:
    """The deletion itself, when everybody who is asked has agreed and `slots.before_deletion` is done."""
    user = User.objects.select_for_update().get(pk=user_id)
    revoke_all(user_id, "account_deleted")
    Session.objects.filter(user_id=user_id).update(name="", user_agent="", ip=None)
    user.groups.clear()
    user.user_permissions.clear()
    RegistrationInvite.objects.filter(created_by_id=user_id, revoked_at=None).update(revoked_at=now())
    gone = stranger_out(nameless(user))
    publish(to_circle(UserUpdated(user=gone), rooms=circle.rooms, users=circle.users))
    _part(gone)


def _part(gone: UserOut) -> None:
    """Nobody is a friend of theirs any more, has blocked them or calls them something."""
    of_theirs = Friendship.objects.filter(Q(low_id=gone.id) | Q(high_id=gone.id))
    friends = {person_id for pair in of_theirs.values_list("low_id", "high_id") for person_id in pair} - {gone.id}
    namers = list(Remark.objects.filter(about_id=gone.id).values_list("user_id", flat=True))
    of_theirs.delete()
    Block.objects.filter(Q(user_id=gone.id) | Q(blocked_id=gone.id)).delete()
    Remark.objects.filter(Q(user_id=gone.id) | Q(about_id=gone.id)).delete()
    if friends:
        publish(to_circle(FriendRemoved(user=gone), users=friends))
    if namers:
        publish(to_circle(RemarkUpdated(user_id=gone.id, name=None), users=namers))


def nameless(user: User) -> User:
    """Every field back to its default but what messages and statistics lean on."""
    emptied = User(pk=user.pk, date_joined=user.date_joined, is_bot=user.is_bot, is_active=False, deleted_at=now())
    emptied.set_unusable_password()
    emptied.save(force_update=True)
    return emptied
