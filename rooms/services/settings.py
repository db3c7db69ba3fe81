"""What a room says of itself, and whether it is still written to."""

from typing import BinaryIO, NamedTuple

from django.utils.timezone import now
from django.utils.translation import gettext_lazy as _
from msgspec import UNSET

from accounts import avatars
from chatsite.errors import Conflict, ValidationFailed
from chatsite.live import setting
from chatsite.transactions import repeated_on_conflict
from rooms import slots
from rooms.changes import RoomChange, changing
from rooms.models import Membership, Room
from rooms.permissions import can_manage, is_owner, require, require_may, require_open
from rooms.records import record_room
from rooms.rendering import membership_updated, rooms_out
from rooms.rules import Rules
from rooms.schemas import ChangeRoom, ChangeRules, RoomUpdated
from rooms.services.quotas import require_another_room
from rooms.services.rooms import clean_name, room_for_member, with_free_code

RECORDED = {"rules", "is_archived"}  # who may what, and whether it is written to; names and texts are everyday


class Settings(NamedTuple):
    name: str
    description: str
    announcement: str
    rules: Rules
    is_archived: bool


def settings_of(room: Room) -> Settings:
    return Settings(room.name, room.description, room.announcement, room.rules, room.archived_at is not None)


@repeated_on_conflict
def change_room(*, user_id: int, room_id: int, wanted: ChangeRoom) -> None:
    """Changes settings (as the rules say) and rules (owner and admins), archives or brings back (the owner)."""
    with changing(room_id) as change:
        room, me = room_for_member(user_id, room_id)
        _require_may_change(room, me, wanted)
        if wanted.archived is False and room.archived_at is not None:
            require_another_room(user_id)
        changed = apply(change, room, wanted, actor_id=user_id)
        if "announcement" in changed and room.announced_at is not None:
            _has_read_what_they_wrote(change, room, me)
        if changed & RECORDED:
            record_room(room.pk, room.name, "room.change", by=user_id, changed=sorted(changed & RECORDED))


def _has_read_what_they_wrote(change: RoomChange, room: Room, me: Membership) -> None:
    me.announcement_read_at = room.announced_at
    me.save(update_fields=["announcement_read_at"])
    me.refresh_from_db()  # marks move without the room's lock
    change.tell(me.user_id, membership_updated(me, change.counter))


def apply(change: RoomChange, room: Room, wanted: ChangeRoom, *, actor_id: int) -> set[str]:
    """Under the room's lock, whoever may -> the names of what is different now."""
    before = settings_of(room)
    _apply(room, wanted, actor_id)
    after = settings_of(room)
    changed = {name for name in Settings._fields if getattr(before, name) != getattr(after, name)}
    if changed:
        save_room(change, room, access=_who_may(after) != _who_may(before))
        _add_lines(change, before, after, actor_id=actor_id)
    return changed


def archive_room(*, user_id: int, room_id: int) -> None:
    """Closes the room for writing; again changes nothing."""
    change_room(user_id=user_id, room_id=room_id, wanted=ChangeRoom(archived=True))


@repeated_on_conflict
def rotate_code(*, user_id: int, room_id: int) -> None:
    """Gives a public room another code; the one before opens nothing from now on."""
    with changing(room_id) as change:
        room, me = room_for_member(user_id, room_id)
        require(can_manage(me))
        renew_code(change, room)


def renew_code(change: RoomChange, room: Room) -> None:
    """Under the room's lock, whoever may."""
    if room.kind != Room.PUBLIC:
        raise Conflict(_("Only public rooms have a code."))
    require_open(room)
    with_free_code(lambda code: Room.objects.filter(pk=room.id).update(code=code))
    room.refresh_from_db(fields=["code"])
    save_room(change, room)


def set_avatar(*, user_id: int, room_id: int, file: BinaryIO) -> None:
    """Gives the room a picture. Who may not do that is refused before anything is decoded or stored."""
    _require_may_write(*room_for_member(user_id, room_id))
    _change_avatar(user_id=user_id, room_id=room_id, name=avatars.store(file))


def remove_avatar(*, user_id: int, room_id: int) -> None:
    """Takes the room's picture away; without one nothing changes."""
    _change_avatar(user_id=user_id, room_id=room_id, name="")


@repeated_on_conflict
def _change_avatar(*, user_id: int, room_id: int, name: str) -> None:
    with changing(room_id) as change:
        room, me = room_for_member(user_id, room_id)
        _require_may_write(room, me)
        if room.avatar != name:
            room.avatar = name
            save_room(change, room)


def save_room(change: RoomChange, room: Room, *, access: bool = False) -> None:
    """Saves the locked room at its next version and tells its members."""
    room.version = change.take_version(access=access)
    room.save()
    (out,) = rooms_out([room], reader_id=None, counters={room.id: change.counter})
    change.add(RoomUpdated(room_id=room.id, version=room.version, room=out))


def _who_may(settings: Settings) -> tuple[Rules, bool]:
    """What the standing of members depends on."""
    return settings.rules, settings.is_archived


def _require_may_change(room: Room, me: Membership, wanted: ChangeRoom) -> None:
    texts = _texts(wanted)
    require(wanted.archived is UNSET or is_owner(me))
    require(can_manage(me) or (bool(texts) and wanted.rules is UNSET))
    if texts.keys() - {"announcement"}:
        require_may(room, me, "rename")
    if "announcement" in texts:
        require_may(room, me, "announce")
    if wanted.archived is not False and (texts or wanted.rules is not UNSET):
        require_open(room)


def _require_may_write(room: Room, me: Membership) -> None:
    require_may(room, me, "rename")
    require_open(room)


def _texts(wanted: ChangeRoom) -> dict[str, str]:
    texts = {"name": wanted.name, "description": wanted.description, "announcement": wanted.announcement}
    return {field: text for field, text in texts.items() if text is not UNSET}


def _apply(room: Room, wanted: ChangeRoom, user_id: int) -> None:
    before = room.announcement
    for field, text in _texts(wanted).items():
        setattr(room, field, clean_name(text) if field == "name" else text)
    if room.announcement != before:
        room.announced_at = now() if room.announcement else None
        room.announced_by_id = user_id if room.announcement else None
    if wanted.rules is not UNSET:
        _require_within_the_servers(wanted.rules)
        room.change_rules(wanted.rules.wanted())
    if wanted.archived is not UNSET:
        room.archived_at = (room.archived_at or now()) if wanted.archived else None


def _require_within_the_servers(wanted: ChangeRules) -> None:
    most = setting("RETENTION_DAYS")
    if most and wanted.keep_days is not UNSET and (wanted.keep_days or 0) > most:
        raise ValidationFailed({"keep_days": [_("The server keeps messages for a shorter time.")]})


def _add_lines(change: RoomChange, before: Settings, after: Settings, *, actor_id: int) -> None:
    if after.name != before.name:
        slots.timeline.add_line(change, "room_renamed", actor_id=actor_id, value=after.name)
    if after.is_archived != before.is_archived:
        event = "room_archived" if after.is_archived else "room_restored"
        slots.timeline.add_line(change, event, actor_id=actor_id)
