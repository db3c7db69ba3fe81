"""tests/examples holds one frame of every type, and every one is what the schema says, to the letter."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from chatsite.errors import ErrorOut
from chatsite.gateway.events import Event
from chatsite.gateway.frames import Authenticate
from chatsite.openapi import all_events
from chatsite.routing import router

EXAMPLES = Path(__file__).parents[1] / "examples"
EVENTS: dict[str, Any] = {e.type: e for e in all_events(Event)} | {"error": ErrorOut}
COMMANDS: dict[str, Any] = {"authenticate": Authenticate} | {name: r.schema for name, r in router.routes.items()}


def load(folder: Path) -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))}


def test_every_event_has_an_example() -> None:
    assert set(load(EXAMPLES)) == {*EVENTS, "ack"}


def test_every_command_has_an_example() -> None:
    assert set(load(EXAMPLES / "commands")) == set(COMMANDS)


@pytest.mark.parametrize("kind", sorted(EVENTS))
def test_an_example_is_what_its_event_encodes_to(kind: str) -> None:
    frame = load(EXAMPLES)[kind]
    assert frame["type"] == kind
    struct = msgspec.json.decode(json.dumps(frame["data"]), type=EVENTS[kind])
    assert json.loads(msgspec.json.encode(struct)) == frame["data"]


@pytest.mark.parametrize("kind", sorted(COMMANDS))
def test_an_example_command_is_accepted(kind: str) -> None:
    frame = load(EXAMPLES / "commands")[kind]
    assert frame["type"] == kind
    msgspec.json.decode(json.dumps(frame["data"]), type=COMMANDS[kind])
