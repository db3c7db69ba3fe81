"""Blocks: I want nothing from somebody, and they get nothing from me."""

from django.db import IntegrityError, transaction
from django.db.models import Q

from accounts.models import Block, Friendship
from accounts.public import users_by_id
from accounts.schemas import BlockUpdated, UserOut
from accounts.services.friends import remove
from accounts.services.people import lock_pair, require_person
from chatsite.gateway.events import publish, to_user
from chatsite.transactions import repeated_on_conflict


def blocks_of(user_id: int) -> list[UserOut]:
    """-> whom I have blocked, the newest first."""
    ids = list(Block.objects.filter(user_id=user_id).order_by("-pk").values_list("blocked_id", flat=True))
    people = users_by_id(ids, viewer_id=user_id)
    return [people[i] for i in ids]


def block(*, user_id: int, other_id: int) -> None:
    """Blocks somebody; a friendship or a request between us ends. Blocking twice is no error."""
    require_person(user_id, other_id)
    try:
        _block(user_id, other_id)
    except IntegrityError:  # the same call at the same moment
        return


@repeated_on_conflict
@transaction.atomic
def _block(user_id: int, other_id: int) -> None:
    lock_pair(user_id, other_id)
    if Block.objects.filter(user_id=user_id, blocked_id=other_id).exists():
        return
    pair = Q(low_id=min(user_id, other_id), high_id=max(user_id, other_id))
    if Friendship.objects.filter(pair).exists():
        remove(user_id=user_id, other_id=other_id)
    Block.objects.create(user_id=user_id, blocked_id=other_id)
    publish(to_user(user_id, BlockUpdated(user_id=other_id, is_blocked=True)))


@repeated_on_conflict
@transaction.atomic
def unblock(*, user_id: int, other_id: int) -> None:
    """Takes my block back, if there is one."""
    if Block.objects.filter(user_id=user_id, blocked_id=other_id).delete()[0]:
        publish(to_user(user_id, BlockUpdated(user_id=other_id, is_blocked=False)))
