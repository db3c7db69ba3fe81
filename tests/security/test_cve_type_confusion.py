"""Type confusion and mass assignment at the WebSocket door: every field of every command, given what it is not.

Modelled on Rocket.Chat CVE-2021-22911 and CVE-2026-45689 (objects where ids belong), Zulip CVE-2022-31168 and
Mattermost CVE-2020-14460 (keys that nobody may set). For REST bodies the same is in test_bodies.py.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest

from tests.fuzz import values
from tests.fuzz.contract import INVALID, answers_to
from tests.fuzz.grammar import ALL, Case, Command, Maker, Random, object_of
from tests.fuzz.people import Place, pair
from tests.fuzz.speaking import replay
from tests.live import Server
from tests.security.test_bodies import NOBODYS_KEYS

LONG = json.dumps("x" * 100_000).encode()
every_command = pytest.mark.parametrize("command", ALL, ids=lambda command: command.name)


@pytest.fixture(scope="module")
def place(server: Server) -> Iterator[Place]:
    return pair(server)[0]


@pytest.fixture
def maker(place: Place) -> Maker:
    return Maker(Random(1), "t", place.fill)


def told(place: Place, cases: list[Case]) -> list[str]:
    """-> what is wrong with how the server took them, all on one connection."""
    return [str(complaint) for complaint in asyncio.run(replay(place, cases, signed_in=True))]


def with_field(maker: Maker, command: Command, field: bytes, value: bytes, answers: frozenset[str]) -> Case:
    return maker.frame("x", command.name, object_of(command.sample | {field: value}), answers)


@every_command
def test_every_field_takes_only_what_it_is(place: Place, maker: Maker, command: Command) -> None:
    cases = [
        with_field(maker, command, field, value, INVALID)
        for field, kind in command.kinds.items()
        for value in values.OTHERS[kind]
    ]
    assert told(place, cases) == []


@every_command
def test_every_field_survives_what_is_odd_in_it(place: Place, maker: Maker, command: Command) -> None:
    answers = answers_to(command.name)
    cases = [
        with_field(maker, command, field, value, answers)
        for field, kind in command.kinds.items()
        for value in [*values.BY_KIND[kind], *values.HUGE, *values.NULL, LONG]
    ]
    assert told(place, cases) == []


@every_command
def test_null_stands_for_no_field_that_is_needed(place: Place, maker: Maker, command: Command) -> None:
    cases = [with_field(maker, command, field, b"null", INVALID) for field in command.needed]
    assert told(place, cases) == []


@every_command
def test_nobodys_keys_are_refused(place: Place, maker: Maker, command: Command) -> None:
    keys = {key: value for key, value in NOBODYS_KEYS.items() if key.encode() not in command.kinds}
    cases = [with_field(maker, command, k.encode(), json.dumps(v).encode(), INVALID) for k, v in keys.items()]
    assert told(place, cases) == []
