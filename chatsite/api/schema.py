"""The OpenAPI document, made from the same structs that decode and encode the wire."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar, get_origin

import msgspec
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema

from chatsite.errors import ErrorOut
from chatsite.gateway.events import Event

F = TypeVar("F", bound=Callable[..., Any])
REF = "#/components/schemas/{name}"
_types: set[Any] = {ErrorOut}


def component(kind: F) -> F:
    """Class decorator: documents a struct that only ready-encoded JSON refers to."""
    _types.add(kind)
    return kind


def _schema(kind: Any) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components([kind], ref_template=REF)
    _types.add(kind)
    return schema


def operation(
    *,
    request: Any = None,
    response: Any = None,
    status: int = 200,
    also: dict[int, Any] | None = None,
    query: dict[str, type] | None = None,
    upload: bool = False,
    summary: str | None = None,
) -> Callable[[F], F]:
    """Documents a view: `request` and `response` are structs (or list[Struct]); no response means 204."""
    answers: dict[int, Any] = {status if response else 204: _schema(response) if response else None}
    answers |= {code: _schema(kind) for code, kind in (also or {}).items()}
    multipart = {
        "multipart/form-data": {
            "type": "object",
            "properties": {"file": {"type": "string", "format": "binary"}},
            "required": ["file"],
        }
    }
    body = {"application/json": _schema(request)} if request else None
    return extend_schema(
        summary=summary,
        request=multipart if upload else body,
        responses={**answers, "default": OpenApiResponse(_schema(ErrorOut))},
        parameters=[OpenApiParameter(name, kind) for name, kind in (query or {}).items()],
    )


def _all_events(kind: type[Event]) -> Iterable[type[Event]]:
    for child in kind.__subclasses__():
        yield child
        yield from _all_events(child)


def add_wire_components(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:
    """Post-processing hook: adds the structs, and the gateway's commands and events by their wire names."""
    from chatsite.gateway.frames import Authenticate
    from chatsite.routing import router

    events: dict[str, type] = {e.type: e for e in _all_events(Event)} | {"error": ErrorOut}
    commands = {"authenticate": Authenticate} | {name: route.schema for name, route in router.routes.items()}
    kinds = sorted({*_types, *events.values(), *commands.values()}, key=str)
    kinds = [k for k in kinds if not (get_origin(k) is None and k in (str, int, bool, dict))]
    schemas, components = msgspec.json.schema_components(kinds, ref_template=REF)
    by_kind = dict(zip(kinds, schemas, strict=True))
    for name, table in (("GatewayCommands", commands), ("GatewayEvents", events)):
        components[name] = {
            "type": "object",
            "properties": {wire: by_kind[kind] for wire, kind in sorted(table.items())},
            "required": sorted(table),
        }
    result.setdefault("components", {}).setdefault("schemas", {}).update(dict(sorted(components.items())))
    return result
