"""Who is in rooms."""

from __future__ import annotations

from typing import Any

from django.contrib.admin import display, register
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from chatsite.administration.cells import badge, moment
from chatsite.administration.deeds import by, deed
from chatsite.administration.filters import Choice
from chatsite.errors import Text
from rooms.admin.parts import BanForm, MuteForm, RoomPart, end_of
from rooms.models import Membership, Room
from rooms.permissions import is_muted
from rooms.services import administration

ROLES = {
    Membership.OWNER: (_("owner"), "primary"),
    Membership.ADMIN: (_("admin"), "info"),
    Membership.MEMBER: (_("member"), "base"),
}


class RoleFilter(Choice):
    title = _("role")
    parameter_name = "role"
    options = {role: (name, lambda rows, role=role: rows.filter(role=role)) for role, (name, _kind) in ROLES.items()}


class MuteFilter(Choice):
    title = _("muted")
    parameter_name = "muted"
    options = {"1": (_("muted"), lambda rows: rows.filter(muted_until__gt=now()))}


def in_group(membership: Membership) -> bool:
    """In a room in which there is something to administer."""
    room: Room | None = membership.room  # type: ignore[attr-defined]
    return membership.is_current and room is not None and not room.is_direct


def silent(membership: Membership) -> bool:
    return in_group(membership) and is_muted(membership)


def role_badge(membership: Membership) -> str:
    return badge(*ROLES[membership.role])


def may_become(role: str) -> Any:
    return lambda m: in_group(m) and m.role not in (role, Membership.OWNER)


@register(Membership)
class MembershipScreen(RoomPart):
    name = _("members")
    position, icon = 1, "badge"
    deeds = ("mute", "unmute", "make_admin", "make_member", "make_owner", "kick", "ban")
    list_display = ("who", "where", "role_shown", "muted", "joined")
    list_filter = (RoleFilter, MuteFilter)
    fields = ("who", "where", "role_shown", "muted", "joined")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        """Those who are in now."""
        rows: QuerySet[Membership] = super().get_queryset(request).filter(left_at=None)
        return rows

    @display(description=_("role"))
    def role_shown(self, membership: Membership) -> str:
        return role_badge(membership)

    @display(description=_("muted until"))
    def muted(self, membership: Membership) -> str:
        return badge(moment(membership.muted_until), "warning") if is_muted(membership) else "–"

    @display(description=_("in the room since"))
    def joined(self, membership: Membership) -> str:
        return moment(membership.joined_at)

    @deed(
        _("Mute"),
        asks=_("Until then this member reads, and does not write."),
        icon="mic_off",
        form=MuteForm,
        when=in_group,
    )
    def mute(self, request: HttpRequest, row: Membership, data: dict[str, Any]) -> Text:
        administration.mute(by=by(request), room_id=row.room_id, member_id=row.user_id, until=end_of(data))
        return _("The member is muted.")

    @deed(_("Let speak again"), asks=_("The mute ends now."), icon="mic", when=silent)
    def unmute(self, request: HttpRequest, row: Membership, data: dict[str, Any]) -> Text:
        administration.mute(by=by(request), room_id=row.room_id, member_id=row.user_id, until=None)
        return _("The member may write again.")

    @deed(
        _("Make admin"),
        asks=_("Admins of a room change its rules, and mute, kick and ban its members."),
        icon="add_moderator",
        when=may_become(Membership.ADMIN),
    )
    def make_admin(self, request: HttpRequest, row: Membership, data: dict[str, Any]) -> Text:
        return self._give(request, row, Membership.ADMIN)

    @deed(
        _("Make ordinary member"),
        asks=_("The rights of an admin end."),
        icon="remove_moderator",
        when=may_become(Membership.MEMBER),
    )
    def make_member(self, request: HttpRequest, row: Membership, data: dict[str, Any]) -> Text:
        return self._give(request, row, Membership.MEMBER)

    @deed(
        _("Make owner"),
        asks=_("The owner until now stays in the room as an admin."),
        icon="crown",
        when=may_become(Membership.OWNER),
    )
    def make_owner(self, request: HttpRequest, row: Membership, data: dict[str, Any]) -> Text:
        return self._give(request, row, Membership.OWNER)

    def _give(self, request: HttpRequest, row: Membership, role: str) -> Text:
        administration.set_role(by=by(request), room_id=row.room_id, member_id=row.user_id, role=role)
        return _("The role is changed.")

    @deed(
        _("Take out of the room"),
        asks=_("They may come in again, as the room lets people in. If it is the owner, the oldest admin follows."),
        icon="person_remove",
        is_dangerous=True,
        when=in_group,
    )
    def kick(self, request: HttpRequest, row: Membership, data: dict[str, Any]) -> Text:
        administration.kick(by=by(request), room_id=row.room_id, member_id=row.user_id)
        return _("The member is out of the room.")

    @deed(
        _("Ban"),
        asks=_("They leave the room at once, and stay out of it for this time."),
        icon="block",
        form=BanForm,
        is_dangerous=True,
        when=in_group,
    )
    def ban(self, request: HttpRequest, row: Membership, data: dict[str, Any]) -> Text:
        administration.ban(by=by(request), room_id=row.room_id, banned_id=row.user_id, until=end_of(data))
        return _("The person is banned from the room.")
