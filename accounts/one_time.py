"""Signed texts that open one door once: they are bound to what using them changes."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from chatsite.errors import ValidationFailed


def make(purpose: str, user: User, bound_to: str, lifetime: timedelta) -> str:
    """-> a token that is good until `lifetime` is over or `bound_to` is something else."""
    claims = {"user": user.pk, "until": int((now() + lifetime).timestamp()), "bound": _seal(purpose, bound_to)}
    return signing.dumps(claims, salt=f"accounts.{purpose}")


def user_id(purpose: str, token: str) -> int:
    """-> whose it is, if it was made by us and is not too old. Not yet: whether it was used."""
    try:
        claims: dict[str, Any] = signing.loads(token, salt=f"accounts.{purpose}")
    except signing.BadSignature as error:
        raise refusal() from error
    if claims["until"] < now().timestamp():
        raise refusal()
    return int(claims["user"])


def is_unused(purpose: str, token: str, bound_to: str) -> bool:
    sealed = signing.loads(token, salt=f"accounts.{purpose}")["bound"]
    return constant_time_compare(sealed, _seal(purpose, bound_to))


def refusal() -> ValidationFailed:
    return ValidationFailed({"token": [_("This link is not valid any more. Ask for a new one.")]})


def link(path: str, token: str) -> str:
    """-> address for people; the token stands behind `#`, where no server log sees it."""
    return f"{settings.PUBLIC_URL or f'http://localhost:{settings.PORT}'}{path}#{token}"


def _seal(purpose: str, bound_to: str) -> str:
    return salted_hmac(f"accounts.{purpose}", bound_to, algorithm="sha256").hexdigest()
