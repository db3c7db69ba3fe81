"""People stay spread over the nodes."""

from __future__ import annotations

import random
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from tests.chaos.population import spread

pytestmark = pytest.mark.once
NODES: list[Any] = ["one", "other"]


def test_some_walk_on_where_a_node_has_nearly_everybody() -> None:
    devices = _at("one", 20) + _at("other", 1)
    spread(devices, NODES, random.Random(1))
    assert _cut(devices) == ["one"] * 10


def test_who_is_spread_stays() -> None:
    devices = _at("one", 8) + _at("other", 13)
    spread(devices, NODES, random.Random(1))
    assert _cut(devices) == []


def _at(node: str, count: int) -> list[Any]:
    return [SimpleNamespace(node=node, cut=Mock()) for _ in range(count)]


def _cut(devices: list[Any]) -> list[str]:
    return [device.node for device in devices if device.cut.called]
