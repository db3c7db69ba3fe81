"""Messages and reports on the admin's first page."""

from collections.abc import Sequence
from datetime import date
from itertools import chain

from django.db import connection
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext_lazy as _

from chatsite.administration.dashboard import Chart, Figure, borders, last_days
from messaging.models import MessageDay, Report

# One day, room by room, by the index (room_id, created_at): whoever has written nothing since then costs nothing.
_COUNT = """
SELECT %s, COUNT(*) FROM rooms_roomcounter c CROSS JOIN messaging_message m
WHERE c.last_message_at >= %s AND m.room_id = c.room_id AND m.created_at >= %s AND m.created_at < %s
"""


def reports_waiting() -> Figure:
    count = Report.objects.open().count()
    return Figure(_("Reports"), count, _("wait for an answer"), "flag", "bad" if count else "good")


def messages_a_day() -> Chart:
    """Days that are over are counted once for each time zone and kept; what is counted each time is today's."""
    days, zone = last_days(), get_current_timezone_name()
    kept = MessageDay.objects.filter(zone=zone, day__gte=days[0])
    known = dict(kept.values_list("day", "messages"))
    counted = _counted([day for day in days if day not in known])
    _keep(zone, {day: count for day, count in counted.items() if day < days[-1]})
    return Chart(_("Messages a day"), counted | known)


def _counted(days: Sequence[date]) -> dict[date, int]:
    """Of all of them in one statement."""
    adapt = connection.ops.adapt_datetimefield_value
    parameters = [(number, adapt(begun), adapt(begun), adapt(ended))
                  for number, (begun, ended) in enumerate(map(borders, days))]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([_COUNT] * len(days)), list(chain(*parameters)))
        return {days[int(number)]: int(count) for number, count in cursor.fetchall()}


def _keep(zone: str, counts: dict[date, int]) -> None:
    """Two processes may count the same day at once: they count the same."""
    rows = [MessageDay(zone=zone, day=day, messages=count) for day, count in counts.items()]
    MessageDay.objects.bulk_create(rows, ignore_conflicts=True)
