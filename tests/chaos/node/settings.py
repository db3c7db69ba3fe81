"""A node of a chaos run: as other servers of tests, and its clock can be set wrong."""

from tests.live_settings import *  # noqa: F403 -- Django takes a module of settings whole

INSTALLED_APPS = [*INSTALLED_APPS, "tests.chaos.node.apps.NodeConfig"]  # noqa: F405 -- from there
