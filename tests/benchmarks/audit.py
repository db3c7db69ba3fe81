"""Every acknowledged message, looked up afterwards: exact id, room, seq and content. `… audit PREFIX=FILE …`

Prints what it checked; ends with 1 when anything is not there as it was acknowledged.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import django

from tests.benchmarks.payload import payload

BATCH = 500
SHOWN_MAX = 10


class Acked(NamedTuple):
    """A line of what the load wrote down."""

    number: int
    room_id: int
    id: int
    seq: int
    sent_at: int

    @property
    def content(self) -> str:
        return payload(self.sent_at, self.number)


def main(arguments: list[str]) -> int:
    django.setup()
    checked, missed = 0, []
    for argument in arguments:
        prefix, _, file = argument.partition("=")
        for batch in batches(Path(file)):
            checked += len(batch)
            missed += misses(prefix, batch)
    for miss in missed[:SHOWN_MAX]:
        print(f"acked, and not there like that: {miss}", file=sys.stderr)
    print(f"{checked} {len(missed)}")
    return 1 if missed else 0


def batches(file: Path) -> Iterator[list[Acked]]:
    with file.open() as lines:
        while batch := [Acked(*map(int, line.split())) for line in islice(lines, BATCH)]:
            yield batch


def misses(prefix: str, acked: list[Acked]) -> list[Acked]:
    from messaging.models import Message

    fields = ("id", "room_id", "seq", "nonce", "content")
    rows = Message.objects.filter(id__in=[a.id for a in acked]).values_list(*fields)
    found = {(own, room_id, seq, str(nonce), content) for own, room_id, seq, nonce, content in rows}
    return [a for a in acked if (a.id, a.room_id, a.seq, f"{prefix}{a.number}", a.content) not in found]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
