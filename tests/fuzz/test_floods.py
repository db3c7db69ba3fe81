"""Floods that meet the rate limits: told with a time, never met with silence, and nobody else notices."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator

import msgspec
import pytest

from tests.fuzz.people import Place, pair
from tests.fuzz.speaker import MASK, Speaker
from tests.fuzz.wire import Op, frame
from tests.live import Server

BURST = 1_000  # frames that a connection has at once (chatsite/gateway/rate_limit.py); refilled at 200 a second
FLOOD = 8_000


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("floods"), RATE_LIMITS="on").prepare().start()
    yield server
    server.destroy()


@pytest.fixture
def places(server: Server) -> tuple[Place, Place]:
    return pair(server)


class Flood(Speaker):
    """Takes down what is answered instead of judging it."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self.answers: Counter[str] = Counter()  # by id
        self.codes: Counter[str] = Counter()
        self.silent_limits = 0  # told without a time

    def _hear(self, text: bytes) -> None:
        said = msgspec.json.decode(text)
        if said.get("id") is None and said["type"] != "error":
            return
        code = said["data"]["code"] if said["type"] == "error" else said["type"]
        self.answers[said.get("id", "")] += 1
        self.codes[code] += 1
        self.silent_limits += code == "rate_limited" and not said["data"]["retry_after"]
        if said.get("id") == "in":
            self._finish()

    async def _sign_in(self) -> None:
        await self.flood([], b'{"type":"authenticate","id":"in","data":{"token":"<TOKEN>"}}')
        self.codes.clear()
        self.answers.clear()

    async def flood(self, payloads: list[bytes], last: bytes = b'{"type":"ping","id":"in","data":{}}') -> int | None:
        """-> the close code that it ends with, or None if it is answered to the end."""
        self._done = asyncio.get_running_loop().create_future()
        texts = [self.place.fill(payload) for payload in (*payloads, last)]
        self._transport.write(b"".join(frame(Op.TEXT, text, MASK) for text in texts))
        await asyncio.wait_for(self._done, 60)
        return self._code


def flooded(place: Place, payloads: list[bytes]) -> tuple[Flood, int | None]:
    async def run() -> tuple[Flood, int | None]:
        flood = await Flood.open(place)
        assert isinstance(flood, Flood)
        code = await flood.flood(payloads)
        flood.close()
        return flood, code

    return asyncio.run(run())


def test_too_many_frames_are_told_and_close_the_connection(places: tuple[Place, Place]) -> None:
    mine, theirs = places
    with theirs.person.socket() as bystander:
        flood, code = flooded(mine, [b'{"type":"ping","id":"%d","data":{}}' % n for n in range(FLOOD)])
        bystander.ask("ping")
    assert code == 4429
    assert BURST <= flood.codes["ack"] < FLOOD
    assert flood.codes["rate_limited"] == 1
    assert flood.silent_limits == 0
    assert set(flood.answers.values()) == {1}


def test_too_many_sends_are_each_told_when_to_come_back(places: tuple[Place, Place]) -> None:
    mine, _ = places
    send = b'{"type":"send_message","id":"%d","data":{"room_id":"<ROOM>","content":"flood"}}'
    flood, code = flooded(mine, [send % n for n in range(300)])
    assert code is None
    assert sum(flood.answers.values()) == len(flood.answers) == 301
    assert set(flood.codes) == {"ack", "rate_limited"}
    assert flood.codes["ack"] >= 60  # the burst of a user, and the last ping
    assert flood.codes["rate_limited"] > 0
    assert flood.silent_limits == 0


def test_what_one_flooded_away_is_not_others_loss(places: tuple[Place, Place]) -> None:
    mine, theirs = places
    send = b'{"type":"send_message","id":"%d","data":{"room_id":"<ROOM>","content":"flood"}}'
    flooded(mine, [send % n for n in range(200)])
    with theirs.person.socket() as socket:
        socket.ask("send_message", {"room_id": theirs.room_id, "content": "in peace"})


def test_bad_frames_count_as_much_as_good_ones(places: tuple[Place, Place]) -> None:
    mine, _ = places
    flood, code = flooded(mine, [b'{"type":"no_such","id":"%d"}' % n for n in range(FLOOD)])
    assert code == 4429
    assert set(flood.answers.values()) == {1}
    assert BURST <= flood.codes["validation_error"] < FLOOD
