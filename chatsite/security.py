"""The security headers of every answer, each part of the site with its own content security policy."""

from collections.abc import Callable

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

NOTHING = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'"
ADMIN = (
    "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
# Swagger UI draws with style attributes and data: images.
DOCS = ADMIN
CLIENT = (
    "default-src 'self'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' blob: data:; "
    "media-src 'self' blob:; connect-src 'self' {sockets}; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
# What is refused before any of this runs says so itself.
BARE = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": NOTHING, "Cache-Control": "no-store"}
POLICIES = (("/api/docs", DOCS), ("/api/", NOTHING), ("/media/", NOTHING), ("/static/", NOTHING), ("/admin", ADMIN))
PERMISSIONS = "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()"


class SecurityHeadersMiddleware:
    """The outermost: it also dresses what whitenoise and the error pages answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", policy(request))
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        if request.path.startswith("/api/"):
            response.headers.setdefault("Cache-Control", "no-store")
        if request.is_secure():
            response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        return response


def policy(request: HttpRequest) -> str:
    for prefix, found in POLICIES:
        if request.path.startswith(prefix):
            return found
    return CLIENT.format(sockets=_sockets(request))


def _sockets(request: HttpRequest) -> str:
    """'self' leaves out ws: in older browsers. The Host header went through ALLOWED_HOSTS or is left out."""
    try:
        host = request.get_host()
    except DisallowedHost:
        return ""
    return f"{'wss' if request.is_secure() else 'ws'}://{host}"
