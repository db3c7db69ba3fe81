"""DRF's renderer, apart from our views: DRF loads it while it loads its own."""

from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from chatsite.gateway.events import encode


class WireRenderer(BaseRenderer):
    """Only DRF's own answers pass through here; ours are WireResponses."""

    media_type = "application/json"
    format = "json"

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else encode(data)


class WireNegotiation(DefaultContentNegotiation):
    """Who accepts JSON in one of the usual words gets it without more ado."""

    accepted = (None, "*/*", WireRenderer.media_type, "application/json, text/plain, */*")

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        first = renderers[0]
        if (
            len(renderers) == 1
            and first.media_type == WireRenderer.media_type
            and request.META.get("HTTP_ACCEPT") in self.accepted
            and self.settings.URL_FORMAT_OVERRIDE not in request.query_params
        ):
            return first, first.media_type
        return super().select_renderer(request, renderers, format_suffix)
