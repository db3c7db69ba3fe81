"""Finding people by name, by pinyin and by its initials."""

from django.db.models import Case, IntegerField, QuerySet, Value, When

from accounts import preferences
from accounts.models import User
from accounts.names import fold
from accounts.public import users_out
from accounts.relations import relations
from accounts.schemas import UserOut
from chatsite.api.rate_limit import limit as rate_limit

TEXT_MAX = 100
CANDIDATES_MAX = 200  # rows looked at: some of them do not want to be found


def search_users(*, user_id: int, text: str, limit: int) -> list[UserOut]:
    """-> people who may be found by this user, exact names first; a constant number of queries."""
    rate_limit("search", user_id)
    key = "".join(fold(text).split())  # names are stored without their spaces too
    if not key or len(key) > TEXT_MAX or "\x00" in key:
        return []
    return users_out(_findable(user_id, list(_named_like(key, user_id)[:CANDIDATES_MAX]))[:limit], viewer_id=user_id)


def _named_like(key: str, user_id: int) -> QuerySet[User]:
    rank = Case(
        When(username_key=key, then=Value(0)),
        When(name_search__startswith=key, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    people = User.objects.filter(name_search__contains=key, is_active=True).exclude(pk=user_id)
    return people.order_by(rank, "username_key")


def _findable(user_id: int, people: list[User]) -> list[User]:
    ties = relations(user_id, [p.pk for p in people])
    return [p for p in people if ties.is_admitted(p.pk, preferences.read(p.preferences).find_me)]
