"""Answers with a file below MEDIA_ROOT, after whoever calls has checked that this reader may have it."""

from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.http import Http404, HttpResponse

PROXY_PREFIX = "/_stored/"  # docker/nginx/nginx.conf.template: internal, nobody asks for it from outside


def stored_file(name: str, *, content_type: str) -> HttpResponse:
    """`name`: its path below MEDIA_ROOT. SENDFILE=nginx leaves the bytes to the proxy, which sends them without us."""
    path = Path(settings.MEDIA_ROOT) / name
    if settings.SENDFILE == "nginx":
        if not path.is_file():
            raise Http404
        return HttpResponse(content_type=content_type, headers={"X-Accel-Redirect": PROXY_PREFIX + quote(name)})
    try:
        # Whole in memory, without the threads that a file response takes under ASGI.
        return HttpResponse(path.read_bytes(), content_type=content_type)
    except FileNotFoundError:
        raise Http404 from None
