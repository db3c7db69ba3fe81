"""A whole community out of one number. Broken off and begun anew it goes on: all is found again by its number."""

from collections.abc import Iterable
from datetime import UTC, datetime
from itertools import islice
from random import Random
from typing import TypeVar

from django.conf import settings
from django.utils.timezone import now
from django.utils.translation import gettext as _
from rich.progress import Progress

from accounts.models import User
from accounts.services import bulk as accounts
from chatsite.database import NotReady
from chatsite.imports.ledger import Ledger
from chatsite.seeding import community
from chatsite.seeding.community import Weighed
from chatsite.seeding.talk import conversation
from messaging.services.bulk import Line, add_lines, read_everything

BATCH = 1_000
BUSIEST_LINES = 10_000  # of the first room, where there are enough for it
NEW_SHARE, NEW_MAX = 0.1, 12  # of each room's lines, that not everybody has read yet

T = TypeVar("T")


def sow(*, seed: int, messages: int, bars: Progress) -> None:
    """Fills an empty database, or completes what the same numbers began."""
    if settings.UNSAFE == "refuse":
        raise NotReady(_("This is production: made-up people, whose passwords everybody knows, have no place here."))
    ledger = Ledger(f"seed-{seed}-{messages}")
    if ledger.of("done"):
        return
    if not ledger.of("users") and User.objects.exists():
        raise NotReady(_("There are accounts in this database already: made-up ones only go into an empty one."))
    rng, until = Random(seed), _begun(ledger)
    users = community.add_people(rng, ledger, until)
    places = community.add_rooms(rng, ledger, users, until) + community.add_directs(rng, users, until)
    community.add_friends(rng, users, until)
    _talk(rng, places, messages, until, bars)
    ledger.enter("done", {0: messages})


def _begun(ledger: Ledger) -> datetime:
    """Until when they talk: what goes on goes on to the same moment."""
    if not ledger.of("begun"):
        ledger.enter("begun", {0: int(now().timestamp())})
    return datetime.fromtimestamp(ledger.of("begun")[0], UTC)


def _talk(rng: Random, places: list[Weighed], messages: int, until: datetime, bars: Progress) -> None:
    read: list[Line] = []
    new: list[Line] = []
    for (place, _weight), count in zip(places, _shares(places, messages), strict=True):
        lines = conversation(rng, place, count, until)
        end = len(lines) - min(NEW_MAX, int(len(lines) * NEW_SHARE))
        read += lines[:end]
        new += lines[end:]
    task = bars.add_task(_("messages"), total=messages)
    for lines, are_read in ((read, True), (new, False)):
        lines.sort(key=lambda line: line.created_at)
        for batch in _batches(lines):
            add_lines(lines=batch, are_read=are_read)
            bars.advance(task, len(batch))
    accounts.note_seen(seen=_newest(read + new))
    last = {line.room_id: line.sender_id for line in read + new}
    for place, _weight in places:
        attentive = rng.sample(place.people, len(place.people) // 2)
        read_everything(room_id=place.room_id, user_ids={*(user.pk for user in attentive), last.get(place.room_id, 0)})


def _newest(lines: Iterable[Line]) -> dict[int, datetime]:
    """-> when each of the people wrote last."""
    return {line.sender_id: line.created_at for line in sorted(lines, key=lambda line: line.created_at)}


def _shares(places: list[Weighed], messages: int) -> list[int]:
    """Exactly so many in all."""
    busiest = min(BUSIEST_LINES, messages * 3 // 4)
    total = sum(weight for _place, weight in places[1:])
    rest = [int((messages - busiest) * weight / total) for _place, weight in places[1:]]
    return [busiest, messages - busiest - sum(rest[1:]), *rest[1:]]


def _batches(items: Iterable[T]) -> Iterable[list[T]]:
    left = iter(items)
    while batch := list(islice(left, BATCH)):
        yield batch
