"""Links into a room."""

import secrets
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _

from accounts.public import avatar_url, senders_out
from chatsite.api.pagination import from_cursor, page
from chatsite.audit.services import record
from chatsite.errors import NotFound, PermissionDenied, ValidationFailed
from chatsite.transactions import repeated_on_conflict
from rooms.changes import changing
from rooms.models import Invite, Membership, Room
from rooms.permissions import BANNED, can_invite, can_manage, require, require_open
from rooms.rendering import counters_of
from rooms.schemas import InviteOut, InvitePage, InvitePreviewOut
from rooms.services.joining import enter
from rooms.services.rooms import is_banned, room_for_member

TOKEN_BYTES = 32


def invite_out(invite: Invite) -> InviteOut:
    return InviteOut(
        id=invite.pk,
        token=invite.token,
        url=f"{settings.PUBLIC_URL}/invite/{invite.token}",
        expires_at=invite.expires_at,
        max_uses=invite.max_uses,
        uses=invite.uses,
        created_by=invite.created_by_id,
        created_at=invite.created_at,
    )


def create_invite(
    *, user_id: int, room_id: int, max_uses: int | None = None, expires_at: datetime | None = None
) -> InviteOut:
    """Makes a link for `max_uses` people until `expires_at`; without them it holds until it is revoked."""
    if expires_at is not None and expires_at <= now():
        raise ValidationFailed({"expires_at": [_("This time has passed.")]})
    room, me = room_for_member(user_id, room_id)
    require(can_invite(room, me))
    require_open(room)
    invite = Invite.objects.create(
        room_id=room_id,
        token=secrets.token_urlsafe(TOKEN_BYTES),
        created_by_id=user_id,
        max_uses=max_uses,
        expires_at=expires_at,
    )
    return invite_out(invite)


def preview_invite(*, token: str) -> InvitePreviewOut:
    """-> the room that a link leads into, for whoever holds the link; four queries."""
    invite = Invite.objects.in_force().filter(token=token).first()
    room = Room.objects.filter(id=invite.room_id, archived_at=None).first() if invite else None
    if invite is None or room is None:
        raise NotFound
    return InvitePreviewOut(
        name=room.name,
        description=room.description,
        kind=room.kind,  # type: ignore[arg-type]
        avatar_url=avatar_url(room.avatar),
        member_count=counters_of([room.id])[room.id].member_count,
        invited_by=senders_out([invite.created_by_id]).get(invite.created_by_id),
    )


def list_invites(*, user_id: int, room_id: int, cursor: str | None, limit: int) -> InvitePage:
    """The links that still work, the newest first: to managers all, to others their own."""
    rows = _within_reach(user_id, room_id).order_by("-id")
    if key := from_cursor(cursor, tuple[int]):
        rows = rows.filter(id__lt=key[0])
    found, following = page(list(rows[: limit + 1]), limit, lambda i: (i.id,))
    return InvitePage(results=[invite_out(i) for i in found], next=following)


@transaction.atomic
def revoke_invite(*, user_id: int, room_id: int, invite_id: int) -> None:
    """Nobody enters by this link any more."""
    revoke(_within_reach(user_id, room_id), room_id, invite_id, by_id=user_id)


def revoke(links: QuerySet[Invite], room_id: int, invite_id: int, *, by_id: int) -> None:
    """One of these, in the caller's transaction."""
    if not links.filter(id=invite_id, revoked_at=None).update(revoked_at=now()):
        raise NotFound
    details = {"room_id": room_id}
    record(actor=by_id, action="room_invite.revoke", target_type="room_invite", target_id=invite_id, details=details)


def _within_reach(user_id: int, room_id: int) -> QuerySet[Invite]:
    room, me = room_for_member(user_id, room_id)
    require(can_invite(room, me))
    links = Invite.objects.in_force().filter(room_id=room_id)
    return links if can_manage(me) else links.filter(created_by_id=user_id)


@repeated_on_conflict
def accept_invite(*, user_id: int, token: str) -> int:
    """-> the id of the room entered. Who is in already does not use the link up."""
    invite = Invite.objects.filter(token=token).first()
    if invite is None:
        raise NotFound
    with changing(invite.room_id) as change:
        if Membership.objects.current().filter(room_id=invite.room_id, user_id=user_id).exists():
            return invite.room_id
        # All who accept wait for the same counter, so this reading of `uses` holds.
        if not Invite.objects.in_force().filter(id=invite.id).exists():
            raise NotFound
        if is_banned(user_id, invite.room_id):
            raise PermissionDenied(BANNED)
        enter(change, Room.objects.get(id=invite.room_id), user_id)
        Invite.objects.filter(id=invite.id).update(uses=F("uses") + 1)
    return invite.room_id
