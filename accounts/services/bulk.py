"""Accounts and friendships that come from elsewhere, with their own times. Nobody is told of them."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from accounts.models import Friendship, User
from accounts.services.deletion import nameless


@transaction.atomic
def add_users(*, users: Sequence[User]) -> None:
    """Stores accounts whose names and addresses are free; gives them their ids."""
    for user in users:
        user.save(force_insert=True)


@transaction.atomic
def add_deleted_user() -> User:
    """Stores somebody of whom nothing is left but what they wrote."""
    user = User(username=f"gone{secrets.token_hex(8)}", is_active=False)
    user.save(force_insert=True)
    return nameless(user)


@transaction.atomic
def note_seen(*, seen: Mapping[int, datetime]) -> None:
    """`seen`: when each was here, by id; who was here later keeps that."""
    for user_id, at in seen.items():
        User.objects.filter(pk=user_id, last_seen_at__lt=at).update(last_seen_at=at)


def befriend(*, friendship: Friendship) -> bool:
    """Stores a request or a friendship -> was it new? Two who have asked each other are friends."""
    with transaction.atomic():
        known = Friendship.objects.select_for_update().filter(low=friendship.low_id, high=friendship.high_id).first()
        if known is None:
            friendship.save(force_insert=True)
            return True
        friendship.pk = known.pk
        if known.accepted_at is None:
            both_asked = known.requested_by_id != friendship.requested_by_id
            known.accepted_at = friendship.accepted_at or (friendship.created_at if both_asked else None)
            known.save(update_fields=["accepted_at"])
        return False
