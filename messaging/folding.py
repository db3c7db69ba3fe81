"""Text as the word filter reads it: 繁 as 简, wide as narrow, capitals as small, and nothing between the letters."""

import unicodedata
from functools import cache
from importlib.resources import files
from typing import NamedTuple

BLANKS = "\u115f\u1160\u2800"  # letters and a symbol to Unicode, nothing to the eye
FILLERS = frozenset("*_-~|·•" + BLANKS)  # what people put between the letters of a word, beside spaces


class Folded(NamedTuple):
    text: str
    places: list[int]  # of each of its characters in the original


class _Characters(dict[str, str]):
    """Each character's folding, worked out when it is first met. Bounded by Unicode."""

    def __missing__(self, character: str) -> str:
        plain = unicodedata.normalize("NFKD", character).casefold()
        kept = [c for c in plain if c not in FILLERS and unicodedata.category(c)[0] not in "ZCM"]
        self[character] = folded = "".join(_simplified().get(c, c) for c in kept)
        return folded


_folded = _Characters()


@cache
def _simplified() -> dict[str, str]:
    """-> {traditional character: its simplified form}, from OpenCC's table."""
    table = files("opencc").joinpath("dictionary", "TSCharacters.txt").read_text(encoding="utf-8")
    pairs = (line.split() for line in table.splitlines() if line.strip())
    return {traditional: simplified for traditional, simplified, *_ in pairs}


def fold(text: str) -> Folded:
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for letter in _folded[character]:
            letters.append(letter)
            places.append(place)
    return Folded("".join(letters), places)


def is_latin(character: str) -> bool:
    """Letters and digits of scripts that part their words by spaces."""
    folded = _folded[character]
    return folded.isascii() and folded.isalnum()
