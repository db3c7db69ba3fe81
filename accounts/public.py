"""People as others see them: rendered in bulk, a constant number of queries however many."""

from collections.abc import Collection, Iterable

import msgspec

from accounts import preferences, slots
from accounts.models import User
from accounts.schemas import MeOut, SenderOut, UserOut

AVATAR_URL = "/media/avatars/"


def avatar_url(name: str) -> str | None:
    """-> public, immutable address of a stored picture: its name is its content's hash."""
    return AVATAR_URL + name if name else None


def sender_out(user: User) -> SenderOut:
    return SenderOut(
        id=user.pk,
        username=user.username,
        display_name=user.name,
        avatar_url=avatar_url(user.avatar),
        is_bot=user.is_bot,
    )


def senders_out(user_ids: Iterable[int | None]) -> dict[int, SenderOut]:
    """-> {user id: sender}; one query."""
    ids = {i for i in user_ids if i}
    users = User.objects.filter(pk__in=ids).only("username", "display_name", "avatar", "is_bot") if ids else []
    return {user.pk: sender_out(user) for user in users}


def user_out(user: User, *, status: str = "offline", show_last_seen: bool = True) -> UserOut:
    return UserOut(
        id=user.pk,
        username=user.username,
        display_name=user.name,
        avatar_url=avatar_url(user.avatar),
        is_bot=user.is_bot,
        status=status,  # type: ignore[arg-type]
        status_text=user.status_text,
        last_seen_at=user.last_seen_at if show_last_seen else None,
    )


def users_out(users: Collection[User], *, viewer_id: int | None) -> list[UserOut]:
    """-> in the given order. `viewer_id` None: for many eyes at once."""
    statuses = slots.status_of([u.pk for u in users])
    return [user_out(u, status=statuses.get(u.pk, "offline")) for u in users]


def users_by_id(user_ids: Iterable[int], *, viewer_id: int | None) -> dict[int, UserOut]:
    users = list(User.objects.filter(pk__in=set(user_ids)))
    return {u.id: u for u in users_out(users, viewer_id=viewer_id)}


def me_out(user: User) -> MeOut:
    """-> the user as they see themselves."""
    status = slots.status_of([user.pk]).get(user.pk, "offline")
    return MeOut(
        **msgspec.structs.asdict(user_out(user, status=status)),
        email=user.email,
        bio=user.bio,
        locale=user.locale,
        timezone=user.timezone,
        is_staff=user.is_staff,
        preferences=preferences.read(user.preferences),
    )
