"""A private room made from several people in one step."""

from collections.abc import Collection

from django.db import transaction
from django.utils.timezone import now

from accounts import preferences
from accounts.models import User
from accounts.public import from_afar, users_by_id
from accounts.relations import blocked_pairs, relations
from accounts.schemas import UserOut
from chatsite.errors import ChatError, NotFound
from chatsite.transactions import repeated_on_conflict
from rooms import rules
from rooms.changes import RoomChange, start_room
from rooms.models import Membership, Room
from rooms.rendering import member_out, membership_out, room_out
from rooms.schemas import MemberJoined, RoomAdded
from rooms.services.quotas import require_another_room, require_place
from rooms.services.rooms import clean_name

NAME_CHARS = 80
SEPARATOR = "、"


@repeated_on_conflict
def make_group(*, user_id: int, member_ids: Collection[int], name: str | None = None) -> Room:
    """All of these people, or nobody: who cannot be brought in is named. Without a name it bears theirs."""
    people = _people([i for i in dict.fromkeys(member_ids) if i != user_id])
    _require_welcome(user_id, people)
    maker = User.objects.get(pk=user_id)
    name = _named_after([maker, *people]) if name is None else clean_name(name)
    with transaction.atomic():
        require_another_room(user_id)
        own_rules = rules.of_new_room(Room.PRIVATE)
        room = Room.objects.create(kind=Room.PRIVATE, name=name, created_by_id=user_id, own_rules=own_rules, version=1)
        change = start_room(room)
        require_place(room, change.counter, len(people) + 1)
        _admit(change, room, {user_id: Membership.OWNER} | {p.pk: Membership.MEMBER for p in people})
        change.finish()
    return room


def _people(user_ids: Collection[int]) -> list[User]:
    people = list(User.objects.filter(pk__in=user_ids, is_active=True, deleted_at=None).order_by("pk"))
    if len(people) != len(user_ids):
        raise NotFound
    return people


def _require_welcome(user_id: int, people: Collection[User]) -> None:
    ties = relations(user_id, [p.pk for p in people])
    if blocked := [p.name for p in people if p.pk in ties.blocked]:
        raise ChatError("blocked", fields={"user_ids": list(blocked)})
    closed = [p.name for p in people if not ties.is_admitted(p.pk, preferences.read(p.preferences).add_to_rooms)]
    if closed:
        raise ChatError("permission_denied", fields={"user_ids": list(closed)})


def _named_after(people: Collection[User]) -> str:
    name = SEPARATOR.join(person.name for person in people)
    return name if len(name) <= NAME_CHARS else name[: NAME_CHARS - 1] + "…"


def _as_all_see_them(user_ids: Collection[int]) -> dict[int, UserOut]:
    """Who may not see when another of them is there must not learn it here."""
    users = users_by_id(user_ids, viewer_id=None)
    apart = [pair for pair in blocked_pairs(user_ids) if set(pair) <= set(user_ids)]
    return users | {user_id: from_afar(users[user_id]) for pair in apart for user_id in pair}


def _admit(change: RoomChange, room: Room, roles: dict[int, str]) -> None:
    """The first people of a room, in a constant number of statements; a version and an event each."""
    counter = change.counter
    users = _as_all_see_them(roles)
    memberships = []
    for user_id, role in roles.items():
        counter.member_count += 1
        version = change.take_version(access=True)
        member = Membership(room_id=room.id, user_id=user_id, role=role, version=version)
        member.joined_at, member.changed_at = now(), counter.changed_at
        memberships.append(member)
        change.add(MemberJoined(room_id=room.id, version=version, member=member_out(member, users[user_id])))
        own = room_out(room, counter, membership=membership_out(member, counter))
        change.attach(user_id, RoomAdded(room=own))
    Membership.objects.bulk_create(memberships)
