"""/media/avatars/: public, and never to be asked for twice: the name is the content's hash."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts import avatars

YEAR_SECONDS = 365 * 24 * 3600


@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponse:
    try:
        # At most some 100 KB: whole in memory, without the threads that a file response takes under ASGI.
        response = HttpResponse((avatars.directory() / name).read_bytes(), content_type="image/webp")
    except FileNotFoundError:
        raise Http404 from None
    response["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
