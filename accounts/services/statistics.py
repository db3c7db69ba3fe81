"""People and their devices on the admin's first page."""

from django.db.models import Count, Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Session, User
from chatsite.administration.dashboard import Chart, Figure, borders, last_days


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
    days = last_days()
    on = {f"on_{number}": Q(date_joined__gte=begun, date_joined__lt=ended)
          for number, (begun, ended) in enumerate(map(borders, days))}  # fmt: skip
    since_then = User.objects.filter(date_joined__gte=borders(days[0])[0])
    counts = since_then.aggregate(**{name: Count("pk", filter=is_of_day) for name, is_of_day in on.items()})
    return Chart(_("New people"), dict(zip(days, counts.values(), strict=True)), "/admin/accounts/user/")
