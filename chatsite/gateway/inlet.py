"""Finds whole WebSocket frames in what comes off the wire (RFC 6455 §5.2), without parsing what is in them."""

from typing import NamedTuple

from websockets.frames import apply_mask  # type: ignore[attr-defined]  # compiled where it can be

SMALL_BYTES = 8 * 1024  # longer payloads that come in pieces are left to the general parser
_FINAL_TEXT, _MASKED = 0x81, 0x80


class Frame(NamedTuple):
    """From `start` to `end`; its payload begins at `payload`, behind the mask."""

    start: int
    payload: int
    end: int
    is_text: bool  # whole, final, masked, without extensions


def frame_at(data: bytes, start: int) -> Frame | None:
    """-> the frame that begins there; None = its header is not all there yet. It may end behind the data."""
    if len(data) < start + 2:
        return None
    size, header = data[start + 1] & 0x7F, 2
    if size >= 126:
        header = 4 if size == 126 else 10
        if len(data) < start + header:
            return None
        size = int.from_bytes(data[start + 2 : start + header])
    masked = data[start + 1] & _MASKED
    payload = start + header + (4 if masked else 0)
    return Frame(start, payload, payload + size, bool(masked) and data[start] == _FINAL_TEXT)


def text_of(data: bytes, frame: Frame) -> bytes:
    """-> the unmasked payload."""
    return apply_mask(data[frame.payload : frame.end], data[frame.payload - 4 : frame.payload])
