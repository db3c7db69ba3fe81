"""GET /api/health: degraded without Redis, down without the database."""

from typing import Literal

import msgspec
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from chatsite.api.schema import operation
from chatsite.api.views import WireResponse

State = Literal["ok", "down"]


class HealthOut(msgspec.Struct, frozen=True):
    status: Literal["ok", "degraded", "down"]
    database: State
    redis: State
    version: str


class HealthViewSet(ViewSet):
    authentication_classes: list[type] = []
    permission_classes: list[type] = []

    @operation(response=HealthOut, summary="How the server is")
    def list(self, request: Request) -> WireResponse:
        database, redis = _database(), _redis()
        status: Literal["ok", "degraded", "down"] = (
            "down" if database == "down" else "degraded" if redis == "down" else "ok"
        )
        out = HealthOut(status=status, database=database, redis=redis, version=settings.VERSION)
        return WireResponse(out, 503 if status == "down" else 200)


def _database() -> State:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "down"
    return "ok"


def _redis() -> State:
    try:
        cache.client.get_client().ping()  # type: ignore[attr-defined]
    except Exception:  # whatever the client throws, it does not answer
        return "down"
    return "ok"
