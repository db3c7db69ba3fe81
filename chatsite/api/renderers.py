"""DRF's renderer, apart from our views: DRF loads it while it loads its own."""

from typing import Any

from rest_framework.renderers import BaseRenderer

from chatsite.gateway.events import encode


class WireRenderer(BaseRenderer):
    """Only DRF's own answers pass through here; ours are WireResponses."""

    media_type = "application/json"
    format = "json"

    def render(self, data: Any, accepted_media_type: Any = None, renderer_context: Any = None) -> bytes:
        return b"" if data is None else encode(data)
