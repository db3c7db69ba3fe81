"""The refresh token of a browser: a cookie that scripts cannot read and other sites cannot send."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from rest_framework_simplejwt.settings import api_settings

from chatsite.api.client_address import is_own_origin, is_secure
from chatsite.errors import PermissionDenied

PATH = "/api/auth/"


def _name(request: HttpRequest) -> str:
    """Browsers share cookies between the ports of a host: two servers on one machine need two names."""
    port = urlsplit(settings.PUBLIC_URL or f"//{request.get_host()}").port
    name = f"refresh_{port}" if port else "refresh"
    # What begins like this no plain http page can set, not even one of a host beside ours.
    return f"__Secure-{name}" if is_secure(request) else name


def keep(response: HttpResponse, request: HttpRequest, refresh: str) -> None:
    response.set_cookie(
        _name(request),
        refresh,
        max_age=int(api_settings.REFRESH_TOKEN_LIFETIME.total_seconds()),
        path=PATH,
        secure=is_secure(request),
        httponly=True,
        samesite="Strict",
    )


def forget(response: HttpResponse, request: HttpRequest) -> None:
    if _name(request) in request.COOKIES:
        response.delete_cookie(_name(request), path=PATH, samesite="Strict")  # Secure follows from the name


def replaced_by_signing_in(request: HttpRequest) -> str | None:
    """-> the token of whoever was signed in in this browser before."""
    return request.COOKIES.get(_name(request))


def refresh_token_of(request: HttpRequest) -> str | None:
    """-> the cookie's token. A cookie comes along by itself: only our own page may have asked for it."""
    token = request.COOKIES.get(_name(request))
    if token is not None and not (is_own_origin(request) and request.content_type == "application/json"):
        raise PermissionDenied
    return token
