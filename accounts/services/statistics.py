"""People and their devices on the admin's first page."""

from datetime import UTC, datetime, time

from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Session, User
from chatsite.administration.dashboard import Chart, Figure, last_days


def people() -> Figure:
    """Who has an account, and how many wait to be let in."""
    waiting, is_open = Q(awaits_approval=True), Q(is_active=True)
    counts = User.objects.aggregate(open=Count("pk", filter=is_open), waiting=Count("pk", filter=waiting))
    if not counts["waiting"]:
        return Figure(_("People"), counts["open"], _("have an open account"), "group", url="/admin/accounts/user/")
    note = format_lazy(_("{count} wait for approval"), count=counts["waiting"])
    return Figure(_("People"), counts["open"], note, "how_to_reg", url="/admin/accounts/user/?state=waiting")


def sessions() -> Figure:
    count = Session.objects.filter(revoked_at=None).count()
    return Figure(_("Sessions"), count, _("devices that are signed in"), "devices", url="/admin/accounts/session/")


def new_people() -> Chart:
    since = datetime.combine(last_days()[0], time(), UTC)
    days = User.objects.filter(date_joined__gte=since).annotate(day=TruncDate("date_joined", tzinfo=UTC)).order_by()
    return Chart(_("New people"), dict(days.values_list("day").annotate(Count("pk"))), "/admin/accounts/user/")
