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

# as Django keeps headers: lower case -> name and value
ALWAYS = {
    "permissions-policy": (
        "Permissions-Policy",
        "camera=(self), microphone=(self), geolocation=(), payment=(), usb=()",
    ),
    "x-content-type-options": ("X-Content-Type-Options", "nosniff"),
    "referrer-policy": ("Referrer-Policy", "same-origin"),
}
UNSTORED = {"cache-control": ("Cache-Control", "no-store")}
OPENED_ALONE = {"cross-origin-opener-policy": ("Cross-Origin-Opener-Policy", "same-origin")}


class SecurityHeadersMiddleware:
    """The outermost: it also dresses what whitenoise and the error pages answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        headers = response.headers
        wanted = ALWAYS | {"content-security-policy": ("Content-Security-Policy", policy(request))}
        if request.path.startswith("/api/"):
            wanted |= UNSTORED
        if request.is_secure():
            wanted |= OPENED_ALONE
        # Asking for each name costs more than all else here.
        headers._store = wanted | headers._store  # noqa: SLF001 -- of the pinned library, for speed
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
