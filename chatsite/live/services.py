"""Changing live settings: by administrators, audited, in force in every process within two seconds."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from django.conf import settings
from django.db import transaction
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from chatsite.audit.services import record
from chatsite.errors import Fields, NotFound, PermissionDenied, Text, ValidationFailed
from chatsite.live.kinds import Live
from chatsite.live.models import Override
from chatsite.live.overrides import refresh
from chatsite.live.registry import LIVE
from chatsite.transactions import repeated_on_conflict

_UNKNOWN = _("There is no such setting.")


class Administrator(Protocol):
    """A user; the ground does not know their model."""

    pk: Any
    is_superuser: bool
    is_active: bool


class Standing(NamedTuple):
    """How a setting stands: what holds is the override where there is one."""

    live: Live
    default: Any
    value: Any
    is_overridden: bool
    changed_at: datetime | None
    changed_by_id: int | None


def standings(*, by: Administrator) -> list[Standing]:
    """Every live setting, in the order of the registry; one query."""
    _require_administrator(by)
    overrides = Override.objects.in_bulk()
    return [_standing(live, overrides.get(live.name)) for live in LIVE.values()]


def _standing(live: Live, override: Override | None) -> Standing:
    default = getattr(settings, live.name)
    if override is None or live.complaint(override.value) is not None:
        return Standing(live, default, default, False, None, None)
    return Standing(live, default, override.value, True, override.changed_at, override.changed_by_id)


@repeated_on_conflict
@transaction.atomic
def change_settings(*, by: Administrator, wanted: Mapping[str, Any]) -> list[str]:
    """Sets all of these, or none -> the names of those that had another value."""
    _require_administrator(by)
    _require_sound(wanted)
    known = _locked(wanted)
    changed = []
    for name, value in wanted.items():
        before = known[name].value if name in known else getattr(settings, name)
        if value == before:
            continue
        Override.objects.update_or_create(
            name=name, defaults={"value": value, "changed_at": now(), "changed_by_id": by.pk}
        )
        _record(by, "setting.change", name, before, value)
        changed.append(name)
    transaction.on_commit(refresh)
    return changed


@repeated_on_conflict
@transaction.atomic
def reset_setting(*, by: Administrator, name: str) -> None:
    """Back to the environment's value; without an override nothing changes."""
    _require_administrator(by)
    if name not in LIVE:
        raise NotFound(_UNKNOWN)
    override = _locked([name]).get(name)
    if override is not None:
        override.delete()
        _record(by, "setting.reset", name, override.value, getattr(settings, name))
        transaction.on_commit(refresh)


def _require_administrator(by: Administrator) -> None:
    if not (by.is_superuser and by.is_active):
        raise PermissionDenied


def _require_sound(wanted: Mapping[str, Any]) -> None:
    complaints: dict[str, Text | None] = {
        name: LIVE[name].complaint(value) if name in LIVE else _UNKNOWN for name, value in wanted.items()
    }
    fields: Fields = {name: [text] for name, text in complaints.items() if text is not None}
    if fields:
        raise ValidationFailed(fields)


def _locked(names: Collection[str]) -> dict[str, Override]:
    """Of two who change the same at once, the second one records what the first has made of it."""
    return {row.name: row for row in Override.objects.select_for_update().filter(name__in=names).order_by("name")}


def _record(by: Administrator, action: str, name: str, before: Any, after: Any) -> None:
    details = {"from": before, "to": after}
    record(actor=by.pk, action=action, target_type="setting", target_name=name, details=details)
