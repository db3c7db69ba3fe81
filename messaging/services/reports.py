"""What people, or the word filter, want an administrator to look at."""

from collections.abc import Collection, Iterable, Sequence

from django.db import transaction
from django.utils.timezone import now

from accounts.models import User
from accounts.permissions import require_staff
from accounts.public import senders_out
from chatsite.api.pagination import from_cursor, page
from chatsite.audit.services import record
from chatsite.errors import Conflict, NotFound
from messaging.models import Message, Report
from messaging.permissions import require_text
from messaging.rendering import messages_out
from messaging.rows import AnyMessage
from messaging.schemas import REPORT_CHARS, MakeReport, ReportOut, ReportPage
from messaging.services.message_changes import message_for_member
from rooms.contacts import person
from rooms.models import Room


def report_message(*, user_id: int, message_id: int, wanted: MakeReport) -> None:
    """Puts a message that one can read into the queue; once until it is closed."""
    message = message_for_member(user_id, message_id)
    require_text(message)
    _put(Report(reporter_id=user_id, user_id=message.sender_id, message_id=message.id, room_id=message.room_id), wanted)


def report_person(*, user_id: int, person_id: int, wanted: MakeReport) -> None:
    """Puts somebody into the queue; once until it is closed."""
    _put(Report(reporter_id=user_id, user_id=person(person_id).pk), wanted)


def flag(found: Iterable[tuple[AnyMessage, Sequence[str]]]) -> None:
    """Puts messages into the queue for the words in them; one INSERT."""
    Report.objects.bulk_create(
        Report(
            user_id=message.sender_id,
            room_id=message.room_id,
            message_id=message.id,
            reason="words",
            text=", ".join(words)[:REPORT_CHARS],
        )
        for message, words in found
    )


def _put(report: Report, wanted: MakeReport) -> None:
    same = Report.objects.open().filter(reporter_id=report.reporter_id, user_id=report.user_id)
    if not same.filter(message_id=report.message_id).exists():
        report.reason, report.text = wanted.reason, wanted.text
        report.save()


def list_reports(*, by: User, is_open: bool, cursor: str | None, limit: int) -> ReportPage:
    """The queue, the newest first; a constant number of queries."""
    require_staff(by)
    rows = Report.objects.filter(closed_at__isnull=is_open).order_by("-id")
    if key := from_cursor(cursor, tuple[int]):
        rows = rows.filter(id__lt=key[0])
    found, following = page(list(rows[: limit + 1]), limit, lambda r: (r.id,))
    return ReportPage(results=_reports_out(found), next=following)


def _reports_out(reports: Collection[Report]) -> list[ReportOut]:
    people = senders_out(i for r in reports for i in (r.reporter_id, r.user_id, r.closed_by_id))
    messages = {m.id: m for m in messages_out(list(Message.objects.filter(pk__in=[r.message_id for r in reports])))}
    rooms = Room.objects.in_bulk([r.room_id for r in reports if r.room_id])
    return [
        ReportOut(
            id=r.pk,
            reason=r.reason,  # type: ignore[arg-type]
            text=r.text,
            reporter=people.get(r.reporter_id or 0),
            user=people.get(r.user_id or 0),
            room_id=r.room_id,
            room_name=rooms[r.room_id].name if r.room_id in rooms else None,
            message=messages.get(r.message_id or 0),
            created_at=r.created_at,
            closed_at=r.closed_at,
            closed_by=people.get(r.closed_by_id or 0),
            note=r.note,
        )
        for r in reports
    ]


@transaction.atomic
def close_report(*, by: User, report_id: int, note: str) -> None:
    """Takes a report off the queue and keeps what was made of it."""
    require_staff(by)
    close(by, report_id, note=note)


def close(by: User, report_id: int, *, note: str, outcome: str = "") -> None:
    """In the caller's transaction. Of two who close it at once, the second one is refused."""
    values = {"closed_at": now(), "closed_by_id": by.pk, "note": note, "outcome": outcome}
    if not Report.objects.open().filter(pk=report_id).update(**values):
        raise Conflict if Report.objects.filter(pk=report_id).exists() else NotFound
    details = {"outcome": outcome} if outcome else {}
    record(actor=by, action="report.close", target_type="report", target_id=report_id, details=details)
