"""Frames and calls that once broke something, again; and that the fuzzer itself would notice."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fuzz.bursts import make_burst
from tests.fuzz.calling import Somebody, wrong_with
from tests.fuzz.calls import Call
from tests.fuzz.contract import INVALID
from tests.fuzz.failures import KEPT, restored, shrunk, stored
from tests.fuzz.grammar import Case
from tests.fuzz.http import Answer, HttpConnection
from tests.fuzz.people import Place, pair
from tests.fuzz.run import log_complaints
from tests.fuzz.speaker import Speaker
from tests.fuzz.speaking import replay
from tests.live import Server

FILES = sorted(KEPT.glob("*.json"))
PING = b'{"type":"ping","id":"a","data":{}}'
ACK = frozenset({"ack"})


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    server = Server(tmp_path_factory.mktemp("fuzz")).prepare().start()
    yield server
    server.destroy()


@pytest.fixture(scope="module")
def place(server: Server) -> Place:
    return pair(server)[0]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_was_found_once_stays_mended(server: Server, place: Place, path: Path) -> None:
    kept = json.loads(path.read_text())
    if kept["door"] == "frames":
        cases = [restored(step) for step in kept["steps"]]
        assert asyncio.run(replay(place, cases, signed_in=kept["signed_in"])) == []
    else:
        assert asyncio.run(call_again(server, kept["steps"][0])) == ""
    assert log_complaints(server.log.read_text()) == []


async def call_again(server: Server, step: dict[str, Any]) -> str:
    call = Call(step["operation"], step["kind"], step["raw"].encode("latin-1"), step["is_http"])
    who = await asyncio.to_thread(Somebody, server)
    link = await HttpConnection.open(server.port)
    answer = await link.call(call.raw.replace(b"<TOKEN>", who.me.access.encode()))
    link.close()
    return wrong_with(call, answer)


WRONG = {
    "another answer": Case("x", PING, "a", INVALID),
    "no reply": Case("x", b'{"type":"ping","data":{}}', "a", ACK),
    "a reply to nobody's question": Case("x", PING, "b", ACK),
    "an error that answers nothing": Case("x", b'{"type":"odd"}', None),
    "a close": Case("x", b"[]", None),
    "another close code": Case("x", b"[]", None, closes=frozenset({1009})),
}


@pytest.mark.parametrize("case", WRONG.values(), ids=WRONG)
def test_the_judge_sees_what_is_wrong(place: Place, case: Case) -> None:
    assert asyncio.run(replay(place, [case], signed_in=True))


def test_the_judge_sees_a_second_reply(place: Place) -> None:
    async def twice() -> list[Any]:
        speaker = await Speaker.open(place)
        await speaker.burst([Case("x", PING, "a", ACK)])
        complaints = await speaker.burst([Case("x", PING, "a", ACK), Case("x", PING, None)])
        speaker.close()
        return complaints

    assert asyncio.run(twice())


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b"{}"),
        (503, b'{"code":"unavailable","message":"","fields":null,"retry_after":1,"request_id":null}'),
        (400, b"<h1>Bad Request</h1>"),
        (400, b'{"code":"validation_error"}'),
        (404, b'{"code":"validation_error","message":"","fields":null,"retry_after":null,"request_id":null}'),
        (400, b'{"code":"odd","message":"","fields":null,"retry_after":null,"request_id":null}'),
    ],
)
def test_the_judge_sees_answers_that_are_not_of_the_contract(status: int, body: bytes) -> None:
    assert wrong_with(Call("GET /", "x", b"GET / HTTP/1.1\r\n\r\n"), Answer(status, {}, body))


def test_a_burst_is_the_same_whoever_sends_it() -> None:
    numbers = range(40)
    first, second = ([make_burst(7, n, lambda payload: payload) for n in numbers] for _ in range(2))
    assert first == second
    assert len({burst.cases[0].payload for burst in first}) > 30


async def test_failures_shrink_to_what_shows_them() -> None:
    async def one(items: list[int]) -> bool:
        return 37 in items

    async def two(items: list[int]) -> bool:
        return {5, 61} <= set(items)

    assert await shrunk(range(100), one) == [37]
    assert await shrunk(range(100), two) == [5, 61]


def test_what_is_stored_comes_back_as_it_was() -> None:
    for number in range(30):
        for case in make_burst(3, number, lambda payload: payload).cases:
            assert restored(json.loads(json.dumps(stored(case)))) == case
