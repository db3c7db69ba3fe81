"""What people say of themselves."""

import functools
import zoneinfo
from typing import Any, BinaryIO

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from msgspec import UNSET

from accounts import avatars, preferences, slots
from accounts.models import User
from accounts.names import clean_line
from accounts.public import stranger_out, user_out
from accounts.relations import all_blocked
from accounts.schemas import MePatch, MeUpdated, UserUpdated
from chatsite.errors import ChatError, ValidationFailed
from chatsite.gateway.events import publish, to_circle, to_user
from chatsite.transactions import repeated_on_conflict

SHOWN = ("display_name", "avatar", "status_text")  # a change of these is told to others


def update_profile(*, user_id: int, patch: MePatch) -> User:
    """Changes what is given, and tells those who see it."""
    if patch.timezone is not UNSET and patch.timezone not in _timezones():
        raise ValidationFailed({"timezone": [_("There is no such time zone.")]})
    return _change(user_id, patch)


@functools.cache
def _timezones() -> set[str]:
    return zoneinfo.available_timezones() | {"UTC"}


def set_avatar(*, user_id: int, file: BinaryIO) -> User:
    """Puts a new picture in the place of the old one."""
    return _write(user_id, {"avatar": avatars.store(file)})


def remove_avatar(*, user_id: int) -> None:
    """Goes without a picture."""
    _write(user_id, {"avatar": ""})


@repeated_on_conflict
@transaction.atomic
def _change(user_id: int, patch: MePatch) -> User:
    user = _locked(user_id)
    given: dict[str, Any] = {f: v for f in patch.__struct_fields__ if (v := getattr(patch, f)) is not UNSET}
    for field in {"display_name", "status_text"} & given.keys():
        given[field] = clean_line(given[field])
    if "preferences" in given:
        given["preferences"] = preferences.merge(user.preferences, given["preferences"])
    return _save(user, given)


@repeated_on_conflict
@transaction.atomic
def _write(user_id: int, fields: dict[str, Any]) -> User:
    return _save(_locked(user_id), fields)


def _locked(user_id: int) -> User:
    user = User.objects.select_for_update().filter(pk=user_id, is_active=True).first()
    if user is None:
        raise ChatError("authentication_failed")
    return user


def _save(user: User, fields: dict[str, Any]) -> User:
    changed = {field: value for field, value in fields.items() if getattr(user, field) != value}
    for field, value in changed.items():
        setattr(user, field, value)
    if changed:
        user.save(update_fields=list(changed))
    if changed.keys() & set(SHOWN):
        _tell(user)
    if changed.keys() - set(SHOWN):
        publish(to_user(user.pk, MeUpdated()))
    return user


def _tell(user: User) -> None:
    """Once to everybody who shares something with the user. Across a block only the name and the picture go."""
    circle = slots.circle_of(user.pk)
    status = slots.status_of([user.pk]).get(user.pk, "offline")
    blocked = all_blocked(user.pk)
    seen_by_all = preferences.read(user.preferences).last_seen == "everyone"
    news = UserUpdated(user=user_out(user, status=status, show_last_seen=seen_by_all))
    publish(to_circle(news, rooms=circle.rooms, users=[*circle.users, user.pk], except_users=blocked))
    if blocked:
        publish(to_circle(UserUpdated(user=stranger_out(user)), users=blocked))
