"""Every failure of a REST call becomes the contract's error object."""

from typing import Any

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions as drf

from chatsite import metrics
from chatsite.api.views import WireResponse
from chatsite.errors import ChatError, NotFound, PermissionDenied, Unavailable, ValidationFailed
from chatsite.pool import tell_of_outage

_CODES: dict[type[Exception], str] = {
    drf.NotAuthenticated: "authentication_failed",
    drf.AuthenticationFailed: "authentication_failed",
    drf.PermissionDenied: "permission_denied",
    drf.MethodNotAllowed: "method_not_allowed",
    drf.UnsupportedMediaType: "unsupported_media",
    drf.NotAcceptable: "unsupported_media",
    drf.ParseError: "validation_error",
    drf.NotFound: "not_found",
    RequestDataTooBig: "too_large",
    Http404: "not_found",
    DjangoPermissionDenied: "permission_denied",
    OperationalError: "unavailable",
    InterfaceError: "unavailable",
}


def handle(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's EXCEPTION_HANDLER. None lets Django log and answer a real bug (500)."""
    known = error if isinstance(error, ChatError) else _known(error)
    return None if known is None else respond(context["request"], known)


def _known(error: Exception) -> ChatError | None:
    for kind, code in _CODES.items():
        if isinstance(error, kind):
            if code != "unavailable":
                return ChatError(code)
            tell_of_outage(error)
            return Unavailable()
    return None


def respond(request: Any, error: ChatError) -> HttpResponse:
    metrics.refused.labels("rest", error.code).inc()
    out = error.out(locale=translation.get_language() or "en", request_id=getattr(request, "request_id", None))
    response = WireResponse(out, error.status)
    if error.retry_after is not None:
        response["Retry-After"] = str(max(1, round(error.retry_after)))
    return response


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    return respond(request, ValidationFailed())


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return respond(request, PermissionDenied())


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    return respond(request, NotFound())


@csrf_exempt
def no_such_address(request: HttpRequest) -> HttpResponse:
    """Whatever is under /api/ and no endpoint."""
    return respond(request, NotFound())


def server_error(request: HttpRequest) -> HttpResponse:
    response = respond(request, Unavailable())
    response.status_code = 500
    return response
