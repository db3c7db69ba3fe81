"""Who and what belongs to a room, on its page: a constant number of queries, and so many of each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.db.models import Case, IntegerField, QuerySet, Value, When
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from chatsite.administration.cells import moment, person_link
from chatsite.administration.screens import Table
from chatsite.errors import Text
from rooms.admin.memberships import role_badge
from rooms.models import Ban, Invite, JoinRequest, Membership, Room
from rooms.permissions import is_muted

SHOWN = 50  # of each kind; the rest is in lists of their own
Users = dict[int, User]


class Kind(NamedTuple):
    """`model` names its screen in addresses."""

    model: str
    title: Text
    headers: list[Text]
    rows: Callable[[Room], QuerySet[Any]]
    cells: Callable[[Any, Users], list[Any]]


def tables_of(room: Room) -> Iterator[Table]:
    found = [list(kind.rows(room)[: SHOWN + 1]) for kind in KINDS]
    users = User.objects.in_bulk({i for rows in found for row in rows for i in _named(row)})
    for kind, rows in zip(KINDS, found, strict=True):
        shown = [kind.cells(row, users) for row in rows[:SHOWN]]
        yield Table(kind.title, kind.headers, shown, _more(kind, room) if len(rows) > SHOWN else "")


def _named(row: Any) -> set[int]:
    ids = (getattr(row, "user_id", None), getattr(row, "created_by_id", None))
    return {user_id for user_id in ids if user_id is not None}


def _more(kind: Kind, room: Room) -> str:
    url = reverse(f"admin:rooms_{kind.model}_changelist")
    return format_html('<a class="administration-link" href="{}?q={}">{}</a>', url, room.pk, _("All of them"))


def _members(room: Room) -> QuerySet[Membership]:
    """The owner first, then the admins."""
    ranks = [When(role=role, then=Value(n)) for n, role in enumerate((Membership.OWNER, Membership.ADMIN))]
    rank = Case(*ranks, default=Value(2), output_field=IntegerField())
    return Membership.objects.current().filter(room_id=room.pk).order_by(rank, "user_id")


def _requests(room: Room) -> QuerySet[JoinRequest]:
    return JoinRequest.objects.filter(room_id=room.pk).order_by("pk")


def _invites(room: Room) -> QuerySet[Invite]:
    return Invite.objects.in_force().filter(room_id=room.pk).order_by("-pk")


def _bans(room: Room) -> QuerySet[Ban]:
    return Ban.objects.in_force().filter(room_id=room.pk).order_by("-pk")


def _member_cells(member: Membership, users: Users) -> list[Any]:
    who = person_link(member.user_id, users.get(member.user_id))
    muted = moment(member.muted_until) if is_muted(member) else "–"
    page = reverse("admin:rooms_membership_change", args=[member.pk])
    return [who, role_badge(member), muted, moment(member.joined_at), _link(page, _("Act"))]


def _request_cells(ask: JoinRequest, users: Users) -> list[Any]:
    yes, no = _deed("joinrequest", ask, "accept", _("Let in")), _deed("joinrequest", ask, "decline", _("Turn down"))
    who = person_link(ask.user_id, users.get(ask.user_id))
    return [who, ask.message or "–", moment(ask.created_at), format_html("{} · {}", yes, no)]


def _invite_cells(invite: Invite, users: Users) -> list[Any]:
    maker = person_link(invite.created_by_id, users.get(invite.created_by_id))
    link = _deed("invite", invite, "revoke", _("Revoke"))
    return [maker, moment(invite.created_at), moment(invite.expires_at), used_of(invite), link]


def used_of(invite: Invite) -> str:
    return f"{invite.uses} / {'∞' if invite.max_uses is None else invite.max_uses}"


def _ban_cells(ban: Ban, users: Users) -> list[Any]:
    who, maker = (person_link(user_id, users.get(user_id)) for user_id in (ban.user_id, ban.created_by_id))
    until = moment(ban.until) if ban.until else _("for good")
    return [who, until, maker, _deed("ban", ban, "unban", _("Lift the ban"))]


def _deed(model: str, row: Any, name: str, label: Text) -> str:
    return _link(reverse(f"admin:rooms_{model}_do_one", args=[row.pk, name]), label)


def _link(url: str, label: Text) -> str:
    return format_html('<a href="{}">{}</a>', url, label)


KINDS = (
    Kind(
        "membership",
        _("Members"),
        [_("person"), _("role"), _("muted until"), _("in the room since"), ""],
        _members,
        _member_cells,
    ),
    Kind("joinrequest", _("Requests to join"), [_("person"), _("words"), _("asked"), ""], _requests, _request_cells),
    Kind(
        "invite", _("Invitations"), [_("made by"), _("made"), _("good until"), _("used"), ""], _invites, _invite_cells
    ),
    Kind("ban", _("Bans"), [_("person"), _("until"), _("made by"), ""], _bans, _ban_cells),
)
