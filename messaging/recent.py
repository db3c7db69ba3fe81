"""The newest messages of each room in Redis. It may be wrong, empty or gone without anybody seeing it.

Rows carry neither names nor excerpts; both are joined when read, names by being written into a gap of the ready JSON.
What is kept says which version of the room it reflects and counts only while the database says the same. A single
thread writes: nobody waits for Redis to store.
"""

import logging
import operator
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, NamedTuple, TypeVar, cast

import msgspec
from django.conf import settings
from django_redis import get_redis_connection
from redis import Redis
from redis.exceptions import RedisError

from chatsite.gateway.events import encode
from messaging.models import Message
from messaging.rendering import message_out
from messaging.rows import AnyMessage

logger = logging.getLogger(__name__)

ROWS = 50  # a room
TTL_MILLISECONDS = 3_600_000
QUEUE_MAX = 1_000  # writes that may wait; a write that is dropped only makes its room's rows useless
PATIENCE_SECONDS = 0.02  # for how long writes are gathered; a reader who comes sooner asks the database
PAUSE_SECONDS = 5.0  # after a failure nobody waits for Redis again before that

T = TypeVar("T")
Reactions = Mapping[str, Sequence[int]]  # emoji -> user ids

# One hash a room: `version`, `newest` (seq) and the rows by seq. KEYS[1] · ARGV: the version that the change follows
# on, the version it makes, TTL, how many rows to keep, then seq and row in turn, ascending; a row that does not
# follow on the newest comes with all others that are to be kept. Commands of Redis 6.0 only.
_APPEND = """
local stored = redis.call('HMGET', KEYS[1], 'version', 'newest')
if not stored[1] or tonumber(stored[1]) >= tonumber(ARGV[2]) then return end
if stored[1] ~= ARGV[1] then redis.call('DEL', KEYS[1]) return end
local newest = tonumber(stored[2])
if tonumber(ARGV[5]) > newest + 1 then redis.call('DEL', KEYS[1]) end
for i = 5, #ARGV, 2 do
  local seq = tonumber(ARGV[i])
  if seq > newest then
    newest = seq
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
    redis.call('HDEL', KEYS[1], string.format('%.0f', seq - tonumber(ARGV[4])))
  elseif redis.call('HEXISTS', KEYS[1], ARGV[i]) == 1 then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  end
end
redis.call('HSET', KEYS[1], 'version', ARGV[2], 'newest', string.format('%.0f', newest))
redis.call('PEXPIRE', KEYS[1], ARGV[3])
"""
# KEYS[1] · ARGV: version, newest seq, TTL, then seq and row in turn.
_FILL = """
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'version', ARGV[1], 'newest', ARGV[2])
for i = 4, #ARGV, 2 do redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
"""


class Ready(msgspec.Struct, frozen=True, array_like=True, tag=0):
    """A message that stands for itself: its JSON but for the sender, who goes between `head` and `tail`."""

    id: int
    seq: int
    sender_id: int
    head: bytes
    tail: bytes


class Row(msgspec.Struct, frozen=True, array_like=True, tag=1):
    """A message that shows another one or other people than its sender: as stored, with its reactions."""

    id: int
    room_id: int
    seq: int
    version: int
    kind: str
    sender_id: int | None
    content: str
    nonce: str
    reply_to_id: int | None
    mentions: list[int]
    mention_all: bool
    mention_here: bool
    system: dict[str, Any] | None
    pinned_at: datetime | None
    edited_at: datetime | None
    recalled_at: datetime | None
    created_at: datetime
    reactions: dict[str, list[int]]

    def message(self) -> Message:
        return Message(**{name: getattr(self, name) for name in FIELDS})


Kept = Ready | Row
FIELDS = Row.__struct_fields__[:-1]
SENDER = b'"sender":null'
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Kept).decode


def read(room_id: int, version: int, last_message_id: int | None) -> list[Kept] | None:
    """The newest messages, by seq, as of this version of the room, or None: ask the database."""
    stored = _redis.ask(lambda redis: cast("dict[bytes, bytes]", redis.hgetall(_key(room_id))))
    if not stored or stored.pop(b"version", None) != b"%d" % version:
        return None
    stored.pop(b"newest", None)
    try:
        rows = sorted(map(_decode, stored.values()), key=_seq)
    except msgspec.DecodeError:  # another release wrote it
        return None
    # A restored backup may come by the same version again, with other messages.
    return rows if rows and rows[-1].id == last_message_id else None


_seq = operator.attrgetter("seq")


def fill(room_id: int, version: int, messages: Sequence[AnyMessage], reactions: Mapping[int, Reactions]) -> None:
    """Keeps what was read from the database, unless something in it is newer than `version`."""
    if messages and all(m.version <= version for m in messages):
        start = (version, messages[-1].seq, TTL_MILLISECONDS)
        _writer.put(Script(_FILL, room_id, (*start, *_rows(messages, reactions))))


def append(messages: Sequence[AnyMessage], reactions: Mapping[int, Reactions] | None = None) -> None:
    """Takes over messages of any rooms that are new or changed, in order; after their COMMIT."""
    _writer.put(Append(messages, reactions or {}))


