"""Whatever the OpenAPI document allows, and much that it does not: never a 5xx, and answers as documented."""

from __future__ import annotations

from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from django.db import transaction
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance

from tests.security.world import World

pytestmark = pytest.mark.django_db

EXAMPLES = 6
UNHURRIED = list(HealthCheck)
app = get_wsgi_application()
config = schemathesis.Config.from_dict(
    {
        "generation": {"mode": "all", "deterministic": True, "database": "none"},
        "phases": {"coverage": {"enabled": False}},
    }
)
schema = schemathesis.openapi.from_wsgi("/api/schema", app, config=config)


def try_out(case: schemathesis.Case, token: str | None) -> None:
    with transaction.atomic():
        response = case.call(headers={"Authorization": f"Bearer {token}"})
        transaction.set_rollback(True)
    case.validate_response(response, checks=[not_a_server_error, content_type_conformance, response_schema_conformance])


@schema.parametrize()
@settings(
    max_examples=EXAMPLES, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck)
)
def test_no_request_is_too_odd(world: World, case: schemathesis.Case) -> None:
    """As generated, then for something that is there; an owner who is an administrator gets furthest."""
    door = world.promote("owner")
    try_out(case, door.token)
    if case.path_parameters:
        case.path_parameters = case.path_parameters | existing(world, case.path)
        try_out(case, door.token)


def existing(world: World, path: str) -> dict[str, Any]:
    fields = world.places["public"].fields
    named = fields | {"id": world.id_of("author"), "emoji": "👍"}
    return {name: value for name, value in named.items() if f"{{{name}}}" in path}
