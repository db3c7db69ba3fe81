"""A live server for what is tried on real sockets."""

from collections.abc import Iterator

import pytest

from tests.live import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("security")).prepare().start()
    yield server
    server.destroy()