def forget(room_ids: Collection[int]) -> None:
    """Deletes what is kept of these rooms."""
    _redis.ask(lambda redis: redis.delete(*map(_key, room_ids)))


def flush() -> None:
    """Waits until everything put so far is written or given up."""
    _writer.flush()


def _key(room_id: int) -> str:
    # The number changes with what a message shows: what another release has kept counts no more.
    return f"{settings.REDIS_PREFIX}:recent:2:{room_id}"


def _rows(messages: Sequence[AnyMessage], reactions: Mapping[int, Reactions]) -> list[int | bytes]:
    rows: list[int | bytes] = []
    for message in messages:
        rows += [message.seq, _encode(_kept(message, reactions.get(message.id, {})))]
    return rows


def _kept(message: AnyMessage, reactions: Reactions) -> Kept:
    if message.sender_id and not message.reply_to_id and not message.system:
        text = encode(message_out(message, sender=None, reactions=reactions))
        head, _, tail = text.partition(SENDER)  # the first one: nothing before it was written by people
        return Ready(message.id, message.seq, message.sender_id, head + b'"sender":', tail)
    fields = {name: getattr(message, name) for name in FIELDS}
    return Row(**fields, reactions={emoji: list(user_ids) for emoji, user_ids in reactions.items()})


class _Redis:
    """django-redis' connection, and a pause after a failure: a Redis that hangs must not slow every request down."""

    def __init__(self) -> None:
        self._failed = False
        self._paused_until = 0.0

    def ask(self, question: Callable[["Redis"], T]) -> T | None:
        """-> the answer, or None when Redis is away. Waits 0.5 s at most (settings.CACHES)."""
        if time.monotonic() < self._paused_until:
            return None
        if self._failed:  # one tries, the others do without
            self._paused_until = time.monotonic() + PAUSE_SECONDS
        try:
            answer = question(get_redis_connection("default"))
        except RedisError as error:
            self._failed, self._paused_until = True, time.monotonic() + PAUSE_SECONDS
            logger.warning("recent_messages_unreachable", extra={"error": repr(error)})
            return None
        self._failed, self._paused_until = False, 0.0
        return answer


class Script(NamedTuple):
    """One room's hash is changed by one script."""

    text: str
    room_id: int
    arguments: Sequence[int | bytes]


class Append(NamedTuple):
    messages: Sequence[AnyMessage]
    reactions: Mapping[int, Reactions]


class _Writer:
    """One thread, one pipeline for whatever comes in within PATIENCE_SECONDS: of a busy room only the newest rows."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="recent")
        self._queue: deque[Script | Append] = deque()
        self._is_waiting = False
        self._hurry = threading.Event()

    def put(self, change: Script | Append) -> None:
        if len(self._queue) < QUEUE_MAX:
            self._queue.append(change)
            if not self._is_waiting:
                self._is_waiting = True
                self._thread.submit(self._drain_later)

    def flush(self) -> None:
        self._hurry.set()
        self._thread.submit(self._drain).result()
        self._hurry.clear()

    def _drain_later(self) -> None:
        self._hurry.wait(PATIENCE_SECONDS)
        self._drain()

    def _drain(self) -> None:
        self._is_waiting = False  # first: what is put from now on is drained later
        scripts = _scripts([self._queue.popleft() for _ in range(len(self._queue))])
        if scripts:
            _redis.ask(lambda redis: _run(redis, scripts))


def _scripts(changes: Sequence[Script | Append]) -> list[Script]:
    """Consecutive changes of a room become one script."""
    scripts: list[Script] = []
    stretches: dict[int, list[tuple[AnyMessage, Reactions]]] = {}
    for change in changes:
        if isinstance(change, Script):
            scripts += _close(stretches, change.room_id)
            scripts.append(change)
            continue
        for message in change.messages:
            stretch = stretches.get(message.room_id)
            if stretch and stretch[-1][0].version + 1 != message.version:
                scripts += _close(stretches, message.room_id)
            stretches.setdefault(message.room_id, []).append((message, change.reactions.get(message.id, {})))
    for room_id in list(stretches):
        scripts += _close(stretches, room_id)
    return scripts


def _close(stretches: dict[int, list[tuple[AnyMessage, Reactions]]], room_id: int) -> list[Script]:
    stretch = stretches.pop(room_id, None)
    if not stretch:
        return []
    newest = {message.seq: (message, reactions) for message, reactions in stretch}
    kept = [newest[seq] for seq in sorted(newest)[-ROWS:]]
    rows = _rows([message for message, _ in kept], {message.id: reactions for message, reactions in kept})
    start = (stretch[0][0].version - 1, stretch[-1][0].version, TTL_MILLISECONDS, ROWS)
    return [Script(_APPEND, room_id, (*start, *rows))]


def _run(redis: "Redis", scripts: Sequence[Script]) -> None:
    pipeline = redis.pipeline(transaction=False)
    for script in scripts:
        pipeline.eval(script.text, 1, _key(script.room_id), *script.arguments)
    pipeline.execute()


_redis = _Redis()
_writer = _Writer()
