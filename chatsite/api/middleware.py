"""Gives every request an id that its errors and log lines carry."""

import logging
import secrets
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bound_contextvars

logger = logging.getLogger(__name__)


class RequestIdMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = secrets.token_hex(8)  # type: ignore[attr-defined]
        with bound_contextvars(request_id=request.request_id):  # type: ignore[attr-defined]
            started = time.perf_counter()
            response = self.get_response(request)
            logger.info("request", extra=_facts(request, response, time.perf_counter() - started))
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response


def _facts(request: HttpRequest, response: HttpResponse, seconds: float) -> dict[str, object]:
    """The route, not the path: addresses hold invitations, names and what people search for."""
    route = request.resolver_match.route if request.resolver_match else None
    return {
        "method": request.method,
        "route": route,
        "status": response.status_code,
        "milliseconds": round(seconds * 1000, 1),
    }
