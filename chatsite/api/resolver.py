"""Addresses that were looked for are found again without trying pattern after pattern."""

from functools import lru_cache
from typing import Any

from django.urls import ResolverMatch, URLResolver

REMEMBERED = 1_024  # addresses
CHARS_MAX = 100  # of each; nearly all are far shorter


class RememberingResolver(URLResolver):
    """As Django's; what fits no pattern is never remembered."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._remembered = lru_cache(REMEMBERED)(self._found)

    def resolve(self, path: Any) -> ResolverMatch:
        path = str(path)
        return self._remembered(path) if len(path) <= CHARS_MAX else super().resolve(path)

    @property
    def remembered(self) -> int:
        return self._remembered.cache_info().currsize

    def _found(self, path: str) -> ResolverMatch:
        match = super().resolve(path)
        match.tried = []  # by whom nobody asks, and longer than all the rest
        return match
