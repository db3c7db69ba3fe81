"""Friends: asked for by one, accepted by the other. One row a pair, so two who ask each other meet in it."""

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import Friendship
from accounts.names import clean_line
from accounts.public import users_by_id
from accounts.relations import is_blocked_between
from accounts.schemas import (
    FriendRemoved,
    FriendRequest,
    FriendRequestAccepted,
    FriendRequestOut,
    FriendRequestSent,
    UserOut,
)
from accounts.services.people import lock_pair, require_person
from accounts.services.search import called
from chatsite.errors import ChatError, Conflict, NotFound
from chatsite.gateway.events import publish, to_user
from chatsite.transactions import repeated_on_conflict


def friends_of(user_id: int, *, text: str = "") -> list[UserOut]:
    """-> in the order in which they became friends; with a text those who bear it or whom the user calls so."""
    rows = _of(user_id).filter(accepted_at__isnull=False).order_by("accepted_at", "pk")
    ids = [_other(row, user_id) for row in rows]
    if text:
        found = set(called(user_id=user_id, text=text).filter(pk__in=ids).values_list("pk", flat=True))
        ids = [i for i in ids if i in found]
    people = users_by_id(ids, viewer_id=user_id)
    return [people[i] for i in ids]


def requests_of(user_id: int) -> list[FriendRequestOut]:
    """-> those that wait for an answer, mine and others', the newest first."""
    rows = list(_of(user_id).filter(accepted_at=None).order_by("-created_at", "-pk"))
    people = users_by_id([_other(row, user_id) for row in rows], viewer_id=user_id)
    return [
        FriendRequestOut(
            user=people[_other(row, user_id)],
            direction="out" if row.requested_by_id == user_id else "in",
            message=row.message,
            created_at=row.created_at,
        )
        for row in rows
    ]


def ask(*, user_id: int, other_id: int, message: str = "") -> None:
    """Asks somebody to be friends; asking someone who has asked me makes us friends."""
    require_person(user_id, other_id)
    try:
        _ask(user_id, other_id, clean_line(message))
    except IntegrityError:  # they asked at the same moment, and their row is there now
        _ask(user_id, other_id, clean_line(message))


@repeated_on_conflict
@transaction.atomic
def _ask(user_id: int, other_id: int, message: str) -> None:
    lock_pair(user_id, other_id)
    if is_blocked_between(user_id, other_id):
        raise ChatError("blocked")
    row = _locked(user_id, other_id)
    if row is None:
        pair = {"low_id": min(user_id, other_id), "high_id": max(user_id, other_id)}
        Friendship.objects.create(**pair, requested_by_id=user_id, message=message)
        _tell_of_request(user_id, other_id, message)
    elif row.accepted_at is not None:
        raise Conflict(_("You are friends already."))
    elif row.requested_by_id == other_id:
        _befriend(row, user_id)


@repeated_on_conflict
@transaction.atomic
def accept(*, user_id: int, other_id: int) -> UserOut:
    """Makes friends of us, if they asked -> the new friend."""
    row = _locked(user_id, other_id)
    if row is None or (row.accepted_at is None and row.requested_by_id == user_id):
        raise NotFound
    if row.accepted_at is None:
        _befriend(row, user_id)
    return users_by_id([other_id], viewer_id=user_id)[other_id]


@repeated_on_conflict
@transaction.atomic
def remove(*, user_id: int, other_id: int) -> None:
    """Ends a friendship, withdraws my request or declines theirs."""
    row = _locked(user_id, other_id)
    if row is None:
        raise NotFound
    row.delete()
    _tell(other_id, user_id, FriendRemoved)
    _tell(user_id, other_id, FriendRemoved)


def _befriend(row: Friendship, user_id: int) -> None:
    row.accepted_at = now()
    row.save(update_fields=["accepted_at"])
    other_id = _other(row, user_id)
    _tell(other_id, user_id, FriendRequestAccepted)
    _tell(user_id, other_id, FriendRequestAccepted)


def _tell_of_request(user_id: int, other_id: int, message: str) -> None:
    asker = users_by_id([user_id], viewer_id=other_id)[user_id]
    asked = users_by_id([other_id], viewer_id=user_id)[other_id]
    publish(to_user(other_id, FriendRequest(user=asker, message=message)))
    publish(to_user(user_id, FriendRequestSent(user=asked, message=message)))


def _tell(user_id: int, about_id: int, event: type[FriendRequestAccepted] | type[FriendRemoved]) -> None:
    people = users_by_id([about_id], viewer_id=user_id)
    publish(to_user(user_id, event(user=people[about_id])))


def _of(user_id: int) -> QuerySet[Friendship]:
    return Friendship.objects.filter(Q(low_id=user_id) | Q(high_id=user_id))


def _locked(user_id: int, other_id: int) -> Friendship | None:
    pair = Friendship.objects.filter(low_id=min(user_id, other_id), high_id=max(user_id, other_id))
    return pair.select_for_update().first()


def _other(row: Friendship, user_id: int) -> int:
    return row.high_id if row.low_id == user_id else row.low_id
