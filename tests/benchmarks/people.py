"""Users, signed-in sessions and rooms straight in the database: ten thousand in seconds, where argon2 takes an hour.

`python -m tests.benchmarks.people` reads the rooms' members (numbers) from stdin and prints tokens and room ids.
"""

from __future__ import annotations

import json
import secrets
import sys
from datetime import timedelta

import django
from django.db import transaction
from django.utils.timezone import now

BATCH = 1000
# Long ago: what was changed within the last minute is looked at by every process once a second.
AGE = timedelta(days=1)


def main() -> None:
    django.setup()
    wanted = json.load(sys.stdin)
    with transaction.atomic():
        user_ids, tokens = make_people(wanted["people"])
        room_ids = make_rooms([[user_ids[n] for n in members] for members in wanted["members"]])
    json.dump({"tokens": tokens, "rooms": room_ids, "version": VERSION}, sys.stdout)


VERSION = 1  # of every room made here


def make_people(count: int) -> tuple[list[int], list[str]]:
    """-> their ids, and an access token each"""
    from accounts.models import Session, User
    from accounts.tokens import access_token

    prefix, made_at = secrets.token_hex(4), now() - AGE
    users = [User(username=f"{prefix}.{n}", password="!", date_joined=made_at) for n in range(count)]
    for user in users:
        user.set_keys()
    User.objects.bulk_create(users, BATCH)
    ids = dict(User.objects.filter(username__startswith=f"{prefix}.").values_list("username", "id"))
    user_ids = [ids[user.username] for user in users]
    Session.objects.bulk_create([Session(user_id=user_id, name="bench") for user_id in user_ids], BATCH)
    made = Session.objects.filter(user_id__gte=min(user_ids), user_id__lte=max(user_ids))
    sessions = {session.user_id: session for session in made}
    return user_ids, [access_token(sessions[user_id]) for user_id in user_ids]


def make_rooms(rooms: list[list[int]]) -> list[int]:
    """Private rooms of these members, the first of each its owner -> their ids"""
    from rooms.models import Membership, Room, RoomCounter

    made_at, name = now() - AGE, f"bench {secrets.token_hex(4)}"
    drafts = [Room(kind=Room.PRIVATE, name=f"{name} {n}", version=VERSION) for n in range(len(rooms))]
    Room.objects.bulk_create(drafts, BATCH)
    ids = dict(Room.objects.filter(name__startswith=name).values_list("name", "id"))
    room_ids = [ids[draft.name] for draft in drafts]
    numbers = {"version": VERSION, "access_version": VERSION, "changed_at": made_at}
    RoomCounter.objects.bulk_create(
        [
            RoomCounter(room_id=r, member_count=len(members), **numbers)
            for r, members in zip(room_ids, rooms, strict=True)
        ],
        BATCH,
    )
    memberships = (
        Membership(
            room_id=room_id,
            user_id=user_id,
            version=VERSION,
            changed_at=made_at,
            joined_at=made_at,
            role=Membership.OWNER if user_id == members[0] else Membership.MEMBER,
        )
        for room_id, members in zip(room_ids, rooms, strict=True)
        for user_id in members
    )
    Membership.objects.bulk_create(list(memberships), BATCH)
    return room_ids


if __name__ == "__main__":
    main()
