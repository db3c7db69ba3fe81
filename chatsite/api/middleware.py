"""Gives every request an id that its errors and log lines carry."""

import logging
import time
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse
from structlog.contextvars import bound_contextvars

from chatsite import metrics
from chatsite.errors import new_request_id

logger = logging.getLogger(__name__)

# What this thread answers; for what has to know where an order comes from, however deep (chatsite/audit).
current_request: ContextVar[HttpRequest | None] = ContextVar("current_request", default=None)


class RequestIdMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = new_request_id()  # type: ignore[attr-defined]  # ours
        with bound_contextvars(request_id=request.request_id):  # type: ignore[attr-defined]
            response = self._answer(request)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
        return response

    def _answer(self, request: HttpRequest) -> HttpResponse:
        token = current_request.set(request)
        started = time.perf_counter()
        try:
            response = self.get_response(request)
        finally:
            current_request.reset(token)
        seconds = time.perf_counter() - started
        route = request.resolver_match.route if request.resolver_match else None
        metrics.request(method=request.method, route=route, status=response.status_code, seconds=seconds)
        if logger.isEnabledFor(logging.INFO):
            logger.info("request", extra=_facts(request, route, response, seconds))
        return response


def _facts(request: HttpRequest, route: str | None, response: HttpResponse, seconds: float) -> dict[str, object]:
    """The route, not the path: addresses hold invitations, names and what people search for."""
    return {
        "method": request.method,
        "route": route,
        "status": response.status_code,
        "milliseconds": round(seconds * 1000, 1),
    }
