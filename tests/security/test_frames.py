"""Odd frames on a live socket: it answers or closes as the contract says, and the server never stumbles."""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed

from chatsite.routing import router
from tests.fuzz import wire
from tests.live import Person, Server, Socket
from tests.security.raw import Raw

# 1007: text that is no UTF-8, as RFC 6455 asks; None: the socket stays open
GOOD_ENDS = {4400, 4401, 4408, 4409, 4413, 1009, 4429, 1007, None}
LOG_MARKS = re.compile(r"Traceback|command_failed|\bERROR\b|Exception")

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=[]), max_size=20)
    | st.sampled_from([2**53 - 1, 2**53, -1, 2**64, "x" * 9000, "\ud800", "\x00", "9999-12-31T23:59:59-23:59"])
)
json_values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)
types = st.sampled_from([*router.routes, "authenticate", "ack", "ready", ""]) | st.text(max_size=12)
fields = st.sampled_from(
    sorted({name for route in router.routes.values() for name in route.schema.__struct_fields__} | {"token", "rooms"})
)
room_ids = st.just("ROOM")  # becomes the id of a room that is there
datas = st.dictionaries(fields, json_values | room_ids, max_size=5) | json_values
frames = st.fixed_dictionaries(
    {"type": types | json_values, "data": datas}, optional={"id": st.text(max_size=10) | json_values, "more": scalars}
)
texts = frames.map(json.dumps) | json_values.map(json.dumps) | st.text(max_size=60)
raws = st.lists(texts | st.binary(max_size=40), min_size=1, max_size=6)

DEPTH = 40_000
KNOWN_TO_BE_ODD: list[str | bytes] = [
    '{"type":"\\ud800"}',
    '{"type":"ping","\\ud800":1}',
    '{"type":"ping","id":"\\ud800"}',
    '{"type":"typing","id":"1","data":{"room_id":"\\ud800"}}',
    '{"type":"ping","data":' + "[" * DEPTH + "]" * DEPTH + "}",
    '{"type":"ping","id":' + "[" * DEPTH + "]" * DEPTH + "}",
    '{"type":' + "[" * DEPTH + "]" * DEPTH + "}",
    '{"type":"ping","data":' + '{"a":' * DEPTH,
    "[" * DEPTH,
    '{"type":"ping","type":"typing"}',
    '{"type":"mark_read","id":"1","data":{"room_id":"ROOM","seq":1e999}}',
    '{"type":"mark_read","id":"1","data":{"room_id":"ROOM","seq":' + "9" * 5_000 + "}}",
    '{"type":"mark_read","id":"1","data":{"room_id":NaN,"seq":1}}',
    "null",
    "",
    b"",
    b"\xff\xfe",
    b'{"type":"ping"}',
]


@pytest.mark.once
def test_nothing_is_read_behind_a_close_frame(server: Server) -> None:
    before = complaints(server)
    with Raw.signed_in(server.register()) as raw:
        raw.send(wire.frame(wire.Op.CLOSE, struct.pack("!H", 1000)) + b"\xff" * 64)
        assert raw.close_code() == 1000
    assert complaints(server) == before


class Speaker:
    """Somebody whose socket is opened again whenever the server has closed it."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.person: Person = server.register()
        self.room_id: int = self.person.make_room()["id"]
        self.socket: Socket | None = None

    def say(self, frames: list[str | bytes]) -> int | None:
        """-> the code that the server closed with; 1006 = it closed without one; None = it goes on."""
        socket = self.socket = self.socket or self.person.socket()
        try:
            for frame in frames:
                socket.send_raw(frame.replace('"ROOM"', str(self.room_id)) if isinstance(frame, str) else frame)
            socket.ask("ping")
        except ConnectionClosed as closed:
            self.socket = None
            return closed.rcvd.code if closed.rcvd else 1006
        return None


@pytest.fixture(scope="module")
def speaker(server: Server) -> Iterator[Speaker]:
    speaker = Speaker(server)
    yield speaker
    if speaker.socket is not None:
        speaker.socket.settle()
        speaker.socket.close()


def complaints(server: Server) -> list[str]:
    return [line for line in server.log.read_text().splitlines() if LOG_MARKS.search(line)]


@pytest.mark.parametrize("frame", KNOWN_TO_BE_ODD, ids=lambda frame: str(frame[:30]))
def test_frames_that_others_fell_over(server: Server, speaker: Speaker, frame: str | bytes) -> None:
    before = complaints(server)
    assert speaker.say([frame]) in GOOD_ENDS
    assert complaints(server) == before


def test_no_frame_is_too_odd(server: Server, speaker: Speaker) -> None:
    before = complaints(server)

    @settings(max_examples=150, derandomize=True, database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(raws)
    def talk(frames: list[str | bytes]) -> None:
        assert speaker.say(frames) in GOOD_ENDS

    talk()
    assert complaints(server) == before
