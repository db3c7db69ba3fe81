"""Who is online, in Redis. Nobody else knows its keys:

    connections:<user>   ZSET connection id -> expiry: a device counts while its process keeps beating
    active:<user>        the same, of those connections alone whose user is not idle
    online               ZSET user id -> when they will be gone; as others were told, so without the invisible
    statuses             HASH user id -> online, away or dnd: of whom is in `online`

All times are Redis's own, in milliseconds: one clock, however many processes.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django_redis import get_redis_connection
from redis import Redis, RedisError
from redis import TimeoutError as RedisTimeoutError
from redis.asyncio import Redis as AsyncRedis

from chatsite import redis_address
from presence import scripts

logger = logging.getLogger(__name__)
T = TypeVar("T")

TTL_SECONDS = 70.0  # of a connection nobody beats for: its process has died
GRACE_SECONDS = 10.0  # between the last connection and "offline": a page reload is no event
REDIS_TIMEOUT_SECONDS = 0.5
BREAK_SECONDS = 2.0  # how long nobody asks a Redis that has just failed
CHUNK = 500  # users or connections a script handles at once: about 2 ms of Redis's time


class Beat(NamedTuple):
    """A connection that lives."""

    user_id: int
    connection_id: str
    active: bool = True


class Move(NamedTuple):
    """What others knew of a user's status, and what they are to know; `seen_at` of those who have gone."""

    user_id: int
    before: str
    after: str
    seen_at: datetime | None = None


def key_prefix() -> str:
    return f"{settings.REDIS_PREFIX}:presence:"


class PresenceStore:
    """Writes what the gateway knows. Raises RedisError when Redis is away; every call may be repeated."""

    def __init__(
        self,
        client: AsyncRedis | None = None,
        *,
        prefix: str | None = None,
        ttl_seconds: float = TTL_SECONDS,
        grace_seconds: float = GRACE_SECONDS,
    ) -> None:
        # No socket_timeout: with one, redis-py uses wait_for, which before Python 3.12 may swallow a cancellation.
        self._client = client or redis_address.async_client(
            settings.REDIS_URL, socket_timeout=None, socket_connect_timeout=REDIS_TIMEOUT_SECONDS
        )
        self._keys = [prefix or key_prefix()]
        self._ttl = _milliseconds(ttl_seconds)
        self._grace = _milliseconds(grace_seconds)
        self._scripts: dict[str, Any] = {}

    async def beat(self, beats: Iterable[Beat]) -> set[int]:
        """Keeps connections alive. -> users who have one that was not known, or was given up."""
        arrived: set[int] = set()
        for chunk in _chunks(list(beats)):
            flat = [part for b in chunk for part in (b.user_id, b.connection_id, int(b.active))]
            arrived.update(map(int, await self._run(scripts.BEAT, self._ttl, *flat)))
        return arrived

    async def leave(self, connections: Iterable[tuple[int, str]], *, grace_seconds: float | None = None) -> None:
        """Removes (user id, connection id). Whose last one it was is gone after the grace."""
        grace = self._grace if grace_seconds is None else _milliseconds(grace_seconds)
        for chunk in _chunks(list(connections)):
            await self._run(scripts.LEAVE, grace, *(part for pair in chunk for part in pair))

    async def settle(self, chosen: Mapping[int, str]) -> list[Move]:
        """{user id: chosen status} -> where all who are connected stand now; a change is returned to one caller."""
        moves: list[Move] = []
        for chunk in _chunks(list(chosen.items())):
            found = await self._run(scripts.SETTLE, *(part for pair in chunk for part in pair))
            moves += [Move(int(user), before.decode(), after.decode()) for user, before, after in _rows(found, 3)]
        return moves

    async def take_gone(self) -> list[Move]:
        """Users whose grace or expiry is over; each is returned once, to one caller."""
        found = await self._run(scripts.TAKE_GONE, CHUNK)
        return [
            Move(int(user), before.decode(), "offline", _time(float(gone) - self._grace))
            for user, before, gone in _rows(found, 3)
        ]

    async def statuses(self, user_ids: Iterable[int]) -> dict[int, str]:
        """-> {user id: status as others know it} of those who are online."""
        known: dict[int, str] = {}
        for chunk in _chunks(list(user_ids)):
            known.update(_statuses(await self._run(scripts.STATUSES, *chunk)))
        return known

    async def close(self) -> None:
        await self._client.aclose()

    async def _run(self, script: str, *args: Any) -> Any:
        if script not in self._scripts:
            self._scripts[script] = self._client.register_script(script)
        try:
            async with asyncio.timeout(REDIS_TIMEOUT_SECONDS):
                return await self._scripts[script](keys=self._keys, args=args)
        except TimeoutError as error:
            raise RedisTimeoutError("Redis does not answer") from error


class StatusReader:
    """The same for REST. With Redis away everybody is offline, and few wait to find that out."""

    def __init__(
        self,
        connect: Callable[[], Redis] = get_redis_connection,
        *,
        prefix: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._connect = connect
        self._prefix = prefix
        self._clock = clock
        self._closed_until = 0.0

    def statuses(self, user_ids: Collection[int]) -> dict[int, str]:
        """-> {user id: online, away or dnd}; whoever is missing is offline."""
        known: dict[int, str] = {}
        for chunk in _chunks(list(user_ids)):
            known.update(_statuses(self._run(scripts.STATUSES, *chunk)))
        return known

    def online_ids(self) -> set[int]:
        return set(map(int, self._run(scripts.ONLINE_IDS)))

    def online_count(self) -> int | None:
        """-> None while Redis is away."""
        found = self._run(scripts.ONLINE_COUNT)
        return int(found[0]) if found else None

    def _run(self, script: str, *args: Any) -> Sequence[bytes]:
        """-> the script's answer, empty while Redis is away."""
        if self._clock() < self._closed_until:
            return []
        try:
            found: Sequence[bytes] = self._connect().register_script(script)([self._prefix or key_prefix()], args)
            return found
        except RedisError as error:
            self._closed_until = self._clock() + BREAK_SECONDS
            logger.warning("presence_unknown", extra={"error": repr(error)})
            return []


def _milliseconds(seconds: float) -> int:
    return round(seconds * 1000)


def _time(milliseconds: float) -> datetime:
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def _chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + CHUNK] for start in range(0, len(items), CHUNK))


def _rows(flat: Sequence[bytes], width: int) -> Iterator[tuple[bytes, ...]]:
    return zip(*[iter(flat)] * width, strict=True)


def _statuses(flat: Sequence[bytes]) -> dict[int, str]:
    return {int(user): status.decode() for user, status in _rows(flat, 2)}


reader = StatusReader()
