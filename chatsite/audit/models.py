"""What staff and moderators did: written once, read by administrators, never changed; deleted by its age only
(retention.py), where administrators want that."""

from __future__ import annotations

from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils.timezone import now

NAME_CHARS = 100


class AppendOnly(TypeError):
    """Somebody has tried to change or delete what was recorded."""


def _refuse(*args: Any, **kwargs: Any) -> NoReturn:
    raise AppendOnly("the audit log is only ever added to")


class AuditQuerySet(models.QuerySet["AuditEntry"]):
    update = delete = bulk_update = update_or_create = _refuse
    aupdate = adelete = abulk_update = aupdate_or_create = _refuse


class AuditEntry(models.Model):
    """`details` never hold contents of messages, or secrets."""

    at = models.DateTimeField(default=now)
    # Without a constraint: the entry outlives whom it names, and writing one locks no user's row.
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        null=True,
        db_constraint=False,
        related_name="+",
    )
    action = models.CharField(max_length=40)  # chatsite/audit/actions.py
    target_type = models.CharField(max_length=24, blank=True)  # user, room, message, invite …
    target_id = models.BigIntegerField(null=True)
    target_name = models.CharField(max_length=NAME_CHARS, blank=True)  # as it was called then
    details = models.JSONField(default=dict)
    address = models.GenericIPAddressField(null=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        indexes = [  # each ends with the id by which the list goes back in time; who did what: the foreign key's
            models.Index(fields=["at"], name="audit_at"),
            models.Index(fields=["action", "id"], name="audit_action"),
            models.Index(fields=["target_type", "target_id", "id"], name="audit_target"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.target_type} {self.target_id or ''}".rstrip()

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            _refuse()
        super().save(*args, **{**kwargs, "force_insert": True})

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        _refuse()
