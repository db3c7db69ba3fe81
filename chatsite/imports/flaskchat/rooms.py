"""rooms and room_members"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.names import clean_line
from chatsite.imports.flaskchat.source import Clock
from chatsite.imports.ledger import Ledger
from chatsite.imports.report import Report, Row
from rooms.models import Membership, Room
from rooms.services import bulk
from rooms.services.bulk import Place

KINDS = {"group": Room.PUBLIC, "private": Room.PRIVATE}
ROLES = {"owner": Membership.ADMIN, "admin": Membership.ADMIN, "member": Membership.MEMBER}
NAME_MAX, DESCRIPTION_MAX, CODE_MAX = 80, 500, 12


class Seat(NamedTuple):
    """A row of room_members, and what it becomes."""

    row: Row
    place: Place
    changes: list[str]


@transaction.atomic
def bring(rows: Iterable[Row], members: dict[int, list[Row]], ledger: Ledger, report: Report, clock: Clock) -> None:
    """`members`: the room_members of each room; those of the rooms that were met are taken out."""
    for row in rows:
        created_at, changes = clock.read(row["created_at"])
        seats = _seats(members.pop(row["id"], []), created_at, ledger, report, clock)
        places = [seat.place for seat in seats]
        room_id = ledger.of("rooms").get(row["id"])
        if room_id is None:
            _found(row, created_at, changes, places, ledger, report)
            fresh = {place.user_id for place in places}
        else:
            report.known("rooms")
            fresh = bulk.add_places(room_id=room_id, places=places)
        for seat in seats:
            if seat.place.user_id in fresh:
                report.kept("room_members", seat.row, seat.changes)
            else:
                report.known("room_members")


def lose(members: Iterable[Row], report: Report) -> None:
    for row in members:
        report.lost("room_members", row, _("Its room does not exist."))


def _seats(rows: Sequence[Row], created_at: datetime, ledger: Ledger, report: Report, clock: Clock) -> list[Seat]:
    seats: dict[int, Seat] = {}
    for row in rows:
        user_id = ledger.of("users").get(row["user_id"])
        if user_id is None:
            report.lost("room_members", row, _("Its user does not exist."))
        elif user_id in seats:
            report.lost("room_members", row, _("This user is in the room already."))
        else:
            joined_at, changes = clock.read(row["joined_at"], instead=created_at)
            role = ROLES.get(row["role"] or "member")
            if role is None:
                changes.append(_("The role “%(role)s” is not known: member.") % {"role": row["role"]})
            seats[user_id] = Seat(row, Place(user_id, joined_at, role or Membership.MEMBER), changes)
    return list(seats.values())


def _found(
    row: Row, created_at: datetime, changes: list[str], places: list[Place], ledger: Ledger, report: Report
) -> None:
    kind = KINDS.get(row["room_type"], Room.PRIVATE)
    if row["room_type"] not in KINDS:
        changes.append(_("It is private now: its kind is not known."))
    creator_id = ledger.of("users").get(row["created_by"])
    room = Room(kind=kind, created_by_id=creator_id, created_at=created_at)
    room.name = _fitting(clean_line(row["name"] or "") or f"Room {row['id']}", NAME_MAX)
    room.description = _fitting(row["description"] or "", DESCRIPTION_MAX)
    room.code = _code(row["room_code"] or "") if kind == Room.PUBLIC else None
    changes += _told(row, room)
    if not places:
        room.archived_at = created_at
        changes.append(_("Nobody is in it: it is archived."))
    bulk.found(room=room, places=_with_owner(places, creator_id))
    ledger.enter("rooms", {row["id"]: room.id})
    report.kept("rooms", row, changes)


def _told(row: Row, room: Room) -> list[str]:
    changes = []
    if room.name != row["name"]:
        changes.append(_("The name is now “%(name)s”.") % {"name": room.name})
    if room.description != (row["description"] or ""):
        changes.append(_("The description was too long: it is cut."))
    if row["room_code"] and room.kind == Room.PRIVATE:
        changes.append(_("Private rooms have no code: people come in by invitation."))
    elif room.code is None:
        changes.append(_("Its code could not be kept: it got another one."))
    return changes


def _fitting(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _code(given: str) -> str | None:
    """As it was, if it can be typed and nobody has it."""
    fits = given.isascii() and given.isalnum() and len(given) <= CODE_MAX
    return given if fits and not Room.objects.filter(code=given).exists() else None


def _with_owner(places: list[Place], creator_id: int | None) -> list[Place]:
    """The creator, or else who was admin first, or came first."""
    owner = min(places, key=lambda p: (p.user_id != creator_id, p.role != Membership.ADMIN, p.joined_at), default=None)
    return [place._replace(role=Membership.OWNER) if place is owner else place for place in places]
