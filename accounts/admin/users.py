"""People and their accounts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib.admin import display, register
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Session, User
from accounts.names import fold
from accounts.services import administration, approval, passwords, sessions
from chatsite.administration.cells import badge, link, moment, plain
from chatsite.administration.deeds import by, deed
from chatsite.administration.filters import Choice, date_range
from chatsite.administration.screens import Screen, Table
from chatsite.administration.sections import PEOPLE
from chatsite.errors import Text

NOTHING = "–"
CLOSED = Q(is_active=False, awaits_approval=False, deleted_at=None)


class StateFilter(Choice):
    title = _("state")
    parameter_name = "state"
    options = {
        "open": (_("open"), lambda users: users.filter(is_active=True)),
        "waiting": (_("waits for approval"), lambda users: users.filter(awaits_approval=True)),
        "disabled": (_("disabled"), lambda users: users.filter(CLOSED)),
        "deleted": (_("deleted"), lambda users: users.filter(deleted_at__isnull=False)),
    }


class RightsFilter(Choice):
    title = _("rights")
    parameter_name = "rights"
    options = {
        "administrators": (_("administrators"), lambda users: users.filter(is_superuser=True)),
        "staff": (_("staff"), lambda users: users.filter(is_staff=True)),
        "bots": (_("bots"), lambda users: users.filter(is_bot=True)),
    }


def state_of(user: User) -> tuple[Text, str]:
    """-> what an account is, and how the badge of that looks"""
    if user.deleted_at is not None:
        return _("deleted"), "base"
    if user.awaits_approval:
        return _("waits for approval"), "warning"
    return (_("open"), "success") if user.is_active else (_("disabled"), "danger")


def is_open(user: User) -> bool:
    return user.is_active


def is_disabled(user: User) -> bool:
    return not (user.is_active or user.awaits_approval or user.deleted_at)


def waits(user: User) -> bool:
    return user.awaits_approval


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("Reason, for the audit log"), max_length=200, required=False)


@register(User)
class UserScreen(Screen):
    name = _("people")
    section, position, icon = PEOPLE, 0, "group"
    deeds = (
        "approve",
        "turn_away",
        "reset_link",
        "sign_out_everywhere",
        "make_staff",
        "unmake_staff",
        "enable",
        "disable",
        "delete_account",
    )
    list_display = ("username_shown", "shown_name", "email_shown", "standing", "joined", "seen")
    list_filter = (StateFilter, RightsFilter, date_range("date_joined", _("joined")))
    search_fields = ("name_search",)  # shows the field; get_search_results says what it finds
    search_help_text = _("Name, pinyin or e-mail address")
    fields = ("username_shown", "shown_name", "email_shown", "state", "rights", "language", "zone", "joined", "seen")
    readonly_fields = fields

    shown_name = plain("display_name", _("display name"))
    language = plain("locale", _("language"))
    zone = plain("timezone", _("time zone"))

    @display(description=_("username"))
    def username_shown(self, user: User) -> str:
        return str(user)

    @display(description=_("e-mail address"))
    def email_shown(self, user: User) -> str:
        if not user.email:
            return "–"
        return f"{user.email} ({_('confirmed')})" if user.email_verified_at else user.email

    @display(description=_("state"))
    def state(self, user: User) -> str:
        return badge(*state_of(user))

    @display(description=_("rights"))
    def rights(self, user: User) -> str:
        if user.is_superuser:
            return badge(_("administrator"), "primary")
        if user.is_staff:
            return badge(_("staff"), "info")
        return badge(_("bot"), "base") if user.is_bot else NOTHING

    @display(description=_("state"))
    def standing(self, user: User) -> str:
        """Both at once: the list has to fit on a screen."""
        rights = self.rights(user)
        return self.state(user) if rights == NOTHING else self.state(user) + rights

    @display(description=_("joined"))
    def joined(self, user: User) -> str:
        return moment(user.date_joined)

    @display(description=_("last seen"))
    def seen(self, user: User) -> str:
        return moment(user.last_seen_at)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        key = "".join(fold(search_term).split())
        if not key:
            return queryset, False
        return queryset.filter(Q(name_search__contains=key) | Q(email_key__startswith=key)), False

    def related(self, request: HttpRequest, row: User) -> Iterable[Table]:
        headers: list[Text] = [_("device"), _("address"), _("signed in"), _("last used"), ""]
        yield Table(_("Sessions"), headers, [self._session_cells(s) for s in sessions.sessions_of(row.pk)])

    def _session_cells(self, session: Session) -> list[Any]:
        url = reverse("admin:accounts_session_do_one", args=[session.pk, "sign_out"])
        used, begun = moment(session.last_used_at), moment(session.created_at)
        return [session.name or "–", session.ip or "–", begun, used, link(url, _("Sign out"))]

    @deed(
        _("Disable"),
        asks=_("All devices are signed out at once, and nobody signs in to this account until it is enabled again."),
        icon="block",
        form=ReasonForm,
        is_dangerous=True,
        when=is_open,
    )
    def disable(self, request: HttpRequest, user: User, data: dict[str, Any]) -> Text:
        administration.disable(by=by(request), user_id=user.pk, reason=data["reason"])
        return _("The account is disabled.")

    @deed(_("Enable"), asks=_("Its owner may sign in again."), icon="lock_open", when=is_disabled)
    def enable(self, request: HttpRequest, user: User, data: dict[str, Any]) -> Text:
        administration.enable(by=by(request), user_id=user.pk)
        return _("The account is enabled.")

    @deed(
        _("Sign out everywhere"),
        asks=_("All devices of this person are signed out; the password stays as it is."),
        icon="logout",
        when=is_open,
    )
    def sign_out_everywhere(self, request: HttpRequest, user: User, data: dict[str, Any]) -> Text:
        administration.sign_out_everywhere(by=by(request), user_id=user.pk)
        return _("All devices are signed out.")

    @deed(
        _("Link for a new password"),
        asks=_("Makes a link with which this person sets a new password, once, within a day. Hand it over yourself."),
        icon="key",
        when=is_open,
    )
    def reset_link(self, request: HttpRequest, user: User, data: dict[str, Any]) -> HttpResponse:
        url = passwords.reset_link(by=by(request), user_id=user.pk)
        text = _("Whoever has this link sets a new password, once, within a day.")
        return self.show(request, user, title=_("Link for a new password"), text=text, value=url, once=True)

    @deed(_("Let in"), asks=_("The account opens, and its owner may sign in."), icon="how_to_reg", when=waits)
    def approve(self, request: HttpRequest, user: User, data: dict[str, Any]) -> Text:
        approval.approve(by=by(request), user_id=user.pk)
        return _("The account is open.")

    @deed(
        _("Turn away"),
        asks=_("The account is removed; its name and address are free again."),
        icon="person_remove",
        is_dangerous=True,
        when=waits,
    )
    def turn_away(self, request: HttpRequest, user: User, data: dict[str, Any]) -> Text:
        approval.turn_away(by=by(request), user_id=user.pk)
        return _("The account is removed.")

    @deed(
        _("Make staff"),
        asks=_("Staff sees this administration and acts on people; settings and the audit log stay closed to them."),
        icon="add_moderator",
        superusers_only=True,
        when=lambda user: user.is_active and not (user.is_staff or user.is_bot),
    )
    def make_staff(self, request: HttpRequest, user: User, data: dict[str, Any]) -> Text:
        administration.make_staff(by=by(request), user_id=user.pk)
        return _("This person is staff now.")

    @deed(
        _("Take staff rights"),
        asks=_("This person leaves the administration at once."),
        icon="remove_moderator",
        superusers_only=True,
        when=lambda user: user.is_staff,
    )
    def unmake_staff(self, request: HttpRequest, user: User, data: dict[str, Any]) -> Text:
        administration.unmake_staff(by=by(request), user_id=user.pk)
        return _("This person is not staff any more.")

    @deed(
        _("Delete the account"),
        asks=_("This cannot be undone. Name, address and devices go; what was written stays, without a name."),
        icon="delete_forever",
        is_dangerous=True,
        superusers_only=True,
        when=lambda user: user.deleted_at is None and not user.awaits_approval,
    )
    def delete_account(self, request: HttpRequest, user: User, data: dict[str, Any]) -> Text:
        administration.delete_account_of(by=by(request), user_id=user.pk)
        return _("The account is deleted.")
