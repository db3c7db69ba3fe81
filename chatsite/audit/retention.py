"""What is older than AUDIT_DAYS leaves the audit log: whole days at a time, so that one entry a day tells of it."""

from datetime import UTC, datetime, timedelta

from django.db import models, transaction
from django.utils.timezone import now

from chatsite.audit.models import AuditEntry
from chatsite.audit.services import record
from chatsite.live import setting
from chatsite.live.overrides import refresh

BATCH = 5_000  # entries a transaction


def delete_old() -> int:
    """-> how many entries are gone"""
    refresh()  # what an old setting would delete is gone for good
    days = setting("AUDIT_DAYS")
    if not days:
        return 0
    before = _midnight(now() - timedelta(days=days))
    total = 0
    while gone := _delete_oldest(before):
        total += gone
    return total


@transaction.atomic
def _delete_oldest(before: datetime) -> int:
    """They go together with the entry that tells so, or stay. -> how many"""
    entries: models.QuerySet[AuditEntry] = models.QuerySet(AuditEntry)  # the log's own refuses
    oldest = list(entries.filter(at__lt=before).order_by("at").values_list("pk", flat=True)[:BATCH])
    gone, _by_table = entries.filter(pk__in=oldest).delete() if oldest else (0, {})
    if gone:
        record(actor=None, action="audit.expire", details={"entries": gone, "before": before.date().isoformat()})
    return gone


def _midnight(at: datetime) -> datetime:
    return datetime(at.year, at.month, at.day, tzinfo=UTC)
