"""Who is calling: an access token names a session; one query says whether it still stands."""

from datetime import datetime
from typing import NamedTuple

from django.db import connection
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request

from accounts import tokens
from accounts.models import Session, User
from chatsite.errors import ChatError


class SignedIn(NamedTuple):
    session: Session
    user: User
    expires_at: datetime


def authenticate_token(token: str) -> SignedIn:
    """Raises token_expired or authentication_failed; a database outage stays an OperationalError."""
    claims = tokens.read_access(token)
    session = (
        Session.objects.select_related("user")
        .filter(pk=claims.session_id, user_id=claims.user_id, revoked_at=None, user__is_active=True)
        .first()
    )
    if session is None:
        raise ChatError("authentication_failed")
    return SignedIn(session, session.user, claims.expires_at)


def bearer_token(request: Request) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


class Caller(NamedTuple):
    """What most endpoints need to know of who calls."""

    pk: int
    is_authenticated: bool = True


class SessionAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access>`; request.user is the User, request.auth the Session.

    For a view that says `needs_account = False` the same is asked at half the cost: request.user is a Caller.
    """

    def authenticate(self, request: Request) -> tuple[User | Caller, Session | None] | None:
        token = bearer_token(request)
        if token is None:
            return None
        if not getattr(request.parser_context["view"], "needs_account", True):
            return authenticate_caller(token), None
        signed_in = authenticate_token(token)
        return signed_in.user, signed_in.session

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


_STANDS = """
SELECT 1 FROM accounts_session s JOIN accounts_user u ON u.id = s.user_id
WHERE s.id = %s AND s.user_id = %s AND s.revoked_at IS NULL AND u.is_active
"""


def authenticate_caller(token: str) -> Caller:
    """As authenticate_token, as strictly."""
    claims = tokens.read_access(token)
    with connection.cursor() as cursor:
        cursor.execute(_STANDS, [claims.session_id, claims.user_id])
        if cursor.fetchone() is None:
            raise ChatError("authentication_failed")
    return Caller(claims.user_id)
