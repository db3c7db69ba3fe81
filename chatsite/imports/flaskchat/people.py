"""users"""

from collections.abc import Iterable
from itertools import count

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.hashers import from_werkzeug
from accounts.models import User
from accounts.names import USERNAME_MAX, clean_line, fold, nearest_username
from accounts.services import bulk
from chatsite.imports.flaskchat.source import Clock
from chatsite.imports.ledger import Ledger
from chatsite.imports.report import Report, Row

EMAIL_MAX = 254
GONE = "gone"  # not "users": the next time they would be taken for members and friends


@transaction.atomic
def bring(rows: Iterable[Row], ledger: Ledger, report: Report, clock: Clock) -> None:
    known, brought = ledger.of("users"), {}
    for row in rows:
        if row["id"] in known:
            report.known("users")
            continue
        user, changes = _account(row, clock)
        bulk.add_users(users=[user])
        brought[row["id"]] = user.pk
        report.kept("users", row, changes)
    ledger.enter("users", brought)


def somebody(old_id: int, ledger: Ledger) -> int:
    """-> the new id of a user, of whom there may be nothing but what they wrote."""
    for kind in ("users", GONE):
        if (known := ledger.of(kind).get(old_id)) is not None:
            return known
    gone = bulk.add_deleted_user()
    ledger.enter(GONE, {old_id: gone.pk})
    return gone.pk


def _account(row: Row, clock: Clock) -> tuple[User, list[str]]:
    joined_at, changes = clock.read(row["created_at"])
    old_name = clean_line(row["username"] or "")
    username = _free_username(old_name, row["id"])
    if username != row["username"]:
        changes.append(_("The username is now %(name)s.") % {"name": username})
    email, complaints = _address(row["email"] or "")
    password = from_werkzeug(row["password_hash"] or "")
    if password is None:
        complaints.append(_("The password cannot be read: it has to be set anew (manage.py reset_link)."))
    user = User(username=username, email=email, date_joined=joined_at)
    user.display_name = "" if old_name == username else old_name[:64]
    if password is None:
        user.set_unusable_password()
    else:
        user.password = password
    return user, changes + complaints


def _free_username(old: str, old_id: int) -> str:
    wanted = nearest_username(old) or f"user{old_id}"
    endings = (f"-{number}" for number in count(2))
    name = wanted
    while User.objects.filter(username_key=fold(name)).exists():
        ending = next(endings)
        name = wanted[: USERNAME_MAX - len(ending)] + ending
    return name


def _address(given: str) -> tuple[str, list[str]]:
    """-> (address or "", what had to be changed)"""
    email = given.strip()
    key = fold(email)
    if "@" not in email or len(email.split()) != 1 or max(len(email), len(key)) > EMAIL_MAX:
        return "", [_("“%(email)s” is no e-mail address: sign in with the username.") % {"email": given}]
    if User.objects.filter(email_key=key).exists():
        return "", [_("%(email)s belongs to another account: sign in with the username.") % {"email": given}]
    return email, []
