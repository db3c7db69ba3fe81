"""messages"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from chatsite.imports.flaskchat.people import somebody
from chatsite.imports.flaskchat.source import Clock
from chatsite.imports.ledger import Ledger
from chatsite.imports.report import Report, Row
from messaging.schemas import CONTENT_CHARS
from messaging.services.bulk import Line, add_lines
from rooms.models import Membership
from rooms.services.bulk import Place, add_places, find_or_found_direct


class Said(NamedTuple):
    """A row that is kept: as one line, or as several where it is longer than a message may be."""

    row: Row
    lines: list[Line]
    changes: list[str]


@transaction.atomic
def bring(rows: Sequence[Row], ledger: Ledger, report: Report, clock: Clock) -> None:
    said = [kept for row in rows if (kept := _judged(row, ledger, report, clock))]
    _let_in_former_members([line for one in said for line in one.lines])
    fresh = {(m.room_id, m.nonce) for m in add_lines(lines=[line for one in said for line in one.lines])}
    for one in said:
        if (one.lines[0].room_id, one.lines[0].nonce) in fresh:
            report.kept("messages", one.row, one.changes)
        else:
            report.known("messages")


def _judged(row: Row, ledger: Ledger, report: Report, clock: Clock) -> Said | None:
    at, changes = clock.read(row["created_at"])
    if reason := _complaint(row, ledger):
        report.lost("messages", row, reason)
        return None
    sender_id = somebody(row["sender_id"], ledger)
    room_id = _room(row, sender_id, at, ledger)
    if row["room_id"] is not None and row["receiver_id"] is not None:
        changes.append(_("It has a room and a receiver: it is in the room."))
    if row["message_type"] not in ("text", None):
        changes.append(_("Its type was “%(type)s”: it is text now.") % {"type": row["message_type"]})
    parts = list(_parts(row["content"]))
    if len(parts) > 1:
        changes.append(_("It was too long: it is %(count)d messages now.") % {"count": len(parts)})
    nonces = [f"{ledger.source}-{row['id']}" + (f"-{i}" if i else "") for i in range(len(parts))]
    lines = [
        Line(room_id=room_id, sender_id=sender_id, content=part, nonce=nonce, created_at=at)
        for part, nonce in zip(parts, nonces, strict=True)
    ]
    return Said(row, lines, changes)


def _complaint(row: Row, ledger: Ledger) -> str | None:
    if not (row["content"] or "").strip():
        return _("It is empty.")
    if row["sender_id"] is None:
        return _("It has no sender.")
    if row["room_id"] is None and row["receiver_id"] is None:
        return _("It has neither a room nor a receiver.")
    if row["room_id"] is not None and row["room_id"] not in ledger.of("rooms"):
        return _("Its room does not exist.")
    return None


def _room(row: Row, sender_id: int, at: datetime, ledger: Ledger) -> int:
    if row["room_id"] is not None:
        return ledger.of("rooms")[row["room_id"]]
    receiver_id = somebody(row["receiver_id"], ledger)
    return find_or_found_direct(one=sender_id, other=receiver_id, at=at).id


def _parts(content: str) -> Iterator[str]:
    """Cut at the end of a line or a word where one is near."""
    while len(content) > CONTENT_CHARS:
        end = max(content.rfind(mark, CONTENT_CHARS // 2, CONTENT_CHARS) for mark in "\n ") + 1 or CONTENT_CHARS
        yield from _visible(content[:end])
        content = content[end:]
    yield from _visible(content)


def _visible(part: str) -> Iterator[str]:
    if part.strip():
        yield part


def _let_in_former_members(lines: Sequence[Line]) -> None:
    """Who wrote in a room was in it: whoever is not in it now has left it."""
    spans: dict[tuple[int, int], list[datetime]] = defaultdict(list)
    for line in lines:
        spans[line.room_id, line.sender_id].append(line.created_at)
    known = set(
        Membership.objects.filter(room_id__in={room_id for room_id, _user_id in spans}).values_list(
            "room_id", "user_id"
        )
    )
    for (room_id, user_id), times in spans.items():
        if (room_id, user_id) not in known:
            add_places(room_id=room_id, places=[Place(user_id, min(times), left_at=max(times))])
