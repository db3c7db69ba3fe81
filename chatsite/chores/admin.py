"""What the server does by itself, and how it went: for administrators to read."""

from __future__ import annotations

from django.contrib.admin import display, register
from django.utils.translation import gettext_lazy as _
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from chatsite.administration.cells import badge, moment
from chatsite.administration.filters import Choice, date_range
from chatsite.administration.screens import Screen
from chatsite.administration.sections import SERVER
from chatsite.chores import chores
from chatsite.chores.queue import HOUR, MINUTE, Result, name_of

STATES = {
    TaskResultStatus.READY: (_("waits"), "base"),
    TaskResultStatus.RUNNING: (_("at work"), "info"),
    TaskResultStatus.SUCCESSFUL: (_("done"), "success"),
    TaskResultStatus.FAILED: (_("failed"), "danger"),
}


class StateFilter(Choice):
    title = _("state")
    parameter_name = "status"
    options = {
        str(status).lower(): (text, lambda rows, status=status: rows.filter(status=status))
        for status, (text, _kind) in STATES.items()
    }


class IntervalFilter(Choice):
    title = _("how often")
    parameter_name = "every"
    options = {
        HOUR: (_("every hour"), lambda rows: rows.filter(queue_name=HOUR)),
        MINUTE: (_("every minute"), lambda rows: rows.filter(queue_name=MINUTE)),
    }


@register(DBTaskResult)
class ChoreScreen(Screen):
    name = _("chores")
    section, position, icon = SERVER, 80, "mop"
    superusers_only = True
    ordering = ("-enqueued_at",)
    list_display = ("what", "state", "due", "began", "seconds", "deleted", "tries")
    list_filter = (StateFilter, IntervalFilter, date_range("run_after", _("due")))
    fields = (*list_display, "error")
    readonly_fields = fields

    def title_of(self, row: Result) -> str:
        return str(self.what(row))

    @display(description=_("what is deleted"))
    def what(self, row: Result) -> str:
        name = name_of(row)
        return str(chores[name].title) if name in chores else name

    @display(description=_("state"))
    def state(self, row: Result) -> str:
        return badge(*STATES[TaskResultStatus(row.status)])

    @display(description=_("due"))
    def due(self, row: Result) -> str:
        return moment(row.run_after)

    @display(description=_("begun"))
    def began(self, row: Result) -> str:
        return moment(row.started_at)

    @display(description=_("time in seconds"))
    def seconds(self, row: Result) -> str:
        if row.started_at is None or row.finished_at is None:
            return "–"
        return f"{(row.finished_at - row.started_at).total_seconds():.1f}"

    @display(description=_("deleted"))
    def deleted(self, row: Result) -> str:
        return "–" if row.return_value is None else str(row.return_value)

    @display(description=_("tries"))
    def tries(self, row: Result) -> int:
        return len(row.worker_ids)

    @display(description=_("error"))
    def error(self, row: Result) -> str:
        """Without its message: a database repeats in it what people wrote."""
        where = [line for line in row.traceback.splitlines() if line.startswith("  ")]
        return "\n".join([*where, row.exception_class_path]) if row.exception_class_path else "–"
