"""GET /api/health: degraded without Redis or with migrations to run, down without the database."""

import functools
from typing import Literal

import msgspec
from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from rest_framework.request import Request
from rest_framework.viewsets import ViewSet

from chatsite.api.schema import operation
from chatsite.api.views import WireResponse

State = Literal["ok", "down"]
Migrations = Literal["ok", "pending", "unknown"]
Status = Literal["ok", "degraded", "down"]


class HealthOut(msgspec.Struct, frozen=True):
    status: Status
    database: State
    redis: State
    migrations: Migrations
    version: str


class HealthViewSet(ViewSet):
    authentication_classes: list[type] = []
    permission_classes: list[type] = []

    @operation(response=HealthOut, summary="How the server is")
    def list(self, request: Request) -> WireResponse:
        database_state, redis_state = database(), redis()
        migrations = _migrations() if database_state == "ok" else "unknown"
        status = _status(database_state, redis_state, migrations)
        out = HealthOut(status, database_state, redis_state, migrations, settings.VERSION)
        return WireResponse(out, 503 if status == "down" else 200)


def _status(database: State, redis: State, migrations: Migrations) -> Status:
    if database == "down":
        return "down"
    return "ok" if redis == "ok" and migrations == "ok" else "degraded"


def _migrations() -> Migrations:
    """Those of a newer release are no reason to worry: this one may still be leaving."""
    try:
        applied = MigrationRecorder(connection).applied_migrations()
    except DatabaseError:
        return "unknown"
    return "ok" if _of_this_release() <= applied.keys() else "pending"


@functools.cache
def _of_this_release() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def database() -> State:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "down"
    return "ok"


def redis() -> State:
    try:
        cache.client.get_client().ping()  # type: ignore[attr-defined]
    except Exception:  # whatever the client throws, it does not answer
        return "down"
    return "ok"
