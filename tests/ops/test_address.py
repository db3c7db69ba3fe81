"""What an invitation names: an address that others can open, told to nobody who need not know it."""

from typing import Any

import pytest

from chatsite import addresses
from tests.conftest import Api
from tests.factories import make_user, sign_in

pytestmark = pytest.mark.django_db
AT_HOME = {"Host": "localhost:9000"}


@pytest.fixture(autouse=True)
def _network(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.HOST, settings.PORT, settings.PUBLIC_URL = "0.0.0.0", 9000, ""
    monkeypatch.setattr(addresses, "lan_addresses", lambda: ["192.168.1.20", "10.0.0.4"])


def told(**headers: str) -> Any:
    return Api(sign_in(make_user()), **headers).get("/api/address").json()["url"]


def test_who_sits_at_the_server_is_told_how_others_reach_it() -> None:
    assert told(**AT_HOME) == "http://192.168.1.20:9000"


def test_others_are_not_told_how_its_network_is_numbered() -> None:
    assert told(Host="chat.example.com") is None
    assert told(**AT_HOME, **{"X-Forwarded-For": "203.0.113.9"}) is None


def test_a_public_address_is_everybodys(settings: Any) -> None:
    settings.PUBLIC_URL = "https://chat.example.com"
    assert told(**AT_HOME) == told(Host="chat.example.com") == "https://chat.example.com"


def test_a_server_for_this_machine_alone_names_nothing(settings: Any) -> None:
    settings.HOST = "127.0.0.1"
    assert told(**AT_HOME) is None


def test_without_a_network_nothing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "lan_addresses", list)
    assert told(**AT_HOME) is None
