"""What the gateway asks of the database, through slots that the apps fill in their AppConfig.ready()."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from chatsite.errors import ChatError

Place = tuple[int, int]  # user id, room id


class Claims(NamedTuple):
    """What a genuine access token says; whether it still counts is asked with `admit`. `expires_at` in Unix seconds.

    `rooms`: those that the client says it has.
    """

    user_id: int
    session_id: int
    expires_at: float
    rooms: frozenset[int] = frozenset()


class Head(Protocol):
    """Where one of my rooms stands: a row of `ready`."""

    @property
    def room_id(self) -> int: ...
    @property
    def version(self) -> int: ...


class Ready(NamedTuple):
    """Who has been admitted, and where their rooms stand; `locale` is a Django language code.

    `farewells`: the room_removed frames of rooms that the client has and that are no longer theirs.
    """

    epoch: str
    user: Any
    locale: str
    heads: Sequence[Head]
    farewells: Sequence[bytes]


class Gone(NamedTuple):
    """Somebody who left within a stretch of versions, and the frame that tells them so."""

    user_id: int
    frame: bytes


class Changes(NamedTuple):
    """A stretch of a room's versions as room_sync frames, up to and with `version`."""

    version: int
    frames: list[bytes]
    gone: list[Gone]


class Wanted(NamedTuple):
    """What one reader wants to know: the changes after these versions; {} of rooms they are not in."""

    since: Mapping[int, int]
    reader_id: int
    same_epoch: bool


class Moved(NamedTuple):
    """A membership that changed lately."""

    room_id: int
    user_id: int
    version: int
    gone: bytes | None  # the farewell of somebody who is no longer in


class Recent(NamedTuple):
    """All that changed since a moment: {room id: version}, memberships, {revoked session id: reason}."""

    rooms: dict[int, int]
    members: list[Moved]
    sessions: dict[int, str]


class Pull(Protocol):
    """Synchronous, constant in queries; runs in the database pool."""

    def admit(self, claims: Sequence[Claims]) -> list[Ready | ChatError]:
        """-> for each of many who sign in at once what `ready` tells them, or why they are refused."""

    def heads(self, room_ids: Collection[int]) -> dict[int, int]:
        """-> {room id: version}"""

    def changes(
        self, since: Mapping[int, int], *, reader_id: int | None, same_epoch: bool = True
    ) -> dict[int, Changes]:
        """Changes after the given versions, for one reader (rooms they are not in are missing) or for all."""

    def changes_for(self, wanted: Sequence[Wanted]) -> list[dict[int, Changes] | ChatError]:
        """The same for many readers at once; what several ask for is read and encoded once."""

    def welcome(self, user_id: int, room_id: int) -> tuple[int, bytes] | None:
        """-> (version of their own joining, room_added frame) of a room the user is in and may see, else None."""

    def farewells(self, gone: Collection[Place]) -> dict[Place, bytes]:
        """-> {place: the room_removed frame} for all these, which somebody says they have but are not theirs."""

    def recent(self, since: datetime) -> Recent: ...


class _Unfilled:
    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("no app has filled chatsite.gateway.pull")


pull: Pull = _Unfilled()
# access token -> its claims, without the database; raises token_expired or authentication_failed
read_token: Callable[[str], Claims] = _Unfilled()  # type: ignore[assignment]
