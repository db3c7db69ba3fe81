"""Burst n of a seed: always the same frames, whoever sends them."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tests.fuzz.endings import ENDINGS, before_signing_in
from tests.fuzz.grammar import DEEP, SHALLOW, Case, Maker, Random

FRAMES = 200  # of a burst
SHARE_DEEP = 0.005  # of frames that get as far as the database, each as dear as fifty others
SHARE_ENDING = 0.4  # of bursts whose last frame ends the connection
SHARE_KNOCK = 0.15  # of bursts that are one frame on a connection where nobody has signed in


class Burst(NamedTuple):
    number: int
    cases: list[Case]
    signed_in: bool


def make_burst(seed: int, number: int, fill: Callable[[bytes], bytes]) -> Burst:
    dice = Random(f"{seed}/{number}")
    maker = Maker(dice, f"f{number}.", fill)
    if dice.random() < SHARE_KNOCK:
        return Burst(number, [before_signing_in(maker)], False)
    cases = [maker.one_of(DEEP if dice.random() < SHARE_DEEP else SHALLOW) for _ in range(FRAMES)]
    if dice.random() < SHARE_ENDING:
        cases.append(maker.one_of(ENDINGS))
    return Burst(number, cases, True)
