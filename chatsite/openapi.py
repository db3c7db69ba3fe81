"""Adds to the OpenAPI document what drf-spectacular does not know: our structs, and the gateway's language."""

from collections.abc import Iterable
from typing import Any

import msgspec

from chatsite.api.schema import REF, components
from chatsite.errors import ErrorOut
from chatsite.gateway.events import Event
from chatsite.gateway.frames import Authenticate
from chatsite.routing import router


def add_wire_components(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Post-processing hook. GatewayCommands and GatewayEvents list the structs by their wire names."""
    events: dict[str, type] = {e.type: e for e in all_events(Event)} | {"error": ErrorOut}
    commands = {"authenticate": Authenticate} | {name: route.schema for name, route in router.routes.items()}
    kinds = sorted({*components(), *events.values(), *commands.values()}, key=str)
    schemas, found = msgspec.json.schema_components(kinds, ref_template=REF)
    by_kind = dict(zip(kinds, schemas, strict=True))
    for name, table in (("GatewayCommands", commands), ("GatewayEvents", events)):
        found[name] = {
            "type": "object",
            "properties": {wire: by_kind[kind] for wire, kind in sorted(table.items())},
            "required": sorted(table),
        }
    result.setdefault("components", {}).setdefault("schemas", {}).update(dict(sorted(found.items())))
    return result


def all_events(kind: type[Event]) -> Iterable[type[Event]]:
    for child in kind.__subclasses__():
        yield child
        yield from all_events(child)
