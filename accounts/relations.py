"""How people stand to one of them: friends, blocked, room-mates; a constant number of queries however many."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from django.db.models import Q

from accounts import slots
from accounts.models import Block, Friendship
from accounts.preferences import Audience


class Relations(NamedTuple):
    """Of `viewer_id` to others."""

    viewer_id: int
    friends: set[int]
    blocked: set[int]  # in either direction
    fellows: set[int]
    peers: set[int]

    def knows(self, user_id: int) -> bool:
        """They share something, so they see when the other is online."""
        tied = user_id in self.friends or user_id in self.fellows or user_id in self.peers
        return user_id == self.viewer_id or (tied and user_id not in self.blocked)

    def is_contact(self, user_id: int) -> bool:
        """A friend, or somebody in the same room; a direct message alone makes nobody a contact."""
        known = user_id in self.friends or user_id in self.fellows
        return user_id == self.viewer_id or (known and user_id not in self.blocked)

    def seen_from(self, user_id: int) -> Relations:
        """The same ties from their other end: what two share, both of them share."""
        friends, blocked, fellows, peers = ({self.viewer_id} if user_id in who else set() for who in self[1:])
        return Relations(user_id, friends, blocked, fellows, peers)

    def is_admitted(self, user_id: int, audience: Audience) -> bool:
        """Does what `user_id` allows to `audience` include the viewer?"""
        if user_id in self.blocked:
            return False
        return audience == "everyone" or (audience == "contacts" and self.is_contact(user_id))


def relations(viewer_id: int, user_ids: Collection[int]) -> Relations:
    others = set(user_ids) - {viewer_id}
    if not others:
        return Relations(viewer_id, set(), set(), set(), set())
    ties = slots.ties_of(viewer_id, others)
    return Relations(viewer_id, friends_among(viewer_id, others), blocked_among(viewer_id, others), *ties)


def friends_among(user_id: int, other_ids: Collection[int]) -> set[int]:
    """-> those of them who are the user's friends"""
    pairs = Friendship.objects.filter(
        Q(low_id=user_id, high_id__in=other_ids) | Q(high_id=user_id, low_id__in=other_ids),
        accepted_at__isnull=False,
    )
    return set(_others(user_id, pairs.values_list("low_id", "high_id")))


def blocked_among(user_id: int, other_ids: Collection[int]) -> set[int]:
    """-> those of them whom the user has blocked, or who have blocked the user"""
    pairs = Block.objects.filter(
        Q(user_id=user_id, blocked_id__in=other_ids) | Q(blocked_id=user_id, user_id__in=other_ids)
    )
    return set(_others(user_id, pairs.values_list("user_id", "blocked_id")))


def is_blocked_between(one: int, other: int) -> bool:
    """Has either of them blocked the other?"""
    return bool(blocked_among(one, [other]))


def blocked_pairs(user_ids: Collection[int]) -> list[tuple[int, int]]:
    """-> (one, other) for every block that one of these people has made or met with"""
    pairs = Block.objects.filter(Q(user_id__in=user_ids) | Q(blocked_id__in=user_ids))
    return list(pairs.values_list("user_id", "blocked_id"))


def all_blocked(user_id: int) -> set[int]:
    """-> everybody between whom and the user a block stands"""
    pairs = Block.objects.filter(Q(user_id=user_id) | Q(blocked_id=user_id))
    return set(_others(user_id, pairs.values_list("user_id", "blocked_id")))


def _others(user_id: int, pairs: Iterable[tuple[int, int]]) -> Iterator[int]:
    return (second if first == user_id else first for first, second in pairs)
