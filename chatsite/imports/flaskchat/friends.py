"""friends"""

from collections.abc import Iterable

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Friendship
from accounts.services import bulk
from accounts.services.blocks import block
from chatsite.imports.flaskchat.source import Clock
from chatsite.imports.ledger import Ledger
from chatsite.imports.report import Report, Row


@transaction.atomic
def bring(rows: Iterable[Row], ledger: Ledger, report: Report, clock: Clock) -> None:
    known, brought = ledger.of("friends"), {}
    for row in rows:
        if row["id"] in known:
            report.known("friends")
        elif reason := _complaint(row, ledger):
            report.lost("friends", row, reason)
        else:
            brought[row["id"]] = _keep(row, ledger, report, clock)
    ledger.enter("friends", brought)


def _complaint(row: Row, ledger: Ledger) -> str | None:
    users = ledger.of("users")
    if row["user_id"] not in users or row["friend_id"] not in users:
        return _("One of the two users does not exist.")
    if row["user_id"] == row["friend_id"]:
        return _("Nobody is a friend of themselves.")
    if row["status"] not in ("accepted", "pending", "blocked", None):
        return _("The status “%(status)s” is not known.") % {"status": row["status"]}
    return None


def _keep(row: Row, ledger: Ledger, report: Report, clock: Clock) -> int:
    """-> the new id; 0 of a block, which has none to come back to."""
    one, other = (ledger.of("users")[row[name]] for name in ("user_id", "friend_id"))
    created_at, changes = clock.read(row["created_at"])
    if row["status"] == "blocked":
        block(user_id=one, other_id=other)
        report.kept("friends", row, changes)
        return 0
    if row["status"] is None:
        changes.append(_("It has no status: it is a request."))
    friendship = Friendship(low_id=min(one, other), high_id=max(one, other), requested_by_id=one, created_at=created_at)
    if row["status"] == "accepted":
        friendship.accepted_at, _changes = clock.read(row["updated_at"], instead=created_at)
    if not bulk.befriend(friendship=friendship):
        changes.append(_("Another row joins the same two people: the two are one now."))
    report.kept("friends", row, changes)
    return int(friendship.pk)
