"""Adds to the OpenAPI document what drf-spectacular does not know: our structs, and the gateway's language."""

from collections.abc import Iterable
from typing import Any

import msgspec
from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import get_language
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request

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


# Rendered once for each format and language: it is long work, and anybody may ask for it.
# (No docstring: that of the parent describes the endpoint in the document itself.)
class DocumentView(SpectacularAPIView):
    _rendered: dict[tuple[str, str], str | bytes] = {}

    def _get_schema_response(self, request: Request) -> HttpResponse:
        renderer = request.accepted_renderer
        key = (renderer.media_type, _known_language())
        if key not in self._rendered:
            data = super()._get_schema_response(request).data  # type: ignore[no-untyped-call]
            self._rendered[key] = renderer.render(data, renderer.media_type, {"request": request})
        return HttpResponse(self._rendered[key], content_type=renderer.media_type)


def _known_language() -> str:
    language = get_language()
    return language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
