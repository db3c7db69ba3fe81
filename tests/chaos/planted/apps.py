import os

from django.apps import AppConfig


class PlantedConfig(AppConfig):
    name = "tests.chaos.planted"
    label = "planted"

    def ready(self) -> None:
        from tests.chaos.planted import bugs

        if bug := os.environ.get("CHAOS_BUG"):
            bugs.BUGS[bug]()
