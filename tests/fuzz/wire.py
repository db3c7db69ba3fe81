"""WebSocket at the level of bytes (RFC 6455 §5.2): what no client library would let us send."""

from __future__ import annotations

import itertools
import struct
from enum import IntEnum

from websockets.speedups import apply_mask

NO_MASK = b"\0\0\0\0"
LONG, LONGER = 126, 127  # payload lengths that announce 2 or 8 bytes of length


class Op(IntEnum):
    CONTINUED = 0
    TEXT = 1
    BINARY = 2
    CLOSE = 8
    PING = 9
    PONG = 10


def frame(op: int, payload: bytes, mask: bytes | None = NO_MASK, *, fin: bool = True, reserved: int = 0) -> bytes:
    """One frame as a client sends it; `mask` None leaves it unmasked, `reserved` sets RSV1 to 3."""
    masked = 0 if mask is None else 0x80
    size = len(payload)
    first = (0x80 if fin else 0) | reserved << 4 | op
    if size < LONG:
        head = struct.pack("!BB", first, masked | size)
    elif size < 1 << 16:
        head = struct.pack("!BBH", first, masked | LONG, size)
    else:
        head = struct.pack("!BBQ", first, masked | LONGER, size)
    if mask is None:
        return head + payload
    return head + mask + (payload if mask == NO_MASK else apply_mask(payload, mask))


def announced(size: int, op: int = Op.TEXT) -> bytes:
    """The head of a frame of which nothing follows."""
    return struct.pack("!BBQ", 0x80 | op, 0x80 | LONGER, size) + NO_MASK


def fragments(payload: bytes, pieces: list[int], mask: bytes = NO_MASK, between: bytes = b"") -> bytes:
    """One text message, cut at these places; `between` (control frames) goes between its parts."""
    edges = [0, *sorted(pieces), len(payload)]
    parts = [payload[start:end] for start, end in itertools.pairwise(edges)]
    last = len(parts) - 1
    return between.join(
        frame(Op.CONTINUED if n else Op.TEXT, part, mask, fin=n == last) for n, part in enumerate(parts)
    )


class Inbox:
    """Takes bytes of a server in, gives whole frames out."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """-> [(opcode, payload)]; servers neither mask nor, in this protocol, cut their frames."""
        if self._rest:
            data = self._rest + data
        frames, position, end = [], 0, len(data)
        while end - position >= 2:
            start, size = position + 2, data[position + 1]
            if size >= LONG:
                start += 2 if size == LONG else 8
                if start > end:
                    break
                size = int.from_bytes(data[position + 2 : start], "big")
            if start + size > end:
                break
            frames.append((data[position] & 0x0F, data[start : start + size]))
            position = start + size
        self._rest = data[position:]
        return frames
