"""The statements of the send transaction, written out: the ORM needs longer to make them than a database to run them.

Each takes the rows of a whole batch. Times go in as text in UTC, as Django itself stores them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from chatsite.rowset import NUMBER, TEXT, rows, wanted
from messaging.models import Message
from messaging.rows import MessageRow

Key = tuple[int, int, str]  # room, sender, nonce
Pair = tuple[int, int]  # room, sender
_json = msgspec.json.Encoder().encode


class Counter(msgspec.Struct):
    """A locked RoomCounter, as far as sending reads and moves it."""

    room_id: int
    last_seq: int
    message_count: int
    member_count: int
    version: int
    access_version: int
    words_mark: int | None = None  # of the word filter's list, as it is now
    last_message_id: int = 0


class Spoken(NamedTuple):
    """What one sender said in one room within a batch, for the sender's own read mark.

    `earlier`: people's messages before the first one. The mark moves, where nothing was unread, to the end of the
    first unbroken run (`run_seq`, `run_number`); `after_run` own messages lie behind it, `total` there are in all.
    """

    room_id: int
    user_id: int
    earlier: int
    run_seq: int
    run_number: int
    after_run: int
    total: int


def lock_counters(room_ids: Iterable[int]) -> dict[int, Counter]:
    """FOR UPDATE, ids ascending: two batches never wait for each other in a circle."""
    ids = ",".join(map(str, sorted(room_ids)))
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    sql = (
        "SELECT room_id, last_seq, message_count, member_count, version, access_version,"  # noqa: S608
        " (SELECT mark FROM messaging_wordlist WHERE id = 1) FROM rooms_roomcounter"
        f" WHERE room_id IN ({ids}) ORDER BY room_id{lock}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {row[0]: Counter(*row) for row in cursor.fetchall()}


def find_known(keys: Collection[Key]) -> dict[Key, Message]:
    """-> the stored messages that these nonces name: none, nearly always, and then one look into an index."""
    table = wanted({"room_id": NUMBER, "sender_id": NUMBER, "nonce": TEXT})
    sql = (
        f"SELECT own.id FROM {table} {_in_this_order()} messaging_message own"  # noqa: S608
        " ON own.room_id = wanted.room_id AND own.sender_id = wanted.sender_id AND own.nonce = wanted.nonce"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [rows(keys)])
        ids = [row[0] for row in cursor.fetchall()]
    found = Message.objects.in_bulk(ids).values() if ids else ()
    return {(m.room_id, m.sender_id or 0, m.nonce): m for m in found}


def last_said(pairs: Collection[Pair]) -> dict[Pair, datetime]:
    """-> when these people last wrote in these rooms; of each only the end of an index is read."""
    table = wanted({"room_id": NUMBER, "sender_id": NUMBER})
    newest = "SELECT MAX(said.seq) FROM messaging_message said WHERE said.room_id = wanted.room_id"
    sql = (
        f"SELECT own.id FROM {table} {_in_this_order()} messaging_message own"  # noqa: S608
        f" ON own.room_id = wanted.room_id AND own.seq = ({newest} AND said.sender_id = wanted.sender_id)"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [rows(pairs)])
        ids = [row[0] for row in cursor.fetchall()]
    found = Message.objects.filter(pk__in=ids).values_list("room_id", "sender_id", "created_at")
    return {(room_id, sender_id or 0): at for room_id, sender_id, at in found}


def wishes_of(people: Collection[int]) -> tuple[set[frozenset[int]], dict[int, str]]:
    """-> (pairs between whom a block stands, {who has said something of it: their preferences, as JSON})"""
    ids = ",".join(map(str, sorted(people)))
    sql = (
        f"SELECT user_id, blocked_id, NULL FROM accounts_block WHERE user_id IN ({ids}) AND blocked_id IN ({ids})"  # noqa: S608
        f" UNION ALL SELECT id, 0, preferences FROM accounts_user WHERE id IN ({ids})"
        " AND preferences LIKE '%\"message_me\"%'"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql)
        found = cursor.fetchall()
    blocks = {frozenset((one, other)) for one, other, _stored in found if other}
    return blocks, {user_id: stored for user_id, other, stored in found if not other}


def insert_messages(messages: Sequence[MessageRow]) -> None:
    """One INSERT; gives the rows their ids."""
    one = "(%s,%s,%s,%s,'text',%s,%s,%s,%s,%s,%s,%s,%s,NULL,NULL,NULL,NULL,%s)"
    sql = (
        "INSERT INTO messaging_message (room_id, seq, version, number, kind, sender_id, content, nonce, fingerprint,"  # noqa: S608
        f" reply_to_id, mentions, mention_all, mention_here, {_quoted('system')}, pinned_at, edited_at, recalled_at,"
        " created_at)"
        f" VALUES {','.join([one] * len(messages))}"
    )
    returning = connection.features.can_return_rows_from_bulk_insert
    with connection.cursor() as cursor:
        cursor.execute(sql + " RETURNING id" * returning, _cells(messages))
        if returning:
            ids = [row[0] for row in cursor.fetchall()]
    if not returning:  # MySQL
        ids = _stored_ids(messages)
    for message, pk in zip(messages, ids, strict=True):
        message.id = pk


def _cells(messages: Sequence[MessageRow]) -> list[Any]:
    exact = str.encode if connection.vendor == "mysql" else str  # ExactCharField is varbinary there
    moment = {m.created_at: _moment(m.created_at) for m in messages}
    cells: list[Any] = []
    for m in messages:
        cells += (m.room_id, m.seq, m.version, m.number, m.sender_id, m.content, exact(m.nonce), m.fingerprint)
        mentions = _json(m.mentions).decode() if m.mentions else "[]"
        cells += (m.reply_to_id, mentions, m.mention_all, m.mention_here, moment[m.created_at])
    return cells


def _stored_ids(messages: Sequence[MessageRow]) -> list[int]:
    places = [(m.room_id, m.seq) for m in messages]
    table = wanted({"room_id": NUMBER, "seq": NUMBER})
    sql = (
        f"SELECT own.room_id, own.seq, own.id FROM {table} {_in_this_order()} messaging_message own"  # noqa: S608
        " ON own.room_id = wanted.room_id AND own.seq = wanted.seq"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [rows(places)])
        ids = {(row[0], row[1]): row[2] for row in cursor.fetchall()}
    return [ids[place] for place in places]


def move_marks(spoken: Iterable[Spoken]) -> None:
    """Sending moves the sender's mark only when nothing is unread; else it is one of their own after the mark."""
    table = wanted(dict.fromkeys(Spoken._fields, NUMBER))
    nothing_unread = "own.read_number + own.own_after_mark >= wanted.earlier"
    # MySQL assigns from left to right: own_after_mark comes last, and the condition holds before as after.
    marks = (
        f"last_read_seq = CASE WHEN {nothing_unread} THEN wanted.run_seq ELSE own.last_read_seq END,"
        f" read_number = CASE WHEN {nothing_unread} THEN wanted.run_number ELSE own.read_number END,"
        f" own_after_mark = CASE WHEN {nothing_unread} THEN wanted.after_run"
        " ELSE own.own_after_mark + wanted.total END"
    )
    _update("rooms_membership", table, "own.room_id = wanted.room_id AND own.user_id = wanted.user_id", marks, spoken)


