"""The first account becomes the administrator: whoever sits at the server, or knows the code its terminal shows."""

import os
import secrets
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from chatsite.errors import ValidationFailed

CODE_BYTES = 16


def has_administrator() -> bool:
    return User.objects.filter(is_superuser=True, is_active=True).exists()


def first_admin_code() -> str | None:
    """-> the one-time code for the terminal, or None when there is an administrator already."""
    if has_administrator():
        return None
    return str(settings.FIRST_ADMIN_CODE) or _code_in_file()


def _code_file() -> Path:
    return Path(settings.VAR_DIR) / "first-admin-code"


def _code_in_file() -> str:
    """One code for all processes on this machine; the first one makes it."""
    path = _code_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.touch(mode=0o600)
    fresh.write_text(secrets.token_urlsafe(CODE_BYTES))
    try:
        os.link(fresh, path)  # all or nothing: nobody reads half a code
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return path.read_text()


def is_claimed(code: str | None, *, from_this_machine: bool) -> bool:
    """May the account that is being made become administrator? A wrong code is refused, not overlooked."""
    if code is None:
        return from_this_machine and not has_administrator()
    expected = first_admin_code()
    if expected is None or not constant_time_compare(code, expected):
        raise ValidationFailed({"admin_code": [_("This code is not valid.")]})
    return True


@transaction.atomic
def promote_first(user: User) -> None:
    """Makes this committed account the administrator, unless another one was faster."""
    # Everybody who might be first locks the same row: the oldest account.
    User.objects.select_for_update().order_by("pk").first()
    if has_administrator():
        return
    user.is_staff = user.is_superuser = True
    user.save(update_fields=["is_staff", "is_superuser"])
    transaction.on_commit(lambda: _code_file().unlink(missing_ok=True))
