"""What of a heap snapshot the scripts of a page hold."""

from __future__ import annotations

from typing import Any

# What the engine compiles of scripts, and what the browser keeps beside them, grow by themselves.
NOT_HELD = ("code", "native")


def kept_bytes(snapshot: Any) -> int:
    """Without the tables of weak maps: they double when much was thrown away between two collections, hold nothing
    alive and never shrink by themselves. Two of Vue's were half a MB each, of 33,000 entries 660 alive."""
    meta = snapshot["snapshot"]["meta"]
    kinds, fields = meta["node_types"][0], meta["node_fields"]
    nodes, width = snapshot["nodes"], len(fields)
    weak = _tables_of_weak_maps(snapshot)
    sizes = zip(nodes[fields.index("type") :: width], nodes[fields.index("self_size") :: width], strict=True)
    return sum(size for number, (kind, size) in enumerate(sizes) if kinds[kind] not in NOT_HELD and number not in weak)


def _tables_of_weak_maps(snapshot: Any) -> set[int]:
    """-> numbers of nodes"""
    meta, nodes, edges, strings = (
        snapshot["snapshot"]["meta"],
        snapshot["nodes"],
        snapshot["edges"],
        snapshot["strings"],
    )
    fields, width = meta["node_fields"], len(meta["node_fields"])
    edge_fields, edge_width = meta["edge_fields"], len(meta["edge_fields"])
    names, counts = nodes[fields.index("name") :: width], nodes[fields.index("edge_count") :: width]
    name_at, to_at = edge_fields.index("name_or_index"), edge_fields.index("to_node")
    internal = meta["edge_types"][0].index("internal")
    found, place = set(), 0
    for name, count in zip(names, counts, strict=True):
        end = place + count * edge_width
        if strings[name] in ("WeakMap", "WeakSet"):
            for edge in range(place, end, edge_width):
                if edges[edge] == internal and strings[edges[edge + name_at]] == "table":
                    found.add(edges[edge + to_at] // width)
        place = end
    return found
