"""Signed-in devices: begin one, keep it signed in, end it."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import NamedTuple

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.models import Session as AdminSession
from django.db import transaction
from django.utils.timezone import now

from accounts import tokens
from accounts.models import Session, User
from accounts.names import clean_line
from accounts.schemas import NewSession, SessionOut
from chatsite.errors import ChatError, NotFound
from chatsite.gateway.events import publish, to_user
from chatsite.gateway.frames import SessionRevoked
from chatsite.transactions import repeated_on_conflict

SESSIONS_MAX = 20  # per user; the one used longest ago makes room
# A token counts this long after its successor was used: other tabs may still be waiting for the answer.
GRACE = timedelta(seconds=30)


class Device(NamedTuple):
    name: str = ""
    user_agent: str = ""
    ip: str | None = None


class TokenPair(NamedTuple):
    session: Session
    access: str
    refresh: str


@repeated_on_conflict
@transaction.atomic
def begin_session(*, user: User, device: Device) -> TokenPair:
    """Signs a device in, unless the password that let it in has been changed or the account closed meanwhile."""
    current = User.objects.select_for_update().filter(pk=user.pk, is_active=True).first()
    if current is None or current.password != user.password:
        raise ChatError("authentication_failed")
    name = clean_line(device.name)[:100] or describe(device.user_agent)
    session = Session.objects.create(user=current, name=name, user_agent=device.user_agent[:300], ip=device.ip)
    _make_room(current.pk)
    publish(to_user(current.pk, NewSession(session=session_out(session))))
    return _pair(session, session.generation)


def _make_room(user_id: int) -> None:
    standing = Session.objects.filter(user_id=user_id, revoked_at=None).order_by("-last_used_at", "-pk")
    revoke(user_id, [s.pk for s in standing[SESSIONS_MAX:]], "too_many_sessions")


def refresh(*, token: str) -> TokenPair:
    """Gives the successor of a refresh token; one that is too old shows a theft and ends the session."""
    claims = tokens.read_refresh(token)
    pair = _refresh(claims)
    if pair is None:
        raise ChatError("authentication_failed")
    return pair


@repeated_on_conflict
@transaction.atomic
def _refresh(claims: tokens.Claims) -> TokenPair | None:
    standing = Session.objects.filter(pk=claims.session_id, user_id=claims.user_id, revoked_at=None)
    session = standing.select_for_update().first()
    if session is None or not session.user.is_active:
        return None
    if claims.generation >= session.generation:  # greater: the database was restored from a backup
        _rotate(session, claims.generation)
    elif not _is_retry(session, claims.generation, now()):
        revoke(session.user_id, [session.pk], "token_reused")
        return None
    return _pair(session, claims.generation + 1)


def _rotate(session: Session, used: int) -> None:
    session.generation = used + 1
    session.rotated_at = session.last_used_at = now()
    session.save(update_fields=["generation", "rotated_at", "last_used_at"])


def _is_retry(session: Session, generation: int, at: datetime) -> bool:
    """The newest token stands unused: its predecessor may ask again. Or it was the last step's predecessor."""
    age = session.generation - generation
    return age == 1 or (age == 2 and at - session.rotated_at <= GRACE)


def _pair(session: Session, generation: int) -> TokenPair:
    return TokenPair(session, tokens.access_token(session), tokens.refresh_token(session, generation))


def session_out(session: Session, *, current_id: int | None = None) -> SessionOut:
    """-> as its owner sees it; `current_id` is the session that asks."""
    return SessionOut(
        id=session.pk,
        name=session.name,
        user_agent=session.user_agent,
        ip=session.ip,
        created_at=session.created_at,
        last_used_at=session.last_used_at,
        current=session.pk == current_id,
    )


def sessions_of(user_id: int) -> list[Session]:
    """The devices that are signed in, the one used last first."""
    return list(Session.objects.filter(user_id=user_id, revoked_at=None).order_by("-last_used_at", "-pk"))


def revoke(user_id: int, session_ids: Collection[int], reason: str) -> None:
    """Ends these sessions; their sockets close within two seconds, by the event or else by the tailer."""
    standing = Session.objects.filter(user_id=user_id, pk__in=session_ids, revoked_at=None)
    if session_ids and standing.update(revoked_at=now(), revoke_reason=reason):
        publish(to_user(user_id, SessionRevoked(reason=reason), revoke=list(session_ids)))


def revoke_all(user_id: int, reason: str, *, but: int | None = None) -> None:
    """Ends all sessions of a user, or all but one."""
    standing = Session.objects.filter(user_id=user_id, revoked_at=None).exclude(pk__in=[but] if but else [])
    revoke(user_id, list(standing.values_list("pk", flat=True)), reason)


def leave_administration(user_id: int) -> None:
    """Ends the admin's own sessions of a user. They are few, and name their user only inside: only staff has any."""
    if User.objects.filter(pk=user_id, is_staff=True).exists():
        for session in AdminSession.objects.filter(expire_date__gt=now()):
            if session.get_decoded().get(SESSION_KEY) == str(user_id):
                session.delete()


@repeated_on_conflict
@transaction.atomic
def sign_out(*, user_id: int, session_id: int) -> None:
    """Signs one of my devices out."""
    if not Session.objects.filter(pk=session_id, user_id=user_id, revoked_at=None).exists():
        raise NotFound
    revoke(user_id, [session_id], "signed_out")


@repeated_on_conflict
@transaction.atomic
def sign_out_others(*, session: Session) -> None:
    """Signs all my other devices out, and me out of the admin: nobody knows in which browser that is open."""
    revoke_all(session.user_id, "signed_out", but=session.pk)
    leave_administration(session.user_id)


@repeated_on_conflict
@transaction.atomic
def log_out(*, user_id: int, session_id: int) -> None:
    """Ends a session whose token was shown; ending it twice is no error."""
    revoke(user_id, [session_id], "signed_out")


def end_replaced(*, token: str) -> None:
    """Ends the session whose refresh token a new sign-in has overwritten: nobody could use or end it any more."""
    try:
        claims = tokens.read_refresh(token)
    except ChatError:
        return
    log_out(user_id=claims.user_id, session_id=claims.session_id)


# Marks in a User-Agent, the telling ones first: every browser names Safari, and Android is a Linux.
_PROGRAMS = {"Electron": "Desktop", "Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome"}
_PROGRAMS |= {"Safari": "Safari"}
_SYSTEMS = {"iPhone": "iOS", "iPad": "iOS", "Android": "Android", "Windows": "Windows", "Mac OS": "macOS"}
_SYSTEMS |= {"Linux": "Linux"}


def describe(user_agent: str) -> str:
    """-> a short name for a device: `Firefox, Windows`."""
    marks = [next((name for mark, name in table.items() if mark in user_agent), "") for table in (_PROGRAMS, _SYSTEMS)]
    return ", ".join(filter(None, marks)) or clean_line(user_agent.partition("/")[0])[:40]
