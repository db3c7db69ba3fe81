"""Who is there, which rooms they have, and whom they know."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from django.contrib.auth.hashers import make_password
from django.db import transaction
from pypinyin import lazy_pinyin

from accounts.models import Friendship, User
from accounts.services import bulk as accounts
from chatsite import demo
from chatsite.imports.ledger import Ledger
from chatsite.seeding import words
from chatsite.seeding.talk import Place
from rooms.models import Membership, Room
from rooms.services import bulk as rooms

PEOPLE = 520
CROWD = 500  # members of the largest room
DIRECTS = 24
AGE = timedelta(days=120)


class Weighed(NamedTuple):
    """A room and how much of all talk is in it; the first one's share is fixed (sowing.BUSIEST_LINES)."""

    place: Place
    weight: float


@transaction.atomic
def add_people(rng: Random, ledger: Ledger, until: datetime) -> list[User]:
    """-> all of them, the three whose password is known first"""
    users = [*_known(until), *_strangers(rng, PEOPLE - len(demo.LOGINS), until)]
    missing = [number for number in range(len(users)) if number not in ledger.of("users")]
    accounts.add_users(users=[users[number] for number in missing])
    ledger.enter("users", {number: users[number].pk for number in missing})
    for number, user_id in ledger.of("users").items():
        users[number].pk = user_id
    return users


def _known(until: datetime) -> list[User]:
    password = make_password(demo.PASSWORD)
    return [
        _person(login.username, login.display_name, until - AGE, locale=login.locale, password=password)
        for login in demo.LOGINS
    ]


def _strangers(rng: Random, count: int, until: datetime) -> list[User]:
    """Half of them with a Chinese name, and nobody can sign in as they."""
    people: list[User] = []
    taken = {login.username for login in demo.LOGINS}
    while len(people) < count:
        if rng.random() < 0.5:
            name, locale = rng.choice(words.SURNAMES) + rng.choice(words.GIVEN), "zh-CN"
            username = name if rng.random() < 0.2 else "".join(lazy_pinyin(name))
        else:
            name, locale = f"{rng.choice(words.FIRST)} {rng.choice(words.LAST)}", "en"
            username = name.lower().replace(" ", ".")
        if username in taken:
            username += str(rng.randint(2, 9_999))
        if username not in taken:
            taken.add(username)
            joined_at = until - AGE + timedelta(days=rng.randint(0, 20), minutes=rng.randint(0, 1_440))
            people.append(_person(username, name, joined_at, locale=locale, bio=rng.choice(words.BIOS)))
    return people


def _person(username: str, name: str, joined_at: datetime, password: str = "", **fields: str) -> User:
    user = User(username=username, display_name=name, date_joined=joined_at, last_seen_at=joined_at, **fields)
    user.email = f"{username}@example.com"
    user.password = password
    if not password:
        user.set_unusable_password()
    return user


def add_friends(rng: Random, users: Sequence[User], until: datetime) -> None:
    """Of the three, among themselves and with others; some are still waiting for an answer."""
    for i, user in enumerate(users[: len(demo.LOGINS)]):
        others = [*users[i + 1 : len(demo.LOGINS)], *rng.sample(users[len(demo.LOGINS) :], 12)]
        for number, other in enumerate(others):
            asked_at = until - timedelta(days=rng.randint(1, 60))
            friendship = Friendship(low_id=min(user.pk, other.pk), high_id=max(user.pk, other.pk))
            friendship.requested_by_id, friendship.created_at = other.pk, asked_at
            friendship.accepted_at = None if number > len(others) - 3 else asked_at + timedelta(hours=3)
            accounts.befriend(friendship=friendship)


def add_rooms(rng: Random, ledger: Ledger, users: Sequence[User], until: datetime) -> list[Weighed]:
    """The busiest one first, then the largest."""
    known, others = list(users[: len(demo.LOGINS)]), users[len(demo.LOGINS) :]
    described = [words.ROOMS[0], words.CROWD, *words.ROOMS[1:]]
    found = []
    for number, (name, description, language, kind) in enumerate(described):
        size = CROWD if description == words.CROWD[1] else rng.randint(12, 60)
        in_it = [user for user in known if number < 6 or rng.random() < 0.7]
        people = rng.sample(others, size - len(in_it)) + in_it
        rng.shuffle(people)
        room = Room(kind=kind, name=name, description=description, created_by_id=people[0].pk)
        if kind == Room.PUBLIC:
            room.code = f"{rng.randint(0, 999_999):06}"
        found.append(Weighed(Place(_found(room, people, ledger, number, until), people, language), 1 / (number + 2)))
    return found


def _found(room: Room, people: Sequence[User], ledger: Ledger, number: int, until: datetime) -> int:
    known = ledger.of("rooms").get(number)
    if known is not None:
        return known
    room.created_at = until - AGE + timedelta(days=21)
    places = [rooms.Place(user.pk, room.created_at) for user in people]
    places[0] = places[0]._replace(role=Membership.OWNER)
    places[1:3] = [place._replace(role=Membership.ADMIN) for place in places[1:3]]
    with transaction.atomic():
        rooms.found(room=room, places=places)
        ledger.enter("rooms", {number: room.id})
    return room.id


def add_directs(rng: Random, users: Sequence[User], until: datetime) -> list[Weighed]:
    """Each of the three with some others, and with each other."""
    pairs = []
    for number in range(DIRECTS):
        one = users[number % len(demo.LOGINS)]
        pairs.append((one, users[(number + 1) % 3] if number < 3 else rng.choice(users[len(demo.LOGINS) :])))
    found = {}
    for one, other in pairs:
        room = rooms.find_or_found_direct(one=one.pk, other=other.pk, at=until - AGE + timedelta(days=21))
        language = "zh" if one.locale == other.locale == "zh-CN" else "en"
        found[room.id] = Weighed(Place(room.id, [one, other], language), 0.02)
    return list(found.values())
