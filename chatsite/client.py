"""The web client at `/`: its page for every address that is a screen of it, its files through whitenoise."""

import mimetypes
from pathlib import Path

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

NOT_BUILT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Chat</title></head>
<body><h1>The server runs, the client is not built yet</h1>
<p><code>make run</code> builds it. By hand: <code>cd frontend &amp;&amp; npm ci &amp;&amp; npm run build</code>,
then load this page again.</p></body></html>
"""


@require_safe
@never_cache
def index(request: HttpRequest) -> HttpResponse:
    """index.html; a file that is not there is a 404, or old tabs would get this page for a script."""
    if request.path.startswith("/assets/") or mimetypes.guess_type(request.path)[0]:
        raise Http404
    page = Path(settings.CLIENT_DIR) / "index.html"
    if not page.is_file():
        return HttpResponse(NOT_BUILT, status=503)
    return HttpResponse(page.read_bytes())
