"""Hot queries are answered from an index, on every database."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.timezone import now

from chatsite.pairs import RowIn
from messaging.after_marks import AfterMarks
from messaging.models import Mention, Message
from messaging.services import recall, statements
from messaging.services.statements import Counter, Spoken
from rooms.models import Membership, RoomCounter

PAIRS = [(1, 1), (5, 2)]
KEYS = [(1, 1, "a"), (5, 2, "b")]
MARKS = [Membership(room_id=room_id, user_id=1, last_read_seq=3) for room_id in (1, 2)]


@pytest.fixture(autouse=True)
def _database(transactional_db: None) -> None:
    """Statistics are not part of a transaction."""


def plan_of(rows: QuerySet[Any]) -> str:
    """-> what the database says of how it finds the rows."""
    return explained(*rows.query.sql_with_params())


def explained(sql: str, params: Any) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' * (connection.vendor == 'sqlite')}{sql}", params)
        names = [column[0] for column in cursor.description]
        found = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return "; ".join(row["detail"] if "detail" in row else f"{row['type']} {row['key']}" for row in found)


# rows, the index as MySQL names it, and the columns of it that SQLite uses
PLANS = [
    (Membership.objects.filter(RowIn("room_id", "user_id", rows=PAIRS)), "membership_pair", "room_id=? AND user_id=?"),
    (
        Message.objects.filter(RowIn("room_id", "sender_id", "nonce", rows=KEYS)),
        "message_nonce",
        "sender_id=? AND nonce=?",
    ),
    (Mention.objects.filter(AfterMarks(MARKS)), "mention_once", "room_id=? AND user_id=? AND seq>?"),
    (Message.objects.in_room(1).filter(seq__gte=5, seq__lte=9).order_by("seq"), "message_seq", "seq>? AND seq<?"),
    (Message.objects.in_room(1).filter(sender_id=5, seq__gt=9), "message_own", "sender_id=? AND seq>?"),
    (Mention.objects.filter(user_id=5).order_by("-message_id")[:50], "mention_inbox", "mention_inbox (user_id=?)"),
]


@pytest.mark.parametrize(("rows", "key", "columns"), PLANS, ids=[key for _, key, _ in PLANS])
def test_rows_are_found_by_the_index_made_for_it(rows: QuerySet[Any], key: str, columns: str) -> None:
    _fill()
    plan = plan_of(rows)
    assert (columns if connection.vendor == "sqlite" else key) in plan
    assert not re.search("SCAN (own|messaging|rooms)", plan)
    assert "ALL" not in plan


COUNTERS = [
    Counter(room_id=n, last_seq=9, message_count=9, member_count=2, version=9, access_version=1) for n in (1, 5)
]
SPOKEN = [Spoken(n, 3, earlier=3, run_seq=4, run_number=4, after_run=0, total=1) for n in (1, 5)]
# a statement of the send transaction, and the columns of the index by which SQLite finds its rows
WRITTEN_OUT: list[tuple[Callable[[], Any], str]] = [
    (lambda: statements.lock_counters([1, 5]), "(room_id=?)"),
    (lambda: statements.find_known(KEYS), "room_id=? AND sender_id=? AND nonce=?"),
    (lambda: statements.move_marks(SPOKEN), "room_id=? AND user_id=?"),
    (lambda: statements.save_counters(COUNTERS, now()), "(room_id=?)"),
]


@pytest.mark.parametrize(("run", "columns"), WRITTEN_OUT, ids=["lock", "known", "marks", "counters"])
def test_what_is_written_out_goes_by_an_index_too(run: Callable[[], Any], columns: str) -> None:
    _fill()
    said: list[tuple[str, Any]] = []

    def hear(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        said.append((sql, params))
        return execute(sql, params, many, context)

    with transaction.atomic(), connection.execute_wrapper(hear):
        run()
    (statement,) = said
    plan = explained(*statement)
    assert (columns if connection.vendor == "sqlite" else "PRIMARY" if columns == "(room_id=?)" else "eq_ref") in plan
    assert not re.search("SCAN (own|messaging|rooms)", plan)
    assert plan.count("ALL") == (connection.vendor == "mysql" and "JSON_TABLE" in statement[0])  # the given rows


def test_a_recall_looks_for_the_calls_of_its_message_alone() -> None:
    """Not through all calls of the room, while that is locked."""
    _fill()
    said: list[tuple[str, Any]] = []

    def hear(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        said.append((sql, params))
        return execute(sql, params, many, context)

    message = Message.objects.get(room_id=1, seq=5)
    message.mentions = [5]
    with transaction.atomic(), connection.execute_wrapper(hear):
        recall.empty(message)
    (statement,) = (one for one in said if "messaging_mention" in one[0])
    columns = "room_id=? AND user_id=? AND seq=?" if connection.vendor == "sqlite" else "range mention_once"
    assert columns in explained(*statement)
    assert not Mention.objects.filter(room_id=1, seq=5).exists()


def test_thousands_of_rows_are_found_in_one_statement() -> None:
    _fill()
    everybody = [(room_id, user_id) for room_id in range(100) for user_id in range(100)]
    rows = Membership.objects.filter(RowIn("room_id", "user_id", rows=everybody))
    assert rows.count() == 40 * 40
    assert rows.filter(user_id__lt=10).update(role="admin") == 40 * 10
    assert rows.filter(role="admin").exclude(user_id=5).count() == 40 * 9


def _fill() -> None:
    Membership.objects.bulk_create(Membership(room_id=n, user_id=m) for n in range(40) for m in range(40))
    Message.objects.bulk_create(_message(n, m) for n in range(20) for m in range(80))
    RoomCounter.objects.bulk_create(RoomCounter(room_id=n) for n in range(400))  # of few, SQLite reads all
    Mention.objects.bulk_create(
        Mention(room_id=n, user_id=m % 7, seq=m, message_id=n * 100 + m, sender_id=9)
        for n in range(40)
        for m in range(40)
    )
    with connection.cursor() as cursor:
        for table in ("rooms_membership", "rooms_roomcounter", "messaging_message", "messaging_mention"):
            cursor.execute(f"ANALYZE {'TABLE ' * (connection.vendor == 'mysql')}{table}")
            cursor.fetchall()


def _message(room_id: int, seq: int) -> Message:
    return Message(
        room_id=room_id, seq=seq, version=seq, sender_id=seq % 9, nonce=f"n{seq}", fingerprint=bytes(8), content="x"
    )
