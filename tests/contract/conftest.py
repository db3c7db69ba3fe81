"""One live server for all contract tests: uvicorn as in `make run`, or CHAT_SERVER_KIND=daphne."""

import os
from collections.abc import Iterator

import pytest

from tests.live import Person, Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    kind = os.environ.get("CHAT_SERVER_KIND", "uvicorn")
    server = Server(tmp_path_factory.mktemp("live"), kind=kind).prepare().start()
    yield server
    server.destroy()


@pytest.fixture
def ada(server: Server) -> Person:
    return server.register()


@pytest.fixture
def bob(server: Server) -> Person:
    return server.register()


@pytest.fixture
def eve(server: Server) -> Person:
    """Somebody who is in none of the others' rooms."""
    return server.register()
