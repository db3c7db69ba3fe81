"""Conversations: exchanges of a few turns each, spread over weeks of working days."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from random import Random
from typing import NamedTuple

import msgspec

from accounts.models import User
from chatsite.seeding import words
from messaging.services.bulk import Line

DAYS, LINES_A_DAY, GROUP = 90, 15, 4
PINNED_SHARE = 0.002
REACTIONS_MAX = 5


class Place(NamedTuple):
    """A room as far as talking in it needs it; whoever is first in `people` talks most."""

    room_id: int
    people: Sequence[User]
    language: str


def conversation(rng: Random, place: Place, count: int, until: datetime) -> list[Line]:
    """-> so many lines in order, the last of them shortly before `until`."""
    lines = list(islice(_lines(rng, place, until), count))
    times = _times(rng, count, until)
    return [msgspec.structs.replace(line, created_at=at) for line, at in zip(lines, times, strict=True)]


def _lines(rng: Random, place: Place, until: datetime) -> Iterator[Line]:
    number = 0
    while True:
        language = rng.choice(("zh", "en")) if place.language == "both" else place.language
        turns = rng.choice(words.ZH if language == "zh" else words.EN)
        cast = _cast(rng, place.people)
        filling = {name: rng.choice(options) for name, options in words.FILLINGS[language].items()}
        filling["n"] = str(rng.randint(2, 9))
        before: Line | None = None
        for who, text in turns:
            number += 1
            before = _line(
                rng, place, cast[who], text.format(**filling) if "{" in text else text, before, number, until
            )
            yield before


def _cast(rng: Random, people: Sequence[User]) -> dict[str, User]:
    """Few say much, many say little."""
    chosen: list[User] = []
    while len(chosen) < min(4, len(people)):
        user = people[min(int(rng.expovariate(4 / len(people))), len(people) - 1)]
        if user not in chosen:
            chosen.append(user)
    return {who: chosen[i % len(chosen)] for i, who in enumerate("abcd")}


def _line(
    rng: Random, place: Place, sender: User, text: str, before: Line | None, number: int, until: datetime
) -> Line:
    is_reply, is_call, is_liked = text.startswith(">"), text.startswith("@"), text.endswith("!")
    text = text.lstrip(">@")
    called = next((user for user in place.people if before and user.pk == before.sender_id), None) if is_call else None
    return Line(
        room_id=place.room_id,
        sender_id=sender.pk,
        content=f"@{called.username} {text}" if called else text,
        nonce=f"seed-{number}",
        created_at=until,
        answers=(before.sender_id, before.nonce) if before and is_reply else None,
        mentions=[called.pk] if called else [],
        reactions=_reactions(rng, place.people) if is_liked or rng.random() < 0.03 else [],
        is_pinned=rng.random() < PINNED_SHARE,
    )


def _reactions(rng: Random, people: Sequence[User]) -> list[tuple[int, str]]:
    fans = rng.sample(people, min(len(people), rng.randint(1, REACTIONS_MAX)))
    emoji = rng.sample(words.EMOJI, 2)
    return [(fan.pk, emoji[rng.random() < 0.3]) for fan in fans]


def _times(rng: Random, count: int, until: datetime) -> list[datetime]:
    """Ascending, in small groups: of more recent days more, of each day what people are awake for in Shanghai."""
    midnight = until.replace(hour=16, minute=0, second=0, microsecond=0) - timedelta(days=1)
    days = min(DAYS, count // LINES_A_DAY + 1)
    moments: list[datetime] = []
    while len(moments) < count:
        at = midnight - timedelta(days=int(rng.triangular(0, days, 0))) + timedelta(hours=rng.triangular(8, 23, 15))
        at = min(at, until - timedelta(minutes=rng.randint(5, 240)))
        for _ in range(GROUP):
            moments.append(at)
            at += timedelta(seconds=rng.randint(4, 60))
    return sorted(moments[:count])
