"""RFC 6455 as far as a server needs it that takes no extensions: frames in, and what breaks the rules. No I/O.

A tenth of the memory and a fifth of the time of a general library, which every idle connection would pay for.
tests/gateway/test_websocket.py holds it against that library.
"""

from __future__ import annotations

import struct
from typing import NamedTuple

from websockets.frames import apply_mask  # type: ignore[attr-defined]  # compiled where it can be

CONTINUED, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
_KNOWN = frozenset((CONTINUED, TEXT, BINARY, CLOSE, PING, PONG))
_FINAL, _RESERVED, _OPCODE = 0x80, 0x70, 0x0F  # of the first byte
_MASKED, _SIZE = 0x80, 0x7F  # of the second
_CONTROL_BYTES = 125
_HEADER_BYTES = 2  # the least of it

NO_CODE, PROTOCOL_ERROR, INVALID_TEXT, TOO_BIG = 1005, 1002, 1007, 1009
_CLOSE_CODES = frozenset((1000, 1001, 1002, 1003, *range(1007, 1015)))


class Violation(Exception):
    """The peer breaks the rules; the connection ends with this close code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Message(NamedTuple):
    """A whole message, or a control frame."""

    opcode: int
    payload: bytes


class FrameReader:
    """`feed` what comes off the wire, then take messages with `next`. What is not taken stays as it came."""

    __slots__ = ("_data", "_kind", "_max_bytes", "_needed", "_parts", "_position")

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes  # of a message
        self._data: bytes | bytearray = b""
        self._position = 0
        self._needed = _HEADER_BYTES  # bytes behind `position` without which looking is of no use
        self._kind = TEXT  # of the message whose fragments are in `parts`
        self._parts: bytearray | None = None

    def feed(self, data: bytes) -> None:
        if not self._data:
            self._data = data
            return
        if self._position or not isinstance(self._data, bytearray):
            # What was read goes now: of a stream whose reads always end amid a frame it would all be kept.
            self._data = bytearray(self._data[self._position :])
            self._position = 0
        self._data += data

    def next(self) -> Message | None:
        """-> the next message; None = it is not all there yet. Raises Violation."""
        while len(self._data) - self._position >= self._needed:
            start = self._position
            first, second = self._data[start], self._data[start + 1]
            if (end_of_header := self._end_of_header(start, first, second)) is None:
                continue
            size = self._size(start, second)
            self._check_size(first, size)
            if len(self._data) < end_of_header + size:
                self._needed = end_of_header + size - start
                continue
            message = self._assemble(first, self._take(end_of_header, size))
            if message is not None:
                return message
        return None

    def _end_of_header(self, start: int, first: int, second: int) -> int | None:
        """-> where the payload begins; None = the header is not all there yet."""
        self._check_header(first, second)
        length = 6 if second & _SIZE < 126 else 8 if second & _SIZE == 126 else 14
        if len(self._data) - start < length:
            self._needed = length
            return None
        return start + length

    def _check_header(self, first: int, second: int) -> None:
        opcode = first & _OPCODE
        if first & _RESERVED or opcode not in _KNOWN or not second & _MASKED:
            raise Violation(PROTOCOL_ERROR)
        if opcode >= CLOSE:
            if not first & _FINAL or second & _SIZE > _CONTROL_BYTES:
                raise Violation(PROTOCOL_ERROR)
        elif (opcode == CONTINUED) != (self._parts is not None):
            raise Violation(PROTOCOL_ERROR)

    def _size(self, start: int, second: int) -> int:
        size = second & _SIZE
        if size < 126:
            return size
        return int.from_bytes(self._data[start + 2 : start + (4 if size == 126 else 10)], "big")

    def _check_size(self, first: int, size: int) -> None:
        if first & _OPCODE < CLOSE and size + len(self._parts or b"") > self._max_bytes:
            raise Violation(TOO_BIG)

    def _take(self, begin: int, size: int) -> bytes:
        """-> the unmasked payload; the frame is done with."""
        end = begin + size
        payload = apply_mask(self._data[begin:end], self._data[begin - 4 : begin])
        self._needed = _HEADER_BYTES
        if end == len(self._data):
            self._data, self._position = b"", 0
        else:
            self._position = end
        return payload

    def _assemble(self, first: int, payload: bytes) -> Message | None:
        opcode = first & _OPCODE
        if opcode == CLOSE and self._parts is not None:
            code_of(payload)
            raise Violation(PROTOCOL_ERROR)  # amid a message
        if opcode >= CLOSE or (opcode and first & _FINAL):
            return Message(opcode, payload)
        if opcode:
            self._kind, self._parts = opcode, bytearray()
        parts = self._parts if self._parts is not None else bytearray()
        parts += payload
        if not first & _FINAL:
            return None
        self._parts = None
        return Message(self._kind, bytes(parts))


def code_of(payload: bytes) -> int:
    """-> the close code that a close frame carries. Raises Violation."""
    if not payload:
        return NO_CODE
    if len(payload) == 1:
        raise Violation(PROTOCOL_ERROR)
    text_of(payload[2:])
    (code,) = struct.unpack_from("!H", payload)
    if code not in _CLOSE_CODES and not 3000 <= code < 5000:
        raise Violation(PROTOCOL_ERROR)
    return int(code)


def text_of(payload: bytes) -> str:
    """Raises Violation for what is not UTF-8."""
    try:
        return payload.decode()
    except UnicodeDecodeError:
        raise Violation(INVALID_TEXT) from None


def text_frame(text: bytes) -> bytes:
    """-> an unmasked, final text frame."""
    size = len(text)
    if size < 126:
        return struct.pack("!BB", _FINAL | TEXT, size) + text
    if size < 65_536:
        return struct.pack("!BBH", _FINAL | TEXT, 126, size) + text
    return struct.pack("!BBQ", _FINAL | TEXT, 127, size) + text


def control_frame(opcode: int, payload: bytes = b"") -> bytes:
    """-> an unmasked close, ping or pong frame."""
    return struct.pack("!BB", _FINAL | opcode, len(payload)) + payload


def close_frame(code: int) -> bytes:
    return control_frame(CLOSE, struct.pack("!H", code))
