"""Who is calling: an access token names a session; one query says whether it still stands."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from django.db import connection
from django.http import HttpRequest
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


def bearer_token(request: HttpRequest | Request) -> str | None:
    scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


class Question(NamedTuple):
    """A statement of one row. `select` ends with its tables, `where` has placeholders for `params`."""

    select: str
    where: str
    params: tuple[int, ...]


class Caller(NamedTuple):
    """What most endpoints need to know of who calls. `answer`: the row that the view's first question found."""

    pk: int
    answer: tuple[Any, ...] | None = None
    is_authenticated: bool = True


class SessionAuthentication(BaseAuthentication):
    """`Authorization: Bearer <access>`; request.user is the User, request.auth the Session.

    For a view that says `needs_account = False` the same is asked at half the cost: request.user is a Caller. What such
    a view asks first (`first_question`) is asked in the same statement.
    """

    def authenticate(self, request: Request) -> tuple[User | Caller, Session | None] | None:
        token = bearer_token(request)
        if token is None:
            return None
        view = request.parser_context["view"]
        if not getattr(view, "needs_account", True):
            return authenticate_caller(token, view.first_question), None
        signed_in = authenticate_token(token)
        return signed_in.user, signed_in.session

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


_SESSION = "accounts_session s JOIN accounts_user u ON u.id = s.user_id"
_STANDS = "s.id = %s AND s.user_id = %s AND s.revoked_at IS NULL AND u.is_active"
_ALONE = f"SELECT 1 FROM {_SESSION} WHERE {_STANDS}"  # noqa: S608 -- both stand above


def authenticate_caller(token: str, first_question: Callable[[int], Question | None]) -> Caller:
    """As authenticate_token, as strictly. `first_question`: user id -> what is asked along.

    A row says that the session stands and what was asked. Without one each is asked for itself, so that whoever may
    not is told so as ever.
    """
    claims = tokens.read_access(token)
    question = first_question(claims.user_id)
    if question is not None and (row := _row(_both(question.select, question.where), question.params, claims)):
        return Caller(claims.user_id, row)
    if _row(_ALONE, (), claims) is None:
        raise ChatError("authentication_failed")
    return Caller(claims.user_id)


@cache
def _both(select: str, where: str) -> str:
    return f"{select} CROSS JOIN {_SESSION} WHERE {where} AND {_STANDS}"


def _row(statement: str, params: tuple[int, ...], claims: tokens.Claims) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [*params, claims.session_id, claims.user_id])
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row
