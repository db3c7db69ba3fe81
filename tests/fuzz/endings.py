"""What ends a connection: texts that are no frames, and bytes that are no WebSocket."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable

from tests.fuzz.contract import (
    BAD_UTF8,
    DONE,
    FRAME_BYTES,
    MALFORMED,
    PROTOCOL_ERROR,
    REFUSALS,
    SIGNED_OUT,
    TOO_BIG,
    TOO_LARGE,
)
from tests.fuzz.grammar import ALL, SHALLOW, Case, Maker, Random, Weighted, object_of, text
from tests.fuzz.wire import Op, announced, frame

ANYTHING = REFUSALS | {"ack", *DONE.values()}
BAD_BYTES = [
    b"\xff",
    b"\xfe\xff",
    b"\xc0\x80",
    b"\xed\xa0\x80",
    b"\xf4\x90\x80\x80",
    b"\xf8\x88\x80\x80\x80",
    b"\xe4\xb8",
]
NO_FRAMES = [
    b"", b" ", b"null", b"[]", b"1", b'"x"', b"true", b"{}", b'{"data":{}}', b'{"type":1}', b'{"type":null}',
    b'{"type":["ping"]}', b'{type:"ping"}', b"{'type':'ping'}", b'{"type":"ping",}', b'{"type":"ping"}}',
    b'{"type":"ping"}{"type":"ping"}', b"\xef\xbb\xbf" + b'{"type":"ping"}', b'{"type":"pi\nng"}', b'{"type":"\x00"}',
    b"[" * 50_000, b'{"a":' * 20_000, b'{"type":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    b"\x00", b"GET / HTTP/1.1\r\n\r\n",
    b'{"type":"\\x41"}', b'{"type":"\\u12"}', b"\xe2\x80\xae", b'{"TYPE":"ping"}', b"//{}", b'{"type":"ping"}\x00',
]  # fmt: skip


def _ending(kind: str, payload: bytes, *codes: int, travel: str = "text") -> Case:
    return Case(kind, payload, None, frozenset(), frozenset(codes), travel)


def no_frame(maker: Maker) -> Case:
    return _ending("no frame", maker.dice.choice(NO_FRAMES), MALFORMED)


BENT_ID = b'"bent"'  # whatever becomes of it is no other frame's id


def bent_text(maker: Maker) -> Case:
    """A sample cut, doubled or with other bytes in it; Python's own parser says what it has become."""
    command = maker.dice.choice(ALL)
    whole = text(command.name.encode(), BENT_ID, object_of(command.sample))
    whole = maker.fill(whole)
    return judged(maker.dice.choice(BENDS)(maker.dice, whole))


def judged(payload: bytes) -> Case:
    try:
        frame = json.loads(payload.decode())
    except UnicodeDecodeError:
        return _ending("bent bytes", payload, BAD_UTF8)
    except (ValueError, RecursionError):
        return _ending("bent text", payload, MALFORMED)
    if not isinstance(frame, dict) or not isinstance(frame.get("type"), str):
        return _ending("bent text", payload, MALFORMED)
    own = frame.get("id")
    carried = own if isinstance(own, str) and len(own) <= 128 else None
    return Case("bent text", payload, carried, ANYTHING)


def _cut(dice: Random, whole: bytes) -> bytes:
    return whole[: dice.randrange(len(whole))]


def _doubled(dice: Random, whole: bytes) -> bytes:
    start, end = sorted(dice.randrange(len(whole)) for _ in range(2))
    return whole[:end] + whole[start:]


def _flipped(dice: Random, whole: bytes) -> bytes:
    changed = bytearray(whole)
    for _ in range(dice.randint(1, 3)):
        changed[dice.randrange(len(whole))] = dice.choice(b'{}[]",:\\ \t0x9eE+-./\x00\x1f\x7f')
    return bytes(changed)


