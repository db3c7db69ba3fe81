"""Working off the queue of reports: somebody takes one, acts through the service that it needs, and that closes it.

The deed and the closing are one transaction: of two administrators who act at once, one does.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.permissions import require_staff
from accounts.services import administration as accounts
from chatsite.audit.services import record
from chatsite.errors import Conflict, NotFound, ValidationFailed
from chatsite.transactions import repeated_on_conflict
from messaging.models import Report, ReportNote
from messaging.schemas import REPORT_CHARS
from messaging.services import administration as messages
from messaging.services.reports import close
from rooms.services import administration as rooms


@transaction.atomic
def take(*, by: User, report_id: int) -> None:
    """Tells the others who looks after it; somebody else may take it over."""
    require_staff(by)
    _open(report_id)
    Report.objects.filter(pk=report_id).update(taken_by_id=by.pk)
    record(actor=by, action="report.take", target_type="report", target_id=report_id)


@transaction.atomic
def add_note(*, by: User, report_id: int, text: str) -> None:
    """A word to the others, also after it is closed."""
    require_staff(by)
    if not (text := text.strip()):
        raise ValidationFailed({"text": [_("This field is required.")]})
    if not Report.objects.filter(pk=report_id).exists():
        raise NotFound
    ReportNote.objects.create(report_id=report_id, by_id=by.pk, text=text[:REPORT_CHARS])
    record(actor=by, action="report.note", target_type="report", target_id=report_id)


def dismiss(*, by: User, report_id: int, note: str = "") -> None:
    """There is nothing to do about it."""
    with _closing(by, report_id, note, Report.DISMISSED):
        pass


@repeated_on_conflict
def recall(*, by: User, report_id: int, note: str = "") -> None:
    """Takes the reported message back."""
    with _closing(by, report_id, note, Report.RECALLED) as report:
        messages.recall(by=by, message_id=_known(report.message_id))


@repeated_on_conflict
def mute(*, by: User, report_id: int, until: datetime, note: str = "") -> None:
    """Keeps whom it is about from writing in that room until then."""
    with _closing(by, report_id, note, Report.MUTED) as report:
        rooms.mute(by=by, room_id=_known(report.room_id), member_id=_known(report.user_id), until=until)


@repeated_on_conflict
def kick(*, by: User, report_id: int, note: str = "") -> None:
    """Takes whom it is about out of that room."""
    with _closing(by, report_id, note, Report.KICKED) as report:
        rooms.kick(by=by, room_id=_known(report.room_id), member_id=_known(report.user_id))


@repeated_on_conflict
def ban(*, by: User, report_id: int, until: datetime | None = None, note: str = "") -> None:
    """Keeps whom it is about out of that room."""
    with _closing(by, report_id, note, Report.BANNED) as report:
        rooms.ban(by=by, room_id=_known(report.room_id), banned_id=_known(report.user_id), until=until)


@repeated_on_conflict
def disable(*, by: User, report_id: int, note: str = "") -> None:
    """Closes the account of whom it is about."""
    with _closing(by, report_id, note, Report.DISABLED) as report:
        accounts.disable(by=by, user_id=_known(report.user_id), reason=note)


@contextmanager
def _closing(by: User, report_id: int, note: str, outcome: str) -> Iterator[Report]:
    require_staff(by)
    with transaction.atomic():
        yield _open(report_id)
        close(by, report_id, note=note, outcome=outcome)


def _open(report_id: int) -> Report:
    report = Report.objects.filter(pk=report_id).first()
    if report is None:
        raise NotFound
    if report.closed_at is not None:
        raise Conflict(_("This report is closed already."))
    return report


def _known(value: int | None) -> int:
    """The word filter and people report different things: not everything can be done about each."""
    if value is None:
        raise NotFound
    return value
