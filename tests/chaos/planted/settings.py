from tests.live_settings import *  # noqa: F403

INSTALLED_APPS = [*INSTALLED_APPS, "tests.chaos.planted.apps.PlantedConfig"]  # noqa: F405
