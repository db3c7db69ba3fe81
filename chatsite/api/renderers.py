"""DRF's renderer, apart from our views: DRF loads it while it loads its own."""

from typing import Any

from django.http import HttpRequest
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.settings import api_settings

from chatsite.gateway.events import encode


class WireRenderer(BaseRenderer):
    """Only DRF's own answers pass through here; ours are WireResponses."""

    media_type = "application/json"
    format = "json"

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else encode(data)


ACCEPTED = (None, "*/*", WireRenderer.media_type, "application/json, text/plain, */*")


def asks_nothing_special(request: HttpRequest | Request) -> bool:
    """Who accepts JSON in one of the usual words gets it without more ado."""
    return request.META.get("HTTP_ACCEPT") in ACCEPTED and api_settings.URL_FORMAT_OVERRIDE not in request.GET


class WireNegotiation(DefaultContentNegotiation):
    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        first = renderers[0]
        if len(renderers) == 1 and first.media_type == WireRenderer.media_type and asks_nothing_special(request):
            return first, first.media_type
        return super().select_renderer(request, renderers, format_suffix)
