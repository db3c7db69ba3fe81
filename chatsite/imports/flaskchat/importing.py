"""A whole installation: people, rooms with their members, friends, messages. Each batch is a transaction."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial

from django.utils.timezone import now
from rich.progress import Progress

from chatsite.imports.flaskchat import friends, messages, people, rooms
from chatsite.imports.flaskchat.source import TABLES, Clock, Source
from chatsite.imports.ledger import Ledger
from chatsite.imports.report import Report, Row


def bring(source: Source, report: Report, bars: Progress) -> None:
    """Whatever is here already stays as it is; so an import that broke off is begun anew, and goes on."""
    began_at = now()
    ledger = Ledger(source.name())
    members: dict[int, list[Row]] = defaultdict(list)
    steps: dict[str, Callable[[Sequence[Row]], None]] = {
        "users": partial(people.bring, ledger=ledger, report=report, clock=Clock(began_at)),
        "room_members": partial(_collect, members),
        "rooms": partial(rooms.bring, members=members, ledger=ledger, report=report, clock=Clock(began_at)),
        "friends": partial(friends.bring, ledger=ledger, report=report, clock=Clock(began_at)),
        "messages": partial(messages.bring, ledger=ledger, report=report, clock=Clock(began_at)),
    }
    tasks = {table: bars.add_task(table, total=source.count(table)) for table in TABLES}
    for table, step in steps.items():
        for batch in source.batches(table):
            report.count(table).found += len(batch)
            step(batch)
            bars.advance(tasks[table], len(batch))
    rooms.lose((row for own in members.values() for row in own), report)


def _collect(members: dict[int, list[Row]], rows: Sequence[Row]) -> None:
    for row in rows:
        members[row["room_id"]].append(row)
