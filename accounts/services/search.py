"""Finding people by name, by pinyin and by its initials, and by what one calls them oneself."""

from collections.abc import Collection

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from accounts import preferences
from accounts.models import Remark, User
from accounts.names import fold
from accounts.public import users_out
from accounts.relations import relations
from accounts.schemas import UserOut
from accounts.services.remarks import remarked
from chatsite.api.rate_limit import limit as rate_limit

TEXT_MAX = 100
CANDIDATES_MAX = 200  # rows looked at: some of them do not want to be found


def search_users(*, user_id: int, text: str, limit: int) -> list[UserOut]:
    """-> people who may be found by this user, exact names first; a constant number of queries."""
    rate_limit("search", user_id)
    key = search_key(text)
    if key is None:
        return []
    return users_out(_findable(user_id, list(_named_like(key, user_id)[:CANDIDATES_MAX]))[:limit], viewer_id=user_id)


def search_key(text: str) -> str | None:
    """-> what to look for among names; None: nobody is called that."""
    key = "".join(fold(text).split())  # names are stored without their spaces too
    return key if key and len(key) <= TEXT_MAX and "\x00" not in key else None


def called(*, user_id: int, text: str) -> QuerySet[User]:
    """Whoever bears a name like that, or is called so by this user."""
    rate_limit("search", user_id)
    key = search_key(text)
    if key is None:
        return User.objects.none()
    own = Remark.objects.filter(user_id=user_id, name_search__contains=key)
    return User.objects.filter(Q(name_search__contains=key) | Q(pk__in=own.values("about_id")))


def _named_like(key: str, user_id: int) -> QuerySet[User]:
    own = remarked(user_id=user_id, key=key, limit=CANDIDATES_MAX)
    rank = Case(
        When(Q(username_key=key) | Q(pk__in=_exactly(own, key)), then=Value(0)),
        When(Q(name_search__startswith=key) | Q(pk__in=own), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    people = User.objects.filter(Q(name_search__contains=key) | Q(pk__in=own), is_active=True).exclude(pk=user_id)
    return people.order_by(rank, "username_key")


def _exactly(own: dict[int, list[str]], key: str) -> list[int]:
    return [about_id for about_id, names in own.items() if key in names]


def _findable(user_id: int, people: Collection[User]) -> list[User]:
    ties = relations(user_id, [p.pk for p in people])
    return [p for p in people if ties.is_admitted(p.pk, preferences.read(p.preferences).find_me)]
