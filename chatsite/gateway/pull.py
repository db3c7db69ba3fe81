"""What the gateway asks of the database, through slots that the apps fill in their AppConfig.ready()."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol


class SignedIn(NamedTuple):
    """Whose access token it is; `expires_at` in Unix seconds."""

    user_id: int
    session_id: int
    locale: str
    expires_at: float


class Head(NamedTuple):
    """Where one of my rooms stands; `room_id` and `version` as in `data`, the row of `ready`."""

    room_id: int
    version: int
    data: Any


class Ready(NamedTuple):
    epoch: str
    user: Any
    heads: list[Head]


class Gone(NamedTuple):
    """Somebody who left within a stretch of versions, and the frame that tells them so."""

    user_id: int
    frame: bytes


class Changes(NamedTuple):
    """A stretch of a room's versions as room_sync frames, up to and with `version`."""

    version: int
    frames: list[bytes]
    gone: list[Gone]


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

    def ready(self, user_id: int) -> Ready: ...

    def heads(self, room_ids: Collection[int]) -> dict[int, int]:
        """-> {room id: version}"""

    def changes(
        self, since: Mapping[int, int], *, reader_id: int | None, same_epoch: bool = True
    ) -> dict[int, Changes]:
        """Changes after the given versions, for one reader (rooms they are not in are missing) or for all."""

    def welcome(self, user_id: int, room_id: int) -> tuple[int, bytes] | None:
        """-> (version, room_added frame) of a room that the user is in and may see, else None."""

    def farewell(self, room_id: int) -> bytes:
        """-> the room_removed frame for a room that the reader says they have but is not theirs."""

    def recent(self, since: datetime) -> Recent: ...


class _Unfilled:
    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("no app has filled chatsite.gateway.pull")


pull: Pull = _Unfilled()
sign_in: Callable[[str], SignedIn] = _Unfilled()  # type: ignore[assignment]
