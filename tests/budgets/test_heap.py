"""What counts as held of a heap snapshot."""

from __future__ import annotations

from typing import Any

import pytest

from tests.budgets.heap import kept_bytes

pytestmark = pytest.mark.once

KINDS = ["array", "object", "code", "native"]
STRINGS = ["", "WeakMap", "Map", "table"]


def snapshot(*nodes: tuple[str, str, int, list[tuple[str, int]]]) -> Any:
    """`nodes`: kind, name, bytes, edges as (name, number of a node)"""
    return {
        "snapshot": {
            "meta": {
                "node_fields": ["type", "name", "id", "self_size", "edge_count"],
                "node_types": [KINDS],
                "edge_fields": ["type", "name_or_index", "to_node"],
                "edge_types": [["element", "internal"]],
            }
        },
        "nodes": [
            value
            for number, (kind, name, size, edges) in enumerate(nodes)
            for value in (KINDS.index(kind), STRINGS.index(name), number, size, len(edges))
        ],
        "edges": [value for *_, edges in nodes for name, to in edges for value in (1, STRINGS.index(name), to * 5)],
        "strings": STRINGS,
    }


def test_what_scripts_made_counts_and_what_the_engine_compiles_does_not() -> None:
    assert kept_bytes(snapshot(("object", "", 40, []), ("code", "", 500, []), ("native", "", 700, []))) == 40


def test_the_table_of_a_weak_map_does_not_count_that_of_a_map_does() -> None:
    held = snapshot(
        ("object", "WeakMap", 16, [("table", 2)]),
        ("object", "Map", 16, [("table", 3)]),
        ("array", "", 1_000_000, []),
        ("array", "", 300, []),
    )
    assert kept_bytes(held) == 16 + 16 + 300
