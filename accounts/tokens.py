"""The two JWTs of a session. They carry ids only; whether they still count is asked of the database."""

import hmac
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
from django.conf import settings
from rest_framework_simplejwt.exceptions import ExpiredTokenError, TokenError
from rest_framework_simplejwt.tokens import AccessToken, RefreshToken, Token

from accounts.models import Session
from chatsite.errors import ChatError


class Claims(NamedTuple):
    user_id: int
    session_id: int
    generation: int  # refresh tokens only, else 0
    expires_at: datetime


def access_token(session: Session) -> str:
    return str(_token(AccessToken(), session))


def refresh_token(session: Session, generation: int) -> str:
    """The same text at every call: whoever lost the answer to a refresh gets that very token again."""
    token = _token(RefreshToken(), session)
    token.set_exp(from_time=session.created_at)
    token["jti"] = f"{session.pk}.{generation}"
    token["generation"] = generation
    return str(token)


def _token(token: Token, session: Session) -> Token:
    # Without `iat`: a node whose clock is a second behind would refuse it.
    del token["iat"]
    token["user_id"] = session.user_id
    token["sid"] = session.pk
    return token


def read_access(text: str) -> Claims:
    """-> what a good access token says. Raises token_expired or authentication_failed."""
    return _read_own(text) or _read(AccessToken, text)


Id = Annotated[int, msgspec.Meta(ge=0, lt=2**53)]


class _Access(msgspec.Struct, forbid_unknown_fields=True):
    """The claims of an access token as we write it; anything more or less is for the library to judge."""

    token_type: Literal["access"]
    jti: str
    exp: int
    user_id: Id
    sid: Id


_decode_access = msgspec.json.Decoder(_Access).decode


@cache
def _header() -> bytes:
    """-> the first part of every token that we sign, with its dot."""
    return str(AccessToken()).encode().partition(b".")[0] + b"."


def _read_own(text: str) -> Claims | None:
    """A good token of our own making, at a tenth of the library's cost; None = not that, whatever it is."""
    token = text.encode("ascii", "replace")
    signed, _, signature = token.rpartition(b".")
    if not signed.startswith(_header()):
        return None
    own = hmac.digest(settings.JWT_SECRET_KEY.encode(), signed, "sha256")
    if not hmac.compare_digest(urlsafe_b64encode(own).rstrip(b"="), signature):
        return None
    body = signed[len(_header()) :]
    try:
        access = _decode_access(urlsafe_b64decode(body + b"=" * (-len(body) % 4)))
    except (ValueError, msgspec.DecodeError):
        return None
    if access.exp <= time.time():
        return None
    return Claims(access.user_id, access.sid, 0, datetime.fromtimestamp(access.exp, UTC))


def read_refresh(text: str) -> Claims:
    claims = _read(RefreshToken, text)
    if claims.generation < 1:
        raise ChatError("authentication_failed")
    return claims


def _read(kind: type[Token], text: str) -> Claims:
    try:
        token = kind(text)  # type: ignore[arg-type]
    except ExpiredTokenError as error:
        raise ChatError("token_expired") from error
    except (TokenError, UnicodeError) as error:
        raise ChatError("authentication_failed") from error
    return _claims(token.payload)


def _claims(payload: dict[str, Any]) -> Claims:
    user_id, session_id, generation = payload.get("user_id"), payload.get("sid"), payload.get("generation", 0)
    if not all(isinstance(n, int) and 0 <= n < 2**53 for n in (user_id, session_id, generation)):
        raise ChatError("authentication_failed")
    return Claims(user_id, session_id, generation, datetime.fromtimestamp(payload["exp"], UTC))  # type: ignore[arg-type]
