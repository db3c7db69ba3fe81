"""What a load balancer and an operator ask."""

import pytest
from django.db.migrations.recorder import MigrationRecorder

from tests.conftest import Api


@pytest.mark.django_db
def test_migrations_that_have_not_run_are_told(api: Api) -> None:
    assert api.get("/api/health").json()["migrations"] == "ok"
    MigrationRecorder.Migration.objects.filter(app="messaging").delete()
    health = api.get("/api/health")
    assert (health.status_code, health.json()["status"], health.json()["migrations"]) == (200, "degraded", "pending")
