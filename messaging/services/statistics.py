"""Messages and reports on the admin's first page."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from django.db import connection
from django.utils.translation import gettext_lazy as _

from chatsite.administration.dashboard import Chart, Figure, last_days
from messaging.models import MessageDay, Report

# Room by room, by the index (room_id, created_at): whoever wrote nothing since then costs nothing.
_COUNTS = """
SELECT DATE(m.created_at), COUNT(*)
FROM rooms_roomcounter c CROSS JOIN messaging_message m
WHERE c.last_message_at >= %s AND m.room_id = c.room_id AND m.created_at >= %s
GROUP BY DATE(m.created_at)
"""


def reports_waiting() -> Figure:
    count = Report.objects.open().count()
    return Figure(_("Reports"), count, _("wait for an answer"), "flag", "bad" if count else "good")


def messages_a_day() -> Chart:
    """Days that are over are counted once and kept; what is counted each time is today's."""
    days = last_days()
    known = dict(MessageDay.objects.filter(day__gte=days[0]).values_list("day", "messages"))
    missing = [day for day in days if day not in known]
    counted = _counted(since=missing[0])
    _keep({day: counted.get(day, 0) for day in missing if day < days[-1]})
    return Chart(_("Messages a day"), counted | known)


def _counted(since: date) -> dict[date, int]:
    begun = connection.ops.adapt_datetimefield_value(datetime.combine(since, time(), UTC))
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, [begun, begun])
        return {_day(day): int(count) for day, count in cursor.fetchall()}


def _day(found: date | str) -> date:
    return date.fromisoformat(found) if isinstance(found, str) else found


def _keep(counts: dict[date, int]) -> None:
    """Two processes may count the same day at once: they count the same."""
    rows: Iterable[MessageDay] = [MessageDay(day=day, messages=count) for day, count in counts.items()]
    MessageDay.objects.bulk_create(rows, ignore_conflicts=True)
