"""/media/avatars/: public, and never to be asked for twice: the name is the content's hash."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts import avatars
from chatsite.api.stored_files import stored_file

YEAR_SECONDS = 365 * 24 * 3600


@require_safe
def picture(request: HttpRequest, name: str) -> HttpResponse:
    response = stored_file(f"{avatars.FOLDER}/{name}", content_type="image/webp")  # at most some 100 KB
    response["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