def _swapped(dice: Random, whole: bytes) -> bytes:
    a, b, c = sorted(dice.randrange(len(whole)) for _ in range(3))
    return whole[:a] + whole[b:c] + whole[a:b] + whole[c:]


BENDS: list[Callable[[Random, bytes], bytes]] = [_cut, _doubled, _flipped, _swapped]


def bad_utf8(maker: Maker) -> Case:
    return _ending("bad UTF-8", b'{"type":"ping","id":"' + maker.dice.choice(BAD_BYTES) + b'"}', BAD_UTF8)


def binary(maker: Maker) -> Case:
    payload = maker.dice.choice([b"", b'{"type":"ping"}', maker.dice.randbytes(40)])
    return _ending("binary", payload, MALFORMED, travel="binary")


def too_large(maker: Maker) -> Case:
    size = FRAME_BYTES + maker.dice.choice([1, 2, 1_000, 60_000, 200_000])
    filler = b'{"type":"ping","data":{"a":"'
    return _ending("too large", filler + b"x" * (size - len(filler) - 3) + b'"}}', TOO_LARGE, TOO_BIG)


def too_large_in_characters_of_three(maker: Maker) -> Case:
    return _ending("too large", b'{"type":"ping","data":{"a":"' + "涨".encode() * 44_000 + b'"}}', TOO_LARGE, TOO_BIG)


def announced_only(maker: Maker) -> Case:
    size = maker.dice.choice([1 << 20, 1 << 30, 1 << 40, (1 << 63) - 1, (1 << 64) - 1])
    return _ending("announced", announced(size, maker.dice.choice([Op.TEXT, Op.BINARY])), TOO_BIG, travel="raw")


def bad_protocol(maker: Maker) -> Case:
    return _ending("bad protocol", maker.dice.choice(BROKEN), PROTOCOL_ERROR, travel="raw")


PING = b'{"type":"ping","data":{}}'
BROKEN = [
    frame(Op.TEXT, PING, None),  # unmasked
    *(frame(op, PING) for op in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)),  # opcodes of nobody
    *(frame(Op.TEXT, PING, reserved=bits) for bits in (1, 2, 4, 7)),
    frame(Op.PING, b"x" * 126),  # control frames are short
    frame(Op.PING, b"", fin=False),  # and whole
    frame(Op.CLOSE, b"", fin=False),
    frame(Op.CONTINUED, PING),  # of nothing
    frame(Op.TEXT, PING[:5], fin=False) + frame(Op.TEXT, PING[5:]),  # a text within a text
    frame(Op.CLOSE, b"\x03"),  # half a close code
    *(frame(Op.CLOSE, struct.pack("!H", code)) for code in (0, 999, 1004, 1005, 1006, 1015, 5000, 65535)),
]


def another_token(maker: Maker) -> Case:
    token = maker.dice.choice(
        [b'""', b'"x"', b'"e30.e30.e30"', b'"<OTHER_TOKEN>"', b'"' + b"x" * 5_000 + b'"', b'"\xc3\xa9"']
    )
    case = maker.frame(
        "another token", "authenticate", b'{"token":' + token + b"}", frozenset({"authentication_failed"})
    )
    return case._replace(closes=frozenset({SIGNED_OUT}))


ENDINGS = Weighted.of(
    {
        no_frame: 5,
        bent_text: 14,
        bad_utf8: 3,
        binary: 2,
        too_large: 1,
        too_large_in_characters_of_three: 1,
        announced_only: 2,
        bad_protocol: 8,
        another_token: 2,
    }
)


def before_signing_in(maker: Maker) -> Case:
    """As the first frame of a connection: nothing is done for strangers."""
    case = maker.one_of(ENDINGS if maker.dice.random() < 0.5 else SHALLOW)
    if case.travel in ("ping", "pong") or b"<OTHER_TOKEN>" in case.payload:
        return before_signing_in(maker)
    if case.closes:
        return case
    return case._replace(answers=frozenset({"authentication_failed"}), closes=frozenset({SIGNED_OUT}))
