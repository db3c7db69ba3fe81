"""What went wrong, shrunk to as little as shows it, and kept where a test replays it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from tests.fuzz.grammar import Case

KEPT = Path(__file__).parent / "regressions"
T = TypeVar("T")


class Failure(NamedTuple):
    """`number`: of the burst or call, for FUZZ_FIRST; `stored`: what replays it."""

    door: str
    number: int
    complaints: list[str]
    stored: list[dict[str, Any]]


async def shrunk(items: Sequence[T], fails: Callable[[list[T]], Awaitable[bool]]) -> list[T]:
    """-> as few of these, in their order, as still fail; all of them if that does not show again."""
    kept = list(items)
    for item in reversed(kept):
        if await fails([item]):
            return [item]
    size = max(len(kept) // 2, 1)
    while True:
        position = 0
        while position < len(kept):
            without = kept[:position] + kept[position + size :]
            if without and await fails(without):
                kept = without
            else:
                position += size
        if size == 1:
            return kept
        size //= 2


def stored(case: Case) -> dict[str, Any]:
    members = case._asdict() | {"payload": case.payload.decode("latin-1")}
    return members | {"answers": sorted(case.answers), "closes": sorted(case.closes)}


def restored(members: dict[str, Any]) -> Case:
    return Case(
        members["kind"],
        members["payload"].encode("latin-1"),
        members["reply_to"],
        frozenset(members["answers"]),
        frozenset(members["closes"]),
        members["travel"],
        tuple(members["cuts"]),
    )


def keep(failure: Failure, *, seed: int, signed_in: bool = True) -> Path:
    """Writes it down as a regression. -> the file"""
    KEPT.mkdir(exist_ok=True)
    path = KEPT / f"{failure.door}_{seed}_{failure.number}.json"
    whole = {"door": failure.door, "signed_in": signed_in, "found": failure.complaints, "steps": failure.stored}
    path.write_text(json.dumps(whole, indent=1) + "\n")
    return path
