"""What administrators of the server do with rooms: the steps that the rooms' own admins take, recorded like theirs.

Their word counts for all members, the owner included, who hands the room on by leaving it. Direct conversations belong
to their two people: nobody else changes anything there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from accounts.models import User
from accounts.permissions import require_staff
from chatsite.errors import NotFound, PermissionDenied
from chatsite.transactions import repeated_on_conflict
from rooms.changes import RoomChange, changing
from rooms.contacts import person
from rooms.models import Ban, Invite, Membership, Room
from rooms.permissions import require_open
from rooms.records import record_about, record_room
from rooms.schemas import ChangeMember, ChangeRoom
from rooms.services import bans, invites, members, requests, settings
from rooms.services.joining import archive_if_empty, crown_heir
from rooms.services.memberships import remove


class Administered(NamedTuple):
    """A room under its lock."""

    change: RoomChange
    room: Room

    def member(self, user_id: int) -> Membership:
        return members.member(self.room.id, user_id)

    def remove(self, membership: Membership, reason: str, *, by_id: int) -> None:
        """The owner hands the room on; left by its last member it is archived."""
        crown_heir(self.change, membership)
        remove(self.change, membership, reason, actor_id=by_id)
        archive_if_empty(self.change, self.room)


@contextmanager
def administering(by: User, room_id: int) -> Iterator[Administered]:
    require_staff(by)
    with changing(room_id) as change:
        room = Room.objects.get(pk=room_id)
        if room.is_direct:
            raise PermissionDenied
        yield Administered(change, room)


@repeated_on_conflict
def change_room(*, by: User, room_id: int, wanted: ChangeRoom) -> None:
    """Texts, rules (slow mode among them), archiving and bringing back; what is so already is no change."""
    with administering(by, room_id) as at:
        if changed := settings.apply(at.change, at.room, wanted, actor_id=by.pk):
            record_room(room_id, at.room.name, "room.change", by=by.pk, changed=sorted(changed))


@repeated_on_conflict
def rotate_code(*, by: User, room_id: int) -> None:
    """Gives a public room another code."""
    with administering(by, room_id) as at:
        settings.renew_code(at.change, at.room)
        record_room(room_id, at.room.name, "room.rotate_code", by=by.pk)


@repeated_on_conflict
def mute(*, by: User, room_id: int, member_id: int, until: datetime | None) -> None:
    """Keeps a member from writing until then; None lets them speak again."""
    bans.require_future(until)
    with administering(by, room_id) as at:
        members.apply(at.change, at.member(member_id), ChangeMember(muted_until=until), by_id=by.pk)


@repeated_on_conflict
def set_role(*, by: User, room_id: int, member_id: int, role: str) -> None:
    """Makes a member an admin, an ordinary member, or the owner; the former owner stays as admin."""
    with administering(by, room_id) as at:
        membership = at.member(member_id)
        if membership.role == role:
            return
        if membership.role == Membership.OWNER:
            raise PermissionDenied  # a room has an owner: make somebody else that
        if role == Membership.OWNER:
            owner = Membership.objects.current().filter(room_id=room_id, role=Membership.OWNER).first()
            members.hand_on(at.change, owner, membership, by_id=by.pk)
        else:
            members.apply(at.change, membership, ChangeMember(role=role), by_id=by.pk)  # type: ignore[arg-type]


@repeated_on_conflict
def kick(*, by: User, room_id: int, member_id: int) -> None:
    """Takes a member out of the room."""
    with administering(by, room_id) as at:
        at.remove(at.member(member_id), "kicked", by_id=by.pk)
        record_about(member_id, "member.kick", by=by.pk, room_id=room_id)


@repeated_on_conflict
def ban(*, by: User, room_id: int, banned_id: int, until: datetime | None = None) -> None:
    """Keeps a person out of the room until then, or for good."""
    bans.require_future(until)
    with administering(by, room_id) as at:
        person(banned_id)
        bans.store_ban(room_id, banned_id, until, by_id=by.pk)
        standing = Membership.objects.current().filter(room_id=room_id, user_id=banned_id).first()
        if standing is not None:
            at.remove(standing, "banned", by_id=by.pk)


@repeated_on_conflict
def unban(*, by: User, ban_id: int) -> None:
    """Lets somebody in again."""
    require_staff(by)
    found = Ban.objects.filter(pk=ban_id).first()
    if found is None:
        raise NotFound
    with administering(by, found.room_id):
        bans.lift_ban(found.room_id, found.user_id, by_id=by.pk)


@repeated_on_conflict
def revoke_invite(*, by: User, invite_id: int) -> None:
    """Nobody enters by this link any more."""
    require_staff(by)
    found = Invite.objects.filter(pk=invite_id).first()
    if found is None:
        raise NotFound
    with administering(by, found.room_id):
        invites.revoke(Invite.objects.all(), found.room_id, invite_id, by_id=by.pk)


@repeated_on_conflict
def answer_request(*, by: User, room_id: int, asker_id: int, accept: bool) -> None:
    """Lets somebody in who waits for that, or turns them down."""
    with administering(by, room_id) as at:
        if accept:
            require_open(at.room)
            requests.let_in(at.change, at.room, asker_id)
        else:
            requests.turn_down(room_id, asker_id)
        record_about(asker_id, "request.accept" if accept else "request.decline", by=by.pk, room_id=room_id)
