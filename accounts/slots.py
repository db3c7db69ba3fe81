"""What upper floors know and this one must show. They fill these in their AppConfig.ready()."""

from collections.abc import Callable, Collection
from typing import NamedTuple


class Circle(NamedTuple):
    """Who shares something with a user: the rooms they are in, the people they know."""

    rooms: list[int]
    users: list[int]


# user ids -> {user id: status}; users without an entry are offline. Filled by presence.
status_of: Callable[[Collection[int]], dict[int, str]] = lambda user_ids: {}  # noqa: E731
# user id -> their circle. Filled by rooms.
circle_of: Callable[[int], Circle] = lambda user_id: Circle([], [])  # noqa: E731
