"""People as others see them: rendered in bulk, a constant number of queries however many."""

from collections.abc import Collection, Iterable

import msgspec
from django.db import connection

from accounts import preferences, slots
from accounts.models import User
from accounts.relations import Relations, relations
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
    """-> {user id: sender}; one query, written out: it is part of every batch of messages and of every page."""
    ids = ",".join(str(int(i)) for i in set(user_ids) if i)
    if not ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT id, username, display_name, avatar, is_bot FROM accounts_user WHERE id IN ({ids})")  # noqa: S608
        return {row[0]: _sender(*row) for row in cursor.fetchall()}


def _sender(user_id: int, username: str, display_name: str, avatar: str, is_bot: int) -> SenderOut:
    return SenderOut(
        id=user_id,
        username=username,
        display_name=display_name or username,
        avatar_url=avatar_url(avatar),
        is_bot=bool(is_bot),
    )


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


def stranger_out(user: User) -> UserOut:
    """What is seen of somebody with whom one shares nothing."""
    return from_afar(user_out(user))


def from_afar(user: UserOut) -> UserOut:
    """The same person, as strangers see them."""
    return msgspec.structs.replace(user, status="offline", status_text="", last_seen_at=None)


def users_out(users: Collection[User], *, viewer_id: int | None) -> list[UserOut]:
    """-> in the given order. `viewer_id` None: for the eyes of all who share a room with them."""
    ids = [user.pk for user in users]
    statuses = slots.status_of(ids) if ids else {}
    ties = None if viewer_id is None else relations(viewer_id, ids)
    return [_seen(user, statuses.get(user.pk, "offline"), ties) for user in users]


def seen_by(user: User, viewer_ids: Collection[int]) -> dict[int, UserOut]:
    """-> {viewer: the user as this one may see them}; as many queries as for one viewer."""
    status = slots.status_of([user.pk]).get(user.pk, "offline")
    ties = relations(user.pk, viewer_ids)
    return {viewer_id: _seen(user, status, ties.seen_from(viewer_id)) for viewer_id in viewer_ids}


def _seen(user: User, status: str, ties: Relations | None) -> UserOut:
    if ties and not ties.knows(user.pk):
        return stranger_out(user)
    audience = preferences.read(user.preferences).last_seen
    admitted = ties.is_admitted(user.pk, audience) if ties else audience == "everyone"
    return user_out(user, status=status, show_last_seen=admitted or (ties is not None and ties.viewer_id == user.pk))


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
