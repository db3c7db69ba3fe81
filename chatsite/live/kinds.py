"""What a live setting may hold, and how it is checked. Types are strict: nothing is coerced."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext_lazy as _

from chatsite.errors import Text

Unit = Literal["", "seconds", "days", "bytes", "characters", "people", "rooms"]


@dataclass(frozen=True, kw_only=True)
class Live:
    """`name`: as in the environment and in django.conf.settings, which has the default."""

    name: str
    title: Text
    help: Text

    def complaint(self, value: object) -> Text | None:
        """What is wrong with this value, or None."""
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class Choice(Live):
    options: Mapping[str, Text]

    def complaint(self, value: object) -> Text | None:
        is_one = isinstance(value, str) and value in self.options
        return None if is_one else _("This is not one of the possible values.")


@dataclass(frozen=True, kw_only=True)
class Switch(Live):
    def complaint(self, value: object) -> Text | None:
        return None if isinstance(value, bool) else _("This has the wrong type.")


@dataclass(frozen=True, kw_only=True)
class Whole(Live):
    """`zero`: what 0 stands for, where it is no quantity; then it is allowed whatever is `least`."""

    least: int = 0
    most: int
    unit: Unit = ""
    zero: Text = ""

    def complaint(self, value: object) -> Text | None:
        if isinstance(value, bool) or not isinstance(value, int):
            return _("This has the wrong type.")
        is_fine = self.least <= value <= self.most or (value == 0 and bool(self.zero))
        return None if is_fine else _("This is out of range.")


@dataclass(frozen=True, kw_only=True)
class Words(Live):
    """Text for people."""

    chars: int
    is_needed: bool = False
    has_lines: bool = False

    def complaint(self, value: object) -> Text | None:
        if not isinstance(value, str):
            return _("This has the wrong type.")
        if self.is_needed and not value.strip():
            return _("This field is required.")
        if len(value) > self.chars:
            return _("This is too long.")
        return None if all(map(self._is_allowed, value)) else _("This has characters that are not allowed.")

    def _is_allowed(self, character: str) -> bool:
        return character.isprintable() or (self.has_lines and character == "\n")