def reply(answers: Iterable[tuple[int, int]]) -> None:
    """(message, what it answers)"""
    table = wanted(dict.fromkeys(("id", "reply_to_id"), NUMBER))
    _update("messaging_message", table, "own.id = wanted.id", "reply_to_id = wanted.reply_to_id", answers)


def read_all(counters: Iterable[tuple[int, int, int, int]]) -> None:
    """(room, people's messages before, last seq, people's messages now): who had nothing unread has nothing unread."""
    table = wanted(dict.fromkeys(("room_id", "earlier", "last_seq", "message_count"), NUMBER))
    nothing_unread = "own.read_number + own.own_after_mark >= wanted.earlier"
    # The order is move_marks': the condition holds before as after.
    marks = (
        f"last_read_seq = CASE WHEN {nothing_unread} THEN wanted.last_seq ELSE own.last_read_seq END,"
        f" read_number = CASE WHEN {nothing_unread} THEN wanted.message_count ELSE own.read_number END,"
        f" own_after_mark = CASE WHEN {nothing_unread} THEN 0 ELSE own.own_after_mark END"
    )
    _update("rooms_membership", table, "own.room_id = wanted.room_id", marks, counters)


def save_counters(counters: Iterable[Counter], at: datetime) -> None:
    fields = ("last_seq", "message_count", "last_message_id", "version")
    table = wanted(dict.fromkeys(("room_id", *fields), NUMBER))
    values = ", ".join(f"{name} = wanted.{name}" for name in fields)
    moment = _moment(at)  # digits, dashes and colons of our own
    cells = [tuple(getattr(c, name) for name in ("room_id", *fields)) for c in counters]
    marks = f"{values}, last_message_at = '{moment}', changed_at = '{moment}'"
    _update("rooms_roomcounter", table, "own.room_id = wanted.room_id", marks, cells)


def _update(name: str, table: str, match: str, values: str, cells: Iterable[Sequence[int]]) -> None:
    if connection.vendor == "sqlite":
        sql = f"UPDATE {name} AS own SET {values} FROM {table} WHERE {match}"  # noqa: S608
    else:
        sql = f"UPDATE {table} STRAIGHT_JOIN {name} own ON {match} SET {_owned(values)}"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [rows(cells)])


def _owned(values: str) -> str:
    """MySQL wants to be told whose column it sets."""
    return ", ".join("own." + assignment.strip() for assignment in values.split(","))


def _in_this_order() -> str:
    """The wanted rows first, then the index: never the other way round."""
    return "CROSS JOIN" if connection.vendor == "sqlite" else "STRAIGHT_JOIN"


def _moment(at: datetime) -> str:
    return str(connection.ops.adapt_datetimefield_value(at))


def _quoted(name: str) -> str:
    """`system` is a reserved word of MariaDB and of MySQL."""
    return str(connection.ops.quote_name(name))
