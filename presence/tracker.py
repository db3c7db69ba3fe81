"""One per process: keeps its connections alive in the store, and tells others when somebody comes or goes.

Whatever happens is only noted. A step soon after brings the store up to date with all of it, and once a second at
most the others. With Redis or the database away a step fails, is repeated a second later, and nobody waits for it.
"""

from __future__ import annotations

import asyncio
import logging

from django.utils.timezone import now
from redis import RedisError

from chatsite.errors import ChatError
from chatsite.pool import in_pool
from presence import services
from presence.every import Every
from presence.news import News, Touched
from presence.store import Beat, Move, PresenceStore

logger = logging.getLogger(__name__)

TELL_SECONDS = 1.0  # between two announcements
LOOK_SECONDS = 1.0  # between two looks at who has gone
RECOVERY_SECONDS = 3.0  # after Redis was away: until then the hubs may not hear anything yet
PAUSE_SECONDS = 0.2  # after a step with news: what comes meanwhile goes into one step
BEAT_SECONDS = 25.0
RESTART_GRACE_SECONDS = 30.0  # for those whom a server's restart throws out: they come back within it


class Tracker:
    def __init__(
        self, store: PresenceStore, *, tell_seconds: float = TELL_SECONDS, beat_seconds: float = BEAT_SECONDS
    ) -> None:
        self.store = store
        self._tell = Every(tell_seconds)
        self._beat = Every(beat_seconds)
        self._seen = Every(services.SEEN_SECONDS)
        self._connections: dict[str, Beat] = {}
        self._news = News()
        self._woken = asyncio.Event()
        self._failing = False
        self._task: asyncio.Task[None] | None = None

    # --- what happens

    def add(self, connection_id: str, user_id: int) -> None:
        self._connections[connection_id] = Beat(user_id, connection_id)
        self._note(connection_id, Touched(user_id))

    def remove(self, connection_id: str, *, restarting: bool = False) -> None:
        if beat := self._connections.pop(connection_id, None):
            self._note(connection_id, Touched(beat.user_id, restarting))

    def set_idle(self, connection_id: str, idle: bool) -> None:
        beat = self._connections.get(connection_id)
        if beat is not None and beat.active is idle:
            self._connections[connection_id] = beat._replace(active=not idle)
            self._note(connection_id, Touched(beat.user_id))

    def restate(self, user_id: int) -> None:
        """The user has set a status or its text."""
        self._news.users.add(user_id)
        self._news.restated.add(user_id)
        self._woken.set()

    def _note(self, connection_id: str, touched: Touched) -> None:
        self._news.connections[connection_id] = touched
        self._woken.set()

    # --- soon after

    async def step(self) -> None:
        """Brings the store up to date with what happened, and others with what follows from it."""
        news, self._news = self._news, News()
        try:
            await self._deal_with(news)
            self._failing = False
        except RedisError as error:
            self._log_once(error)
            self._beat.due_in(0)  # it may have forgotten us
            self._tell.due_in(RECOVERY_SECONDS)
        except ChatError as error:
            self._log_once(error)
        except Exception:
            logger.exception("presence_failed")
            news = News()  # a step that cannot succeed is not tried for ever
        finally:
            self._news = news.then(self._news)

    async def _deal_with(self, news: News) -> None:
        """Takes out of `news` what is done."""
        await self._store(news)
        if self._beat.is_due():
            # Whom Redis did not know any more: it was restarted, or we were away for too long.
            news.users |= await self.store.beat(self._connections.values())
            self._beat.done()
        await self._settle(news)
        news.moves += await self.store.take_gone()
        if news.moves and self._tell.is_due():
            await in_pool(services.announce, news.moves)
            news.moves = []
            self._tell.done()
        await self._note_seen()

    async def _store(self, news: News) -> None:
        gone = {id_: touched for id_, touched in news.connections.items() if id_ not in self._connections}
        await self.store.leave((t.user_id, id_) for id_, t in gone.items() if not t.restarting)
        returning = ((t.user_id, id_) for id_, t in gone.items() if t.restarting)
        await self.store.leave(returning, grace_seconds=RESTART_GRACE_SECONDS)
        await self.store.beat(beat for id_ in news.connections if (beat := self._connections.get(id_)))
        news.users |= {touched.user_id for touched in news.connections.values()}
        news.connections = {}

    async def _settle(self, news: News) -> None:
        if news.users:
            found = await self.store.settle(await in_pool(services.chosen_statuses, news.users))
            news.moves += [m for m in found if m.before != m.after or _is_restated(m, news)]
            news.users, news.restated = set(), set()

    async def _note_seen(self) -> None:
        """Nobody sees the invisible, so nobody sees when they were last here."""
        if self._seen.is_due():
            here = await self.store.statuses({beat.user_id for beat in self._connections.values()})
            if here:
                await in_pool(services.note_seen, here, now())
            self._seen.done()

    def _log_once(self, error: Exception) -> None:
        if not self._failing:
            logger.warning("presence_behind", extra={"error": repr(error)})
        self._failing = True

    # --- as long as the process lives

    def start(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._run())

    async def _run(self) -> None:
        while True:
            await self._wait_for_news()
            await self.step()
            await asyncio.sleep(PAUSE_SECONDS)

    async def _wait_for_news(self) -> None:
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            return
        self._woken.clear()

    async def stop(self) -> None:
        """A clean end: this process's connections are gone at once, their users after the restart's grace."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        for connection_id in tuple(self._connections):
            self.remove(connection_id, restarting=True)
        try:
            await self._store(self._news)
        except RedisError as error:
            self._log_once(error)  # they expire by themselves
        await self.store.close()


def _is_restated(move: Move, news: News) -> bool:
    """A new text is news though the status is the old one, but not of the invisible."""
    return move.user_id in news.restated and move.after != "offline"


_trackers: dict[asyncio.AbstractEventLoop, Tracker] = {}


def tracker() -> Tracker:
    """The tracker of the running loop; started at first use."""
    loop = asyncio.get_running_loop()
    if loop not in _trackers:
        for old in [known for known in _trackers if known.is_closed()]:
            del _trackers[old]
        _trackers[loop] = Tracker(PresenceStore())
        _trackers[loop].start()
    return _trackers[loop]


async def stop_tracker() -> None:
    if own := _trackers.pop(asyncio.get_running_loop(), None):
        await own.stop()
