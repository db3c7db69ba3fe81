"""The same node, with a bug planted in it."""

from tests.chaos.node.settings import *  # noqa: F403 -- Django takes a module of settings whole

INSTALLED_APPS = [*INSTALLED_APPS, "tests.chaos.planted.apps.PlantedConfig"]  # noqa: F405 -- from there
