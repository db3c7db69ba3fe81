"""The former system had a list of defects; each is a test here. Live ones run on a Redis that can be taken away."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.live import Person, Server
from tests.trouble.conftest import OwnRedis


@pytest.fixture(scope="session")
def redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnRedis]:
    own = OwnRedis(tmp_path_factory.mktemp("redis"))
    own.start()
    yield own
    own.kill()


@pytest.fixture
def no_redis(server: Server, redis: OwnRedis) -> Iterator[None]:
    redis.kill()
    yield
    redis.start()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory, redis: OwnRedis) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("seed"), REDIS_URL=redis.url).prepare().start()
    yield server
    server.destroy()


@pytest.fixture
def ada(server: Server) -> Person:
    return server.register()


@pytest.fixture
def bob(server: Server) -> Person:
    return server.register()


@pytest.fixture(autouse=True)
def _no_limits(settings: Any) -> None:
    settings.RATE_LIMITS = False
