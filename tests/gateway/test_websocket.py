"""Our reader of frames against the library's: the same messages, and the same close codes for the same offences."""

from __future__ import annotations

import os
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode
from websockets.protocol import OPEN
from websockets.server import ServerProtocol

from chatsite.gateway import websocket
from chatsite.gateway.websocket import FrameReader, Violation, code_of, text_of

pytestmark = pytest.mark.once

MAX_BYTES = 200
Outcome = tuple[list[tuple[int, bytes]], int | None]  # messages, the code that ended it


def ours(chunks: Iterable[bytes]) -> Outcome:
    reader, heard = FrameReader(MAX_BYTES), []
    try:
        for chunk in chunks:
            reader.feed(chunk)
            while message := reader.next():
                if message.opcode == websocket.TEXT:
                    text_of(message.payload)
                if message.opcode == websocket.CLOSE:
                    return heard, code_of(message.payload)
                heard.append((message.opcode, message.payload))
    except Violation as violation:
        return heard, violation.code
    return heard, None


def theirs(chunks: Iterable[bytes]) -> Outcome:
    """The library, and what uvicorn makes of its frames."""
    protocol = ServerProtocol(state=OPEN, max_size=MAX_BYTES)
    heard: list[tuple[int, bytes]] = []
    kind, parts = 0, b""
    for chunk in chunks:
        if not chunk or protocol.close_rcvd is not None or protocol.parser_exc is not None:
            continue
        protocol.receive_data(chunk)
        for event in protocol.events_received():
            assert isinstance(event, Frame)
            if event.opcode is Opcode.CLOSE:
                continue
            if event.opcode in (Opcode.PING, Opcode.PONG):
                heard.append((int(event.opcode), bytes(event.data)))
                continue
            if event.opcode is not Opcode.CONT:
                kind, parts = int(event.opcode), b""
            parts += bytes(event.data)
            if event.fin:
                if kind == websocket.TEXT and not is_text(parts):
                    return heard, websocket.INVALID_TEXT
                heard.append((kind, parts))
    if protocol.parser_exc is not None:
        assert protocol.close_sent is not None
        return heard, protocol.close_sent.code
    return heard, protocol.close_rcvd.code if protocol.close_rcvd else None


def is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def frame(first: int, payload: bytes, *, masked: bool = True, long_form: int = 0) -> bytes:
    size = len(payload)
    if first & 0x08:
        long_form = 0  # control frames have no other, which the library does not mind
    if long_form == 0 and size < 126:
        head = bytes([first, (0x80 if masked else 0) | size])
    elif long_form < 2 and size < 65_536:
        head = bytes([first, (0x80 if masked else 0) | 126]) + size.to_bytes(2)
    else:
        head = bytes([first, (0x80 if masked else 0) | 127]) + size.to_bytes(8)
    if not masked:
        return head + payload
    mask = os.urandom(4)
    return head + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload))


payloads = st.one_of(
    st.binary(max_size=130),
    st.text(max_size=20).map(str.encode),
    st.integers(0, 65_535).map(lambda code: code.to_bytes(2) + b"bye"),
    st.just(b"x" * 150),
    st.just(b"\xff"),
)
usual = st.sampled_from([0x81, 0x82, 0x01, 0x02, 0x80, 0x00, 0x89, 0x8A])
frames = st.builds(
    frame,
    st.one_of(usual, usual, usual, st.just(0x88), st.integers(0, 255)),
    payloads,
    masked=st.sampled_from([True] * 20 + [False]),
    long_form=st.sampled_from([0, 0, 0, 1, 2]),
)


@st.composite
def streams(draw: st.DrawFn) -> list[bytes]:
    """Frames one behind the other, cut wherever the network likes."""
    data = b"".join(draw(st.lists(frames, max_size=8)))
    cuts = sorted(draw(st.lists(st.integers(0, len(data)), max_size=6)))
    return [data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True)]


MASK_BYTES = 4  # that the library does not wait for


def assert_same(chunks: list[bytes]) -> None:
    """Who of us sees an offence before the frame is all there: the other sees the same once it is."""
    mine, library = ours(chunks), theirs(chunks)
    if mine[1] is None and library[1] == websocket.TOO_BIG:
        mine = ours([*chunks, bytes(MASK_BYTES)])
    if mine[1] is not None and library[1] is None:
        library = theirs([*chunks, bytes(2 * MAX_BYTES)])
    if mine[1] == websocket.PROTOCOL_ERROR and library[1] == websocket.TOO_BIG:
        library = (library[0], mine[1])  # both are true of this frame, and we look at its first byte first
    assert mine == library


@settings(max_examples=1500, deadline=None)
@given(streams())
def test_the_library_hears_the_same(chunks: list[bytes]) -> None:
    assert_same(chunks)


@settings(max_examples=500, deadline=None)
@given(st.lists(st.binary(max_size=40), max_size=5))
def test_the_library_ends_noise_with_the_same_code(chunks: list[bytes]) -> None:
    assert_same(chunks)


def test_bytes_that_come_one_by_one_make_the_same_messages() -> None:
    data = frame(0x01, b"one ") + frame(0x89, b"ping") + frame(0x80, b"two") + frame(0x81, b"y" * 190)
    expected = [(websocket.PING, b"ping"), (websocket.TEXT, b"one two"), (websocket.TEXT, b"y" * 190)]
    assert ours([data]) == ours([bytes([b]) for b in data]) == (expected, None)


def test_fragments_without_end_take_no_memory_and_too_many_bytes_end_it() -> None:
    reader = FrameReader(MAX_BYTES)
    reader.feed(frame(0x01, b""))
    assert reader.next() is None
    for _ in range(1000):
        reader.feed(frame(0x00, b""))
        assert reader.next() is None
    assert not reader._parts
    assert not reader._data
    reader.feed(frame(0x00, b"x" * MAX_BYTES) + frame(0x00, b"x"))
    with pytest.raises(Violation) as violation:
        reader.next()
    assert violation.value.code == websocket.TOO_BIG


def test_what_was_read_is_not_kept_where_every_read_ends_amid_a_frame() -> None:
    ping = frame(0x89, b"x" * 100)
    stream = ping * 1000
    reader, heard = FrameReader(MAX_BYTES), 0
    for start in range(-50, len(stream), len(ping)):
        reader.feed(stream[max(start, 0) : start + len(ping)])
        while reader.next() is not None:
            heard += 1
        assert len(reader._data) <= 2 * len(ping)
    assert heard == 1000


def test_a_size_beyond_the_limit_is_refused_before_its_payload_comes() -> None:
    assert ours([bytes([0x81, 0xFF]) + (2**63 - 1).to_bytes(8) + b"mask"]) == ([], websocket.TOO_BIG)


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_what_we_write_the_library_reads(size: int) -> None:
    from websockets.client import ClientProtocol
    from websockets.uri import parse_uri

    client = ClientProtocol(parse_uri("ws://x/"), state=OPEN, max_size=None)
    client.receive_data(websocket.text_frame(b"x" * size) + websocket.control_frame(websocket.PING))
    client.receive_data(websocket.close_frame(4401))
    text, ping, close = client.events_received()
    assert isinstance(text, Frame)
    assert isinstance(ping, Frame)
    assert (bytes(text.data), text.opcode, ping.opcode) == (b"x" * size, Opcode.TEXT, Opcode.PING)
    assert isinstance(close, Frame)
    assert client.close_rcvd is not None
    assert client.close_rcvd.code == 4401
