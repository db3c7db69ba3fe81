"""Remark names: what I call somebody. They are mine alone: no event and no answer carries them to anybody else."""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import Remark
from accounts.names import clean_line, search_text
from accounts.schemas import RemarkOut, RemarkUpdated, UserOut, UserPage
from accounts.services.people import require_person
from chatsite.errors import ValidationFailed
from chatsite.gateway.events import publish, to_user
from chatsite.transactions import repeated_on_conflict


def remarks_of(user_id: int) -> list[RemarkOut]:
    """-> what I call whom, by user id."""
    rows = Remark.objects.filter(user_id=user_id).order_by("about_id").values_list("about_id", "name")
    return [RemarkOut(user_id=about_id, name=name) for about_id, name in rows]


def remarks_about(user_id: int, about: Iterable[UserOut]) -> list[RemarkOut]:
    """-> what I call those of these people for whom I have a name"""
    rows = Remark.objects.filter(user_id=user_id, about_id__in=[person.id for person in about])
    return [RemarkOut(user_id=row.about_id, name=row.name) for row in rows.order_by("about_id")]


def with_remarks(user_id: int, people: list[UserOut]) -> UserPage:
    """-> these people, and what this user calls them"""
    return UserPage(results=people, remarks=remarks_about(user_id, people))


@repeated_on_conflict
def remark(*, user_id: int, about_id: int, name: str) -> None:
    """Calls somebody by a name of mine; the same again changes nothing."""
    require_person(user_id, about_id)
    if not (name := clean_line(name)):
        raise ValidationFailed({"name": [_("This field is required.")]})
    with transaction.atomic():
        wanted = {"name": name, "name_search": search_text(name)}
        row, is_new = Remark.objects.select_for_update().get_or_create(
            user_id=user_id, about_id=about_id, defaults=wanted
        )
        if not is_new:
            if row.name == name:
                return
            row.name, row.name_search = wanted["name"], wanted["name_search"]
            row.save(update_fields=["name", "name_search"])
        publish(to_user(user_id, RemarkUpdated(user_id=about_id, name=name)))


@transaction.atomic
def forget_remark(*, user_id: int, about_id: int) -> None:
    """Calls somebody as all others do, again."""
    if Remark.objects.filter(user_id=user_id, about_id=about_id).delete()[0]:
        publish(to_user(user_id, RemarkUpdated(user_id=about_id, name=None)))


def remarked(*, user_id: int, key: str, limit: int) -> dict[int, list[str]]:
    """-> {whom I call something like that: by what it is found}"""
    rows = Remark.objects.filter(user_id=user_id, name_search__contains=key).order_by("about_id")
    return {about_id: found.split("\n") for about_id, found in rows.values_list("about_id", "name_search")[:limit]}
