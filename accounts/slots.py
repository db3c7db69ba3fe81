"""What upper floors know and this one must show. They fill these in their AppConfig.ready()."""

from collections.abc import Callable, Collection
from typing import NamedTuple


class Circle(NamedTuple):
    """Who shares something with a user: the rooms they are in, the people they know."""

    rooms: list[int]
    users: list[int]


class Ties(NamedTuple):
    """Which people share what with a user."""

    fellows: set[int]  # a room that others could enter too
    peers: set[int]  # a direct room that both know of


# user ids -> {user id: status}; users without an entry are offline. Filled by presence.
status_of: Callable[[Collection[int]], dict[int, str]] = lambda user_ids: {}  # noqa: E731
# user id -> their circle. Filled by rooms.
circle_of: Callable[[int], Circle] = lambda user_id: Circle([], [])  # noqa: E731
# user id, other users' ids -> those of them who share a room with the user. Filled by rooms.
ties_of: Callable[[int, Collection[int]], Ties] = lambda user_id, other_ids: Ties(set(), set())  # noqa: E731
# user id: their account is about to be deleted; may be called again after a crash. Filled by rooms, who see them out.
before_deletion: Callable[[int], None] = lambda user_id: None  # noqa: E731
